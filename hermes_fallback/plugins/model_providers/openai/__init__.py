"""OpenAI."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="openai",
        display_name="OpenAI",
        description="The GPT models, from their maker, in the chat form.",
        base_url="https://api.openai.com/v1",
        base_url_env="OPENAI_BASE_URL",
        auto_rank=1,
        env_vars=("OPENAI_API_KEY",),
        key_prefixes=("sk-",),
        default_models=("gpt-5.5", "gpt-5.4-mini", "gpt-4.1"),
        vision=True,
        signup_url="https://platform.openai.com/api-keys",
        docs_url="https://platform.openai.com/docs",
    )
)
