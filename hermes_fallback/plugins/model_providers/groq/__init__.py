"""Groq."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="groq",
        display_name="Groq",
        description="Open models, served very fast; has a free tier.",
        base_url="https://api.groq.com/openai/v1",
        base_url_env="GROQ_BASE_URL",
        auto_rank=29,
        env_vars=("GROQ_API_KEY",),
        key_prefixes=("gsk_",),
        default_models=("openai/gpt-oss-120b", "llama-3.3-70b-versatile", "llama-3.1-8b-instant"),
        signup_url="https://console.groq.com/keys",
        docs_url="https://console.groq.com/docs",
    )
)
