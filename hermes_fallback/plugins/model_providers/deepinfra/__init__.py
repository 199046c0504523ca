"""DeepInfra."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="deepinfra",
        display_name="DeepInfra",
        description="Open models on DeepInfra's own machines.",
        aliases=("deep-infra", "deepinfra-ai"),
        base_url="https://api.deepinfra.com/v1/openai",
        base_url_env="DEEPINFRA_BASE_URL",
        auto_rank=27,
        env_vars=("DEEPINFRA_API_KEY",),
        models_public=True,
        probe=Probe(url="https://api.deepinfra.com/v1/me"),
        default_models=("deepseek-ai/DeepSeek-V4-Flash", "moonshotai/Kimi-K2.6", "zai-org/GLM-5.2"),
        default_aux_model="deepseek-ai/DeepSeek-V4-Flash",
        vision=True,
        signup_url="https://deepinfra.com/dash/api_keys",
        docs_url="https://docs.deepinfra.com",
    )
)
