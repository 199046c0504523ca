"""Named endpoints as providers: what the config says of one, in the form that every provider has."""

from __future__ import annotations

from hermes_fallback.model.endpoint import NamedEndpoint
from hermes_fallback.model.variable import is_variable_name
from hermes_fallback.providers.profile import ProviderProfile

__all__ = ["profile_of"]


def profile_of(endpoint: NamedEndpoint, custom: ProviderProfile) -> ProviderProfile:
    """The profile of *endpoint*; which dialect an address speaks is known to *custom*, the provider of any address."""
    variable = endpoint.key_env or ""
    return ProviderProfile(
        name=f"{custom.name}:{endpoint.key}",
        display_name=endpoint.name,
        description="An endpoint that your config names.",
        api_mode=endpoint.api_mode or custom.api_mode,
        api_modes_by_url=custom.api_modes_by_url,
        base_url=endpoint.base_url,
        auth_type="api_key" if endpoint.api_key or endpoint.key_env else "none",
        env_vars=(variable,) if is_variable_name(variable) else (),
        default_headers=endpoint.headers,
        default_models=endpoint.models,
    )
