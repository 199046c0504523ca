"""Readiness: whether a link to a provider would have what it needs, before there is a link."""

from __future__ import annotations

from dataclasses import dataclass

from hermes_fallback.model.credential import Credential, Problem
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.link import Link
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.registry import ProfileOrigin, Registry
from hermes_fallback.runtime.resolver import Resolver

__all__ = ["Readiness", "readiness_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """A provider, where it comes from, and what is there for it now."""

    profile: ProviderProfile
    origin: ProfileOrigin
    problem: Problem | None
    """What a link would lack; None when it would be ready."""
    credential: Credential | None
    """The key that was found, though something else may be lacking; None also where none is needed."""


def readiness_of(name: str, registry: Registry, resolver: Resolver) -> Readiness:
    """The readiness of the provider that *name* stands for.

    Raises:
        NotFound: there is none.
        InvalidPlugin: its plugin is broken.
    """
    profile = registry.get(name)
    link = Link(provider=profile.name, model="")
    endpoint = resolver.endpoint(link)
    return Readiness(
        profile=profile,
        origin=registry.origin(profile.name),
        problem=resolver.resolve(link, position=1).problem,
        credential=endpoint.credential if isinstance(endpoint, Endpoint) else None,
    )
