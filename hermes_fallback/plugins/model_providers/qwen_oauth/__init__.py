"""Qwen Portal (OAuth)."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="qwen-oauth",
        display_name="Qwen Portal (OAuth)",
        description="The Qwen models with the sign-in of Qwen Code; its free tier ended in April 2026.",
        aliases=("qwen-portal", "qwen-cli", "qwen"),
        base_url="https://portal.qwen.ai/v1",
        base_url_env="HERMES_QWEN_BASE_URL",
        auth_type="oauth_external",
        env_vars=("QWEN_API_KEY",),
        default_models=("qwen3-coder-plus", "qwen3-coder"),
        vision=True,
        signup_url="https://chat.qwen.ai",
        docs_url="https://github.com/QwenLM/qwen-code",
    )
)
