"""z.ai / GLM."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="zai",
        display_name="z.ai / GLM",
        description="The GLM models, from their maker.",
        aliases=("glm", "z-ai", "z.ai", "zhipu"),
        base_url="https://api.z.ai/api/paas/v4",
        alternate_base_urls=(
            "https://open.bigmodel.cn/api/paas/v4",
            "https://api.z.ai/api/coding/paas/v4",
            "https://open.bigmodel.cn/api/coding/paas/v4",
        ),
        base_url_env="GLM_BASE_URL",
        auto_rank=4,
        env_vars=("GLM_API_KEY", "ZAI_API_KEY", "Z_AI_API_KEY"),
        default_models=("glm-5.2", "glm-5.1", "glm-5", "glm-5v-turbo", "glm-4.7", "glm-4.5-flash"),
        default_aux_model="glm-4.5-flash",
        vision=True,
        signup_url="https://z.ai/",
        docs_url="https://docs.z.ai",
    )
)
