"""AI Gateway."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="ai-gateway",
        display_name="AI Gateway",
        description="Vercel's gateway: one key for the models of many vendors.",
        aliases=("vercel", "vercel-ai-gateway", "ai_gateway", "aigateway"),
        base_url="https://ai-gateway.vercel.sh/v1",
        base_url_env="AI_GATEWAY_BASE_URL",
        auto_rank=2,
        env_vars=("AI_GATEWAY_API_KEY",),
        models_public=True,
        # It lists models for pictures, speech and search as well, and some that call no tools.
        models_filter={"type": "language", "tags": "tool-use"},
        probe=Probe(url="https://ai-gateway.vercel.sh/v1/credits"),
        default_models=(
            "anthropic/claude-opus-4.6",
            "anthropic/claude-sonnet-4.6",
            "openai/gpt-5",
            "google/gemini-3-flash",
        ),
        default_aux_model="google/gemini-3-flash",
        vision=True,
        signup_url="https://vercel.com/ai-gateway",
        docs_url="https://vercel.com/docs/ai-gateway",
    )
)
