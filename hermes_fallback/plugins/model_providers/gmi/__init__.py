"""GMI Cloud."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="gmi",
        display_name="GMI Cloud",
        description="Open and commercial models on GMI's own machines.",
        aliases=("gmi-cloud", "gmicloud"),
        base_url="https://api.gmi-serving.com/v1",
        base_url_env="GMI_BASE_URL",
        auto_rank=10,
        env_vars=("GMI_API_KEY",),
        default_models=(
            "zai-org/GLM-5.1-FP8",
            "deepseek-ai/DeepSeek-V3.2",
            "moonshotai/Kimi-K2.5",
            "anthropic/claude-sonnet-5",
            "openai/gpt-5.4",
            "google/gemini-3.1-flash-lite-preview",
        ),
        default_aux_model="google/gemini-3.1-flash-lite-preview",
        signup_url="https://www.gmicloud.ai/",
        docs_url="https://docs.gmicloud.ai/inference-engine/api-reference/llm-api-reference",
    )
)
