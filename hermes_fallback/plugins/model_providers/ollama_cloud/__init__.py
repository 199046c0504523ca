"""Ollama Cloud."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="ollama-cloud",
        display_name="Ollama Cloud",
        description="Open models, hosted by Ollama; a local one is `ollama`.",
        aliases=("ollama_cloud",),
        base_url="https://ollama.com/v1",
        base_url_env="OLLAMA_BASE_URL",
        auto_rank=12,
        env_vars=("OLLAMA_API_KEY",),
        probe=Probe(url="https://ollama.com/api/me", method="POST"),  # reads only, though it is a POST
        default_models=(
            "gpt-oss:120b",
            "glm-5.2",
            "kimi-k2.6",
            "deepseek-v4-pro",
            "qwen3-coder:480b",
            "nemotron-3-nano:30b",
        ),
        default_aux_model="nemotron-3-nano:30b",
        vision=True,
        signup_url="https://ollama.com/settings/keys",
        docs_url="https://docs.ollama.com/cloud",
    )
)
