"""xAI Grok OAuth (SuperGrok)."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="xai-oauth",
        display_name="xAI Grok OAuth (SuperGrok)",
        description="The Grok models on a SuperGrok subscription.",
        aliases=("grok-oauth", "x-ai-oauth", "xai-grok-oauth"),
        api_mode="codex_responses",
        base_url="https://api.x.ai/v1",
        base_url_env="HERMES_XAI_BASE_URL",
        other_base_url_envs=("XAI_BASE_URL",),
        auth_type="oauth_device",
        key_prefixes=("eyJ",),
        default_models=(
            "grok-build-0.1",
            "grok-4.5",
            "grok-composer-2.5-fast",
            "grok-4.3",
            "grok-4.20-0309-reasoning",
        ),
        vision=True,
        signup_url="https://x.ai/grok",
        docs_url="https://docs.x.ai",
    )
)
