"""NovitaAI."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="novita",
        display_name="NovitaAI",
        description="Open models on Novita's own machines.",
        aliases=("novita-ai", "novitaai"),
        base_url="https://api.novita.ai/openai/v1",
        base_url_env="NOVITA_BASE_URL",
        auto_rank=26,
        env_vars=("NOVITA_API_KEY",),
        models_public=True,
        probe=Probe(url="https://api.novita.ai/openapi/v1/billing/balance/detail", rejects=(401, 403)),
        default_models=(
            "moonshotai/kimi-k2.5",
            "minimax/minimax-m2.7",
            "zai-org/glm-5",
            "deepseek/deepseek-v3-0324",
            "deepseek/deepseek-r1-0528",
            "qwen/qwen3-235b-a22b-fp8",
        ),
        default_aux_model="deepseek/deepseek-v3-0324",
        vision=True,
        signup_url="https://novita.ai/settings/key-management",
        docs_url="https://novita.ai/docs",
    )
)
