"""Resolver: a configured link becomes a route, or the reason why not. The primary and the chain share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hermes_fallback.config.settings import AUTO
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.sources import look_up
from hermes_fallback.errors import InvalidPlugin, NotFound
from hermes_fallback.fact import Fact
from hermes_fallback.model.credential import Credential, Missing, Problem
from hermes_fallback.model.endpoint import Endpoint, NamedEndpoint
from hermes_fallback.model.link import Identity, Link
from hermes_fallback.model.origin import Origin, has_user
from hermes_fallback.model.route import Considered, Resolution, Route
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.registry import ANY_ADDRESS, Registry

__all__ = ["SPOKEN", "Resolver"]

SPOKEN = frozenset({"anthropic_messages", "chat_completions", "codex_responses"})
"""The dialects of `wire/`; named here so that resolving does not import them, and held equal by a test."""

_NO_USER = "remove it, put the key into a variable, and name that with `key_env` in the link"
_IN_FULL = "write it in full, such as `http://localhost:8000/v1`"
_USUAL, _RESPONSES = "chat_completions", "codex_responses"
_SPEAK_RESPONSES = frozenset({"api.openai.com", "api.x.ai"})


class _Place(Fact, kw_only=False):
    """Where a link leads: who answers there, the endpoint of the config if that is one, and the address."""

    profile: ProviderProfile
    named: NamedEndpoint | None
    base_url: str

    @property
    def is_any(self) -> bool:
        """True where no provider says what is spoken there."""
        return self.named is not None or self.profile.group == "custom"

    @property
    def is_home(self) -> bool:
        """True at the named endpoint's own address: its key and its headers go to no other."""
        return self.named is not None and _origin(self.named.base_url) == Origin.of(self.base_url)

    @property
    def headers(self) -> Mapping[str, str]:
        """What requests there carry beside the key."""
        if self.named is None:
            return self.profile.default_headers
        return self.named.headers if self.is_home else {}

    def with_key(self, link: Link) -> Link:
        """*link* with the named endpoint's key, where it has none of its own and goes to that endpoint's home."""
        if self.named is None or not self.is_home or link.api_key or link.key_env:
            return link
        return link.but(api_key=self.named.api_key, key_env=self.named.key_env)


class Resolver:
    """Resolves links of one home. What a link says comes before variables, and those before the profile."""

    def __init__(
        self,
        registry: Registry,
        environment: Environment,
        *,
        trust: Sequence[str],
        primary: Link | None = None,
    ) -> None:
        self._registry = registry
        self._environment = environment
        self._trust = tuple(trust)
        self._primary = primary

    def resolve(self, link: Link, *, position: int) -> Resolution:
        """The route of *link*, or its problem, with every candidate that was looked at on the way.

        A primary (position 0) without a provider gets the one that is chosen for it.
        """
        considered: list[Considered] = []
        chosen = self._chosen(link, considered) if position == 0 and link.provider == AUTO else link
        found = chosen if isinstance(chosen, Problem) else self._route(chosen, position, considered)
        return Resolution(
            link=link if isinstance(chosen, Problem) else chosen,
            position=position,
            route=found if isinstance(found, Route) else None,
            problem=found if isinstance(found, Problem) else None,
            considered=tuple(considered),
        )

    def endpoint(self, link: Link) -> Endpoint | Problem:
        """Where the provider of *link* is reached and with which key; its model and dialect do not matter."""
        considered: list[Considered] = []
        place = self._place(link, considered)
        return place if isinstance(place, Problem) else self._endpoint(link, place, considered)

    def target(self, link: Link) -> Identity:
        """Where *link* goes in the end: provider, model and address, so that two ways to write one link are equal."""
        place = self._place(link, [])
        provider = self._registry.canonical(link.provider) or link.provider
        base_url = link.base_url if isinstance(place, Problem) else place.base_url
        return link.but(provider=provider, base_url=base_url).identity

    def _chosen(self, link: Link, considered: list[Considered]) -> Link | Problem:
        from hermes_fallback.runtime.auto import choose_provider  # most primaries name their provider

        name = choose_provider(link, self._registry, self._environment, self.endpoint, considered)
        return name if isinstance(name, Problem) else link.but(provider=name)

    def _route(self, link: Link, position: int, considered: list[Considered]) -> Route | Problem:
        place = self._place(link, considered)
        if isinstance(place, Problem):
            return place
        api_mode = self._api_mode(link, place, considered)
        if isinstance(api_mode, Problem):
            return api_mode
        endpoint = self._endpoint(link, place, considered, source="link" if position else "config")
        if isinstance(endpoint, Problem):
            return endpoint
        return Route(
            provider=endpoint.provider,
            model=link.model,
            base_url=endpoint.base_url,
            api_mode=api_mode,
            credential=endpoint.credential,
            auth_header=endpoint.auth_header,
            auth_scheme=endpoint.auth_scheme,
            headers=endpoint.headers,
            position=position,
            context_length=link.context_length or (place.named.context_length if place.named else None),
            cost=link.cost,
            zone=link.zone,
        )

    def _place(self, link: Link, considered: list[Considered]) -> _Place | Problem:
        profile = self._profile(link, considered)
        if isinstance(profile, Problem):
            return profile
        base_url = self._base_url(link, profile, considered)
        if isinstance(base_url, Problem):
            return base_url
        named = self._registry.named(profile.name)
        if named is None and profile.group == "custom":
            named = self._registry.named_at(base_url)
        return _Place(profile, named, base_url)

    def _endpoint(
        self, link: Link, place: _Place, considered: list[Considered], *, source: str = "link"
    ) -> Endpoint | Problem:
        credential = self._credential(link, place, considered, source)
        if isinstance(credential, Problem):
            return credential
        profile = place.profile
        return Endpoint(
            provider=profile.name,
            base_url=place.base_url,
            credential=credential,
            auth_header=profile.auth_header,
            auth_scheme=profile.auth_scheme,
            headers=place.headers,
        )

    def _profile(self, link: Link, considered: list[Considered]) -> ProviderProfile | Problem:
        if link.provider == AUTO:
            considered.append(Considered("provider", "none is named"))
            return Problem(
                "missing-provider", f"`{link.model}` has no provider", "name one of: hermes providers list"
            )
        try:
            profile = self._registry.get(link.provider)
        except NotFound as error:
            considered.append(Considered(f"provider `{link.provider}`", "unknown"))
            return Problem(error.kind, error.what, error.hint)
        except InvalidPlugin as error:
            considered.append(Considered(f"provider `{link.provider}`", "its plugin is broken"))
            return Problem(error.kind, error.what, error.hint or "mend or remove the plugin")
        alias = "" if link.provider.lower() == profile.name else f", as `{profile.name}`"
        considered.append(Considered(f"provider `{link.provider}`", f"found{alias}"))
        return self._unusable(profile) or profile

    def _unusable(self, profile: ProviderProfile) -> Problem | None:
        """Why no link can use *profile*, whatever keys there are."""
        name = profile.name
        if place := self._registry.switched_off(name):
            return Problem("disabled-provider", f"`{name}` is switched off", f"set {place} to true")
        if profile.group == "virtual":
            hint = "choose one that answers itself: hermes providers list"
            return Problem("virtual-provider", f"`{name}` is no place that a request can go to", hint)
        if profile.signs_in_by_key:
            return None
        hint = "choose a provider that takes a key: hermes providers list"
        return Problem("not-ready", f"`{name}` takes {profile.sign_in}, which is not possible yet", hint)

    def _base_url(self, link: Link, profile: ProviderProfile, considered: list[Considered]) -> str | Problem:
        variables = [*filter(None, (profile.base_url_env, *profile.other_base_url_envs))]
        candidates = [("`base_url` of the link", link.base_url)]
        if profile.shares_primary_address:
            candidates.append(("`base_url` of the primary", self._primary_address(profile)))
        candidates += [(f"`{variable}`", self._value(variable)) for variable in variables]
        candidates.append((f"the address of `{profile.name}`", profile.base_url))
        where, chosen = _first(candidates, considered, _shown)
        if chosen is None:
            mend = ", or set " + " or ".join(f"`{each}`" for each in variables) if variables else ""
            hint = f"give the link one: --base-url https://…, `base_url:` in the file{mend}"
            return Problem("missing-base-url", f"`{profile.name}` has no address of its own", hint)
        if has_user(chosen):
            return Problem("invalid-base-url", f"{where} holds a user name or password", _NO_USER)
        chosen = chosen.rstrip("/")
        if _origin(chosen) is None:
            return Problem("invalid-base-url", f"{where} is not an http(s) address", _IN_FULL)
        return chosen

    def _primary_address(self, profile: ProviderProfile) -> str | None:
        """The primary's own address, where it was written for *profile*, for nobody, or for this machine."""
        primary = self._primary
        if primary is None or not primary.base_url:
            return None
        origin = _origin(primary.base_url)
        meant = primary.provider == AUTO or self._registry.canonical(primary.provider) == profile.name
        return primary.base_url if meant or (origin and origin.is_local) else None

    def _value(self, variable: str) -> str | None:
        found = self._environment.get(variable)
        return found.value.strip() if found else None

    def _api_mode(self, link: Link, place: _Place, considered: list[Considered]) -> str | Problem:
        candidates = [("`api_mode` of the link", link.api_mode)]
        if place.named:
            candidates.append((f"`api_mode` of `{place.named.origin}`", place.named.api_mode))
        by_rule = place.profile.api_mode_for(link.model, place.base_url)
        candidates.append((f"the dialect of `{place.profile.name}`", by_rule))
        if place.is_any and Origin.of(place.base_url).host not in _SPEAK_RESPONSES:
            # Hermes Agent writes it beside OpenAI's address, and it stays when only the address is changed.
            left_over = [each for each in candidates if each[1] == _RESPONSES]
            considered += [Considered(name, f"ignored here: {_RESPONSES}") for name, _ in left_over]
            candidates = [each for each in candidates if each not in left_over]
        _, chosen = _first(candidates, considered)
        chosen = chosen or _USUAL
        if chosen in SPOKEN:
            return chosen
        hint = f"choose a provider or an endpoint that speaks {' or '.join(sorted(SPOKEN))}"
        return Problem("not-ready", f"the dialect `{chosen}` is not spoken yet", hint)

    def _credential(
        self, link: Link, place: _Place, considered: list[Considered], source: str
    ) -> Credential | Problem | None:
        provider = place.profile
        if place.named:
            given = place.with_key(link)
            source = source if given is link else place.named.origin
            link, provider = given, self._registry.get(ANY_ADDRESS)
        lookup = look_up(
            link,
            provider,
            place.base_url,
            self._environment,
            self._trust,
            source=source,
            headers=place.headers,
        )
        considered += [Considered(where, answer) for where, answer in lookup.looked_in]
        if isinstance(lookup.outcome, Missing):
            return lookup.outcome.problem
        if lookup.outcome is None:
            considered.append(Considered("no credential", "none is needed here"))
        return lookup.outcome


def _origin(url: str) -> Origin | None:
    try:
        return Origin.of(url)
    except ValueError:
        return None


def _first(
    candidates: Sequence[tuple[str, str | None]],
    considered: list[Considered],
    show: Callable[[str], str] = str,
) -> tuple[str, str | None]:
    """Place and value of the first candidate that has one; every one is recorded, its value as *show* has it."""
    chosen: tuple[str, str | None] = "", None
    for place, value in candidates:
        if not value:
            outcome = "not set"
        elif chosen[1] is None:
            chosen, outcome = (place, value), f"chosen: {show(value)}"
        else:
            outcome = f"passed over: {show(value)}"
        considered.append(Considered(place, outcome))
    return chosen


def _shown(url: str) -> str:
    """*url* if it is an address; what stands in its place may be a key."""
    if has_user(url):
        return "an address with a user name"
    return url if _origin(url) else "no http(s) address"
