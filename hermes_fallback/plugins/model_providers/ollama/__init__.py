"""Ollama (local)."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="ollama",
        display_name="Ollama (local)",
        description="Models on this machine or network, served by Ollama.",
        base_url="http://127.0.0.1:11434/v1",
        base_url_env="OLLAMA_BASE_URL",
        auth_type="none",
        docs_url="https://docs.ollama.com",
    )
)
