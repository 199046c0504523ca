"""xAI (Grok)."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="xai",
        display_name="xAI (Grok)",
        description="The Grok models, from their maker.",
        aliases=("grok", "x-ai", "x.ai"),
        api_mode="codex_responses",
        base_url="https://api.x.ai/v1",
        base_url_env="XAI_BASE_URL",
        auto_rank=14,
        env_vars=("XAI_API_KEY",),
        key_prefixes=("xai-",),
        probe=Probe(url="https://api.x.ai/v1/api-key", rejects=(400, 401, 403)),
        default_models=(
            "grok-4.5",
            "grok-build-0.1",
            "grok-4.3",
            "grok-4.20-0309-reasoning",
            "grok-4.20-0309-non-reasoning",
            "grok-composer-2.5-fast",
        ),
        vision=True,
        signup_url="https://console.x.ai/",
        docs_url="https://docs.x.ai",
    )
)
