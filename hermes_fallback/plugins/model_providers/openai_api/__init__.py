"""OpenAI API."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="openai-api",
        display_name="OpenAI API (Responses)",
        description="The GPT models, from their maker, paid by use.",
        api_mode="codex_responses",
        base_url="https://api.openai.com/v1",
        base_url_env="OPENAI_BASE_URL",
        env_vars=("OPENAI_API_KEY",),
        key_prefixes=("sk-",),
        default_models=("gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna", "gpt-5.5", "gpt-5.4-mini", "gpt-4.1"),
        vision=True,
        signup_url="https://platform.openai.com/api-keys",
        docs_url="https://platform.openai.com/docs",
    )
)
