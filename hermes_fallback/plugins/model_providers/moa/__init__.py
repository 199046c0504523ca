"""Mixture of Agents."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="moa",
        display_name="Mixture of Agents",
        description="Hermes Agent's presets that ask several providers at once; no link goes to it.",
        base_url="moa://local",
        auth_type="virtual",
        models_path="",
        default_models=("default",),
    )
)
