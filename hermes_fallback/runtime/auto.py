"""Auto: the provider of a primary that names none, chosen from what is there."""

from __future__ import annotations

from collections.abc import Callable

from hermes_fallback.config.settings import AUTO
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.scope import lives_at
from hermes_fallback.model.credential import Problem
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.link import Link
from hermes_fallback.model.origin import Origin
from hermes_fallback.model.route import Considered
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.registry import ANY_ADDRESS, Registry

__all__ = ["choose_provider"]

_VARIABLE = "HERMES_INFERENCE_PROVIDER"


def choose_provider(
    link: Link,
    registry: Registry,
    environment: Environment,
    endpoint: Callable[[Link], Endpoint | Problem],
    considered: list[Considered],
) -> str | Problem:
    """Who answers *link*, which names no provider; what was looked at goes to *considered*.

    `HERMES_INFERENCE_PROVIDER` decides, else the link's own address, else the keys that are there: the first
    provider, by `auto_rank`, for which *endpoint* finds one.
    """
    found = environment.get(_VARIABLE)
    named = found.value.strip().lower() if found else ""
    if named and named != AUTO:
        considered.append(Considered(f"`{_VARIABLE}`", f"chosen: {named}"))
        return named
    considered.append(Considered(f"`{_VARIABLE}`", "names no provider" if named else "not set"))
    if link.base_url:
        return _at(link.base_url, registry, considered)
    if link.api_key or link.key_env:
        return _unknown(link, "it has a key of its own, which is sent to nobody who was not named")
    for profile in _ranked(registry):
        reached = endpoint(link.but(provider=profile.name))
        if isinstance(reached, Endpoint) and reached.credential:
            considered.append(Considered(f"provider `{profile.name}`", "chosen: its key is there"))
            return profile.name
        why = reached.what if isinstance(reached, Problem) else "it needs no key"
        considered.append(Considered(f"provider `{profile.name}`", why))
    return _unknown(link, "no key is there to choose one by")


def _at(base_url: str, registry: Registry, considered: list[Considered]) -> str:
    """The provider that lives at *base_url*; where none does, the one of any address."""
    try:
        origin = Origin.of(base_url)
    except ValueError:
        return ANY_ADDRESS  # resolving the link says what is wrong with it
    owners = [profile for profile in registry.profiles() if lives_at(profile, origin)]
    owner = min(owners, key=lambda profile: _distance(profile, registry), default=None)
    name = owner.name if owner else ANY_ADDRESS
    considered.append(Considered(f"whose address `{origin}` is", f"chosen: {name}"))
    return name


def _distance(profile: ProviderProfile, registry: Registry) -> tuple[int, int]:
    """Endpoints that the config names come first, then those with a rank, then the others that take a key."""
    if registry.named(profile.name):
        return 0, 0
    if profile.auto_rank is not None:
        return 1, profile.auto_rank
    return 2, int(not profile.signs_in_by_key)


def _ranked(registry: Registry) -> list[ProviderProfile]:
    known = [profile for profile in registry.profiles() if profile.auto_rank is not None]
    return sorted(known, key=lambda profile: profile.auto_rank or 0)


def _unknown(link: Link, why: str) -> Problem:
    return Problem(
        "missing-provider", f"`{link.model}` has no provider: {why}", "hermes model set PROVIDER MODEL"
    )
