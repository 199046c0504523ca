"""vLLM (local)."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="vllm",
        display_name="vLLM (local)",
        description="Models on this machine or network, served by vLLM.",
        base_url="http://127.0.0.1:8000/v1",
        base_url_env="VLLM_BASE_URL",
        auth_type="none",
        docs_url="https://docs.vllm.ai",
    )
)
