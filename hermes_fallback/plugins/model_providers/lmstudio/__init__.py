"""LM Studio (local)."""

from hermes_fallback.providers import Demands, Probe, ProviderProfile, register_provider

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
        # The server's own list; below the base URL stands the one of its OpenAI surface.
        models_url="http://127.0.0.1:1234/api/v1/models",
        probe=Probe(url="http://127.0.0.1:1234/api/v1/models", rejects=(401, 403)),
        # The chat templates of local models refuse system prompts behind what others said, and turns not taken.
        demands=Demands(system_first=True, alternates=True),
        docs_url="https://lmstudio.ai/docs",
    )
)
