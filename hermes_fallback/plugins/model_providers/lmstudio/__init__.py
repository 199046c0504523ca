"""LM Studio (local)."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="lmstudio",
        display_name="LM Studio (local)",
        description="Models on this machine or network, served by LM Studio.",
        aliases=("lm-studio", "lm_studio"),
        base_url="http://127.0.0.1:1234/v1",
        base_url_env="LM_BASE_URL",
        auth_type="none",
        env_vars=("LM_API_KEY",),
        docs_url="https://lmstudio.ai/docs",
    )
)
