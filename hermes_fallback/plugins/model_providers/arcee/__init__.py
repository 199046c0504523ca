"""Arcee AI."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="arcee",
        display_name="Arcee AI",
        description="The Trinity models, from their maker.",
        aliases=("arcee-ai", "arceeai"),
        base_url="https://api.arcee.ai/api/v1",
        base_url_env="ARCEE_BASE_URL",
        auto_rank=19,
        env_vars=("ARCEEAI_API_KEY",),
        default_models=("trinity-large-thinking", "trinity-large-preview", "trinity-mini"),
        signup_url="https://chat.arcee.ai/",
        docs_url="https://docs.arcee.ai",
    )
)
