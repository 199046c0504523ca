"""OpenRouter."""

from hermes_fallback.providers import Demands, Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="openrouter",
        display_name="OpenRouter",
        description="One key for the models of many vendors.",
        aliases=("or",),
        base_url="https://openrouter.ai/api/v1",
        base_url_env="OPENROUTER_BASE_URL",
        auto_rank=0,
        env_vars=("OPENROUTER_API_KEY",),
        key_prefixes=("sk-or-v1-",),
        models_public=True,
        probe=Probe(url="https://openrouter.ai/api/v1/key"),
        # The models of other vendors there cache by themselves: openrouter.ai, prompt caching, 2026-11.
        demands=Demands(cache_marks=("anthropic/claude-",)),
        default_models=(
            "z-ai/glm-5.2",
            "anthropic/claude-sonnet-5",
            "anthropic/claude-opus-4.8",
            "openai/gpt-5.5",
            "google/gemini-3.5-flash",
            "moonshotai/kimi-k3",
        ),
        default_aux_model="google/gemini-3-flash-preview",
        vision=True,
        signup_url="https://openrouter.ai/keys",
        docs_url="https://openrouter.ai/docs",
    )
)
