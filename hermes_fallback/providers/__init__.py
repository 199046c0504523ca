"""Who answers: profiles as data, the registry that finds them, and plugins."""

from __future__ import annotations

from hermes_fallback.model.demands import Demands
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.providers.profile import Probe, ProviderProfile
from hermes_fallback.providers.registration import register_provider
from hermes_fallback.providers.registry import ProfileOrigin, Registry

__all__ = [
    "Demands",
    "OAuth",
    "Probe",
    "ProfileOrigin",
    "ProviderProfile",
    "Registry",
    "get_provider_profile",
    "list_providers",
    "register_provider",
]


def get_provider_profile(name: str, registry: Registry | None = None) -> ProviderProfile | None:
    """The profile of *name* or its alias, or None. Without a *registry*, of the bundled providers."""
    known = registry or Registry()
    return known.get(name) if known.canonical(name) else None


def list_providers(registry: Registry | None = None) -> tuple[ProviderProfile, ...]:
    """Every profile, by name. Without a *registry*, those of the bundled providers."""
    return (registry or Registry()).profiles()
