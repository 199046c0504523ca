"""Resolver: a configured link becomes a route, or the reason why not. The primary and the chain share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hermes_fallback.config.settings import AUTO
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.program import program_of
from hermes_fallback.credentials.sources import Lookup, Stores, look_up
from hermes_fallback.errors import InvalidPlugin, NotFound
from hermes_fallback.fact import Fact
from hermes_fallback.model.credential import Missing, Problem
from hermes_fallback.model.demands import Demands
from hermes_fallback.model.endpoint import Endpoint, NamedEndpoint
from hermes_fallback.model.link import Identity, Link
from hermes_fallback.model.origin import Origin, has_user
from hermes_fallback.model.route import Considered, Resolution, Route
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.registry import ANY_ADDRESS, Registry

__all__ = ["SPOKEN", "Resolver"]

SPOKEN = frozenset(
    {"anthropic_messages", "bedrock_converse", "chat_completions", "code_assist", "codex_responses"}
)
"""The dialects of `wire/`; named here so that resolving does not import them, and held equal by a test."""

_NO_USER = "remove it, put the key into a variable, and name that with `key_env` in the link"
_UNSPOKEN = "unspoken-program"
_IN_FULL = "write it in full, such as `http://localhost:8000/v1`"
_USUAL, _RESPONSES = "chat_completions", "codex_responses"
_SPEAK_RESPONSES = frozenset({"api.openai.com", "api.x.ai"})


def _no_stores(_: ProviderProfile) -> Stores:
    return Stores()


def _no_setting(_: str) -> str:
    return ""


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
        named = self.named
        if named is None or not self.is_home or link.api_key or link.key_env or link.auth_mode:
            return link
        return link.but(
            api_key=named.api_key,
            key_env=named.key_env,
            auth_mode=named.auth_mode,
            entra_scope=named.entra_scope,
        )


class Resolver:
    """Resolves links of one home. What a link says comes before variables, and those before the profile."""

    def __init__(
        self,
        registry: Registry,
        environment: Environment,
        *,
        trust: Sequence[str],
        primary: Link | None = None,
        stores: Callable[[ProviderProfile], Stores] = _no_stores,
        setting: Callable[[str], str] = _no_setting,
    ) -> None:
        self._registry = registry
        self._environment = environment
        self._trust = tuple(trust)
        self._primary = primary
        self._stores = stores
        self._setting = setting

    def resolve(self, link: Link, *, position: int) -> Resolution:
        """The route of *link*, or its problem, with every candidate that was looked at on the way.

        A primary (position 0) without a provider gets the one that is chosen for it.
        """
        considered: list[Considered] = []
        chosen = self._chosen(link, considered) if position == 0 and link.provider == AUTO else link
        found = chosen if isinstance(chosen, Problem) else self._routes(chosen, position, considered)
        routes = [] if isinstance(found, Problem) else found
        return Resolution(
            link=link if isinstance(chosen, Problem) else chosen,
            position=position,
            route=routes[0] if routes else None,
            others=tuple(routes[1:]),
            problem=found if isinstance(found, Problem) else None,
            considered=tuple(considered),
        )

    def endpoint(self, link: Link) -> Endpoint | Problem:
        """Where the provider of *link* is reached and with which key; its model and dialect do not matter."""
        found = self.endpoints(link)
        return found if isinstance(found, Problem) else found[0]

    def endpoints(self, link: Link) -> list[Endpoint] | Problem:
        """The same with each credential there is, in their order; never empty."""
        considered: list[Considered] = []
        place = self._place(link, considered)
        if isinstance(place, Problem):
            program = self._program(link, place)
            return [program] if program else place
        return self._endpoints(link, place, considered)

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

    def _routes(self, link: Link, position: int, considered: list[Considered]) -> list[Route] | Problem:
        """A route for each credential of *link*."""
        place = self._place(link, considered)
        if isinstance(place, Problem):
            return place
        api_mode = self._api_mode(link, place, considered)
        if isinstance(api_mode, Problem):
            return api_mode
        endpoints = self._endpoints(link, place, considered, source="link" if position else "config")
        if isinstance(endpoints, Problem):
            return endpoints
        return [_routed(each, link, place, api_mode, position) for each in endpoints]

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

    def _endpoints(
        self, link: Link, place: _Place, considered: list[Considered], *, source: str = "link"
    ) -> list[Endpoint] | Problem:
        """One with each credential there is, or one without where none is needed."""
        lookup = self._look_up(link, place, considered, source)
        if isinstance(lookup.outcome, Missing):
            return lookup.outcome.problem
        profile = place.profile
        plain = Endpoint(
            provider=profile.name,
            base_url=place.base_url,
            auth_header=profile.auth_header,
            auth_scheme=profile.auth_scheme,
            headers=place.headers,
        )
        return [plain.carrying(each) for each in (lookup.outcome, *lookup.others)]

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
        if profile.signs_in_by_key or profile.oauth or profile.group == "cloud":
            return None
        hint = "choose a provider that takes a key: hermes providers list"
        if profile.command:
            found = program_of(profile, self._environment)
            unspoken = Problem(_UNSPOKEN, f"`{name}` runs a program, which is not spoken to yet", hint)
            return found if isinstance(found, Problem) else unspoken
        return Problem(
            "not-ready", f"`{name}` takes {profile.sign_in}, and its profile does not say how", hint
        )

    def _program(self, link: Link, problem: Problem) -> Endpoint | None:
        """The program that *link* is reached through, where *problem* is only that it is not spoken to."""
        if problem.kind != _UNSPOKEN:
            return None
        profile = self._registry.get(link.provider)
        found = program_of(profile, self._environment)
        if isinstance(found, Problem):
            return None
        return Endpoint(provider=profile.name, base_url=profile.base_url, credential=found)

    def _base_url(self, link: Link, profile: ProviderProfile, considered: list[Considered]) -> str | Problem:
        variables = [*filter(None, (profile.base_url_env, *profile.other_base_url_envs))]
        candidates = [("`base_url` of the link", link.base_url)]
        if profile.shares_primary_address:
            candidates.append(("`base_url` of the primary", self._primary_address(profile)))
        candidates += [(f"`{variable}`", self._value(variable)) for variable in variables]
        own = self._own_address(profile)
        candidates.append((f"the address of `{profile.name}`", own if isinstance(own, str) else None))
        where, chosen = _first(candidates, considered, _shown)
        if chosen is None and isinstance(own, Problem):
            return own
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

    def _own_address(self, profile: ProviderProfile) -> str | Problem:
        if not profile.placeholders:
            own = profile.base_url
            is_word = bool(own) and _origin(own) is None  # Hermes Agent names some addresses so
            return next(iter(profile.alternate_base_urls), own) if is_word else own
        from hermes_fallback.runtime.placing import placed  # few addresses differ by user

        return placed(profile, self._environment, self._setting)

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

    def _look_up(self, link: Link, place: _Place, considered: list[Considered], source: str) -> Lookup:
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
            stores=self._stores(place.profile),
        )
        considered += [Considered(where, answer) for where, answer in lookup.looked_in]
        if lookup.outcome is None:
            considered.append(Considered("no credential", "none is needed here"))
        return lookup


def _routed(endpoint: Endpoint, link: Link, place: _Place, api_mode: str, position: int) -> Route:
    return Route(
        **{name: getattr(endpoint, name) for name in Endpoint.field_names()},
        model=link.model,
        api_mode=api_mode,
        position=position,
        context_length=link.context_length or (place.named.context_length if place.named else None),
        cost=link.cost,
        demands=place.profile.demands or Demands(),
        zone=link.zone,
    )


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
