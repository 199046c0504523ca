"""Resolver: a configured link becomes a route, or the reason why not. The primary and the chain share it."""

from __future__ import annotations

from collections.abc import Sequence

from hermes_fallback.config.settings import AUTO
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.sources import look_up
from hermes_fallback.errors import InvalidPlugin, NotFound
from hermes_fallback.model.credential import Credential, Missing, Problem
from hermes_fallback.model.link import Link
from hermes_fallback.model.origin import Origin, has_user
from hermes_fallback.model.route import Considered, Resolution, Route
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.registry import Registry

__all__ = ["SPOKEN", "Resolver"]

SPOKEN = frozenset({"chat_completions"})
"""The dialects of `wire/`; named here so that resolving does not import them, and held equal by a test."""

_NO_USER = "remove it, put the key into a variable, and name that with `key_env` in the link"


class Resolver:
    """Resolves links of one home. What a link says comes before variables, and those before the profile."""

    def __init__(self, registry: Registry, environment: Environment, *, trust: Sequence[str]) -> None:
        self._registry = registry
        self._environment = environment
        self._trust = tuple(trust)

    def resolve(self, link: Link, *, position: int) -> Resolution:
        """The route of *link*, or its problem, with every candidate that was looked at on the way."""
        considered: list[Considered] = []
        found = self._route(link, position, considered)
        return Resolution(
            link=link,
            position=position,
            route=found if isinstance(found, Route) else None,
            problem=found if isinstance(found, Problem) else None,
            considered=tuple(considered),
        )

    def _route(self, link: Link, position: int, considered: list[Considered]) -> Route | Problem:
        profile = self._profile(link, considered)
        if isinstance(profile, Problem):
            return profile
        base_url = self._base_url(link, profile, considered)
        if isinstance(base_url, Problem):
            return base_url
        api_mode = self._api_mode(link, profile, base_url, considered)
        if isinstance(api_mode, Problem):
            return api_mode
        credential = self._credential(link, profile, base_url, position, considered)
        if isinstance(credential, Problem):
            return credential
        return Route(
            provider=profile.name,
            model=link.model,
            base_url=base_url,
            api_mode=api_mode,
            credential=credential,
            auth_header=profile.auth_header,
            auth_scheme=profile.auth_scheme,
            headers=profile.default_headers,
            position=position,
        )

    def _profile(self, link: Link, considered: list[Considered]) -> ProviderProfile | Problem:
        if link.provider == AUTO:
            considered.append(Considered("provider", "none is named"))
            return Problem(
                "missing-provider", f"`{link.model}` has no provider", "hermes model set PROVIDER MODEL"
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
        if not profile.signs_in_by_key:
            hint = "choose a provider with a key: hermes providers list"
            return Problem("not-ready", f"signing in to `{profile.name}` is not possible yet", hint)
        return profile

    def _base_url(self, link: Link, profile: ProviderProfile, considered: list[Considered]) -> str | Problem:
        variable = profile.base_url_env
        found = self._environment.get(variable) if variable else None
        candidates = [("`base_url` of the link", link.base_url)]
        if variable:
            candidates.append((f"`{variable}`", found.value.strip() if found else None))
        candidates.append((f"the address of `{profile.name}`", profile.base_url))
        if any(has_user(value) for _, value in candidates if value):
            return Problem("invalid-base-url", "an address holds a user name or password", _NO_USER)
        chosen = _first(candidates, considered)
        if chosen is None:
            mend = f", or set `{variable}`" if variable else ""
            hint = f"give the link one: --base-url https://…, `base_url:` in the file{mend}"
            return Problem("missing-base-url", f"`{profile.name}` has no address of its own", hint)
        chosen = chosen.rstrip("/")
        try:
            Origin.of(chosen)
        except ValueError:
            return Problem("invalid-base-url", f"`{chosen}` is not an http(s) address", "write it in full")
        return chosen

    def _api_mode(
        self, link: Link, profile: ProviderProfile, base_url: str, considered: list[Considered]
    ) -> str | Problem:
        by_rule = profile.api_mode_for(link.model, base_url)
        candidates = [
            ("`api_mode` of the link", link.api_mode),
            (f"the dialect of `{profile.name}`", by_rule),
        ]
        chosen = _first(candidates, considered) or by_rule
        if chosen in SPOKEN:
            return chosen
        hint = f"choose a provider or an endpoint that speaks {' or '.join(sorted(SPOKEN))}"
        return Problem("not-ready", f"the dialect `{chosen}` is not spoken yet", hint)

    def _credential(
        self,
        link: Link,
        profile: ProviderProfile,
        base_url: str,
        position: int,
        considered: list[Considered],
    ) -> Credential | Problem | None:
        lookup = look_up(link, profile, base_url, self._environment, self._trust, is_primary=position == 0)
        considered += [Considered(place, answer) for place, answer in lookup.looked_in]
        if isinstance(lookup.outcome, Missing):
            return lookup.outcome.problem
        if lookup.outcome is None:
            considered.append(Considered("no credential", "none is needed here"))
        return lookup.outcome


def _first(candidates: Sequence[tuple[str, str | None]], considered: list[Considered]) -> str | None:
    """The first candidate with a value; every one is recorded."""
    chosen: str | None = None
    for name, value in candidates:
        if not value:
            outcome = "not set"
        elif chosen is None:
            chosen, outcome = value, f"chosen: {value}"
        else:
            outcome = f"passed over: {value}"
        considered.append(Considered(name, outcome))
    return chosen
