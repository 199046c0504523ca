"""Upstage Solar."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="upstage",
        display_name="Upstage Solar",
        description="The Solar models, from their maker.",
        aliases=("solar",),
        base_url="https://api.upstage.ai/v1",
        alternate_base_urls=("https://api.upstage.ai/v1/solar",),
        base_url_env="UPSTAGE_BASE_URL",
        auto_rank=28,
        env_vars=("UPSTAGE_API_KEY",),
        default_models=("solar-pro3", "solar-pro2", "solar-mini"),
        vision=False,
        signup_url="https://console.upstage.ai/api-keys",
        docs_url="https://developers.upstage.ai/docs/apis/chat",
    )
)
