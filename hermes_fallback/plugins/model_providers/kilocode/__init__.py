"""Kilo Code."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="kilocode",
        display_name="Kilo Code",
        description="Kilo's gateway: one key for the models of many vendors.",
        aliases=("kilo-code", "kilo", "kilo-gateway"),
        base_url="https://api.kilo.ai/api/gateway",
        alternate_base_urls=("https://kilo.ai/api/openrouter",),
        base_url_env="KILOCODE_BASE_URL",
        auto_rank=17,
        env_vars=("KILOCODE_API_KEY",),
        models_public=True,
        probe=Probe(url="https://api.kilo.ai/api/profile"),
        default_models=(
            "anthropic/claude-opus-4.6",
            "anthropic/claude-sonnet-4.6",
            "openai/gpt-5.4",
            "google/gemini-3-pro-preview",
            "google/gemini-3-flash-preview",
        ),
        default_aux_model="google/gemini-3-flash-preview",
        vision=True,
        signup_url="https://kilo.ai",
        docs_url="https://kilo.ai/docs/gateway",
    )
)
