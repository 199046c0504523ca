"""Mistral AI."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="mistral",
        display_name="Mistral AI",
        description="The Mistral models, from their maker.",
        aliases=("mistralai",),
        base_url="https://api.mistral.ai/v1",
        base_url_env="MISTRAL_BASE_URL",
        auto_rank=30,
        env_vars=("MISTRAL_API_KEY",),
        default_models=("mistral-large-latest", "mistral-medium-latest", "mistral-small-latest"),
        signup_url="https://console.mistral.ai/api-keys",
        docs_url="https://docs.mistral.ai",
    )
)
