"""Together AI."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="together",
        display_name="Together AI",
        description="Open models of many makers, paid by use.",
        aliases=("together-ai", "togetherai"),
        base_url="https://api.together.xyz/v1",
        base_url_env="TOGETHER_BASE_URL",
        auto_rank=31,
        env_vars=("TOGETHER_API_KEY",),
        default_models=("meta-llama/Llama-3.3-70B-Instruct-Turbo", "openai/gpt-oss-120b"),
        signup_url="https://api.together.ai/settings/api-keys",
        docs_url="https://docs.together.ai",
    )
)
