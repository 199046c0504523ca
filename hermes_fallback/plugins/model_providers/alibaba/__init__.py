"""Alibaba / DashScope."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="alibaba",
        display_name="Alibaba / DashScope",
        description="The Qwen models on Alibaba's Model Studio.",
        aliases=("dashscope", "aliyun", "alibaba-cloud", "qwen-dashscope"),
        base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        alternate_base_urls=(
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
            "https://dashscope-intl.aliyuncs.com/apps/anthropic",
        ),
        base_url_env="DASHSCOPE_BASE_URL",
        auto_rank=20,
        env_vars=("DASHSCOPE_API_KEY",),
        key_prefixes=("sk-",),
        default_models=(
            "qwen3.7-max",
            "qwen3.7-plus",
            "qwen3.6-plus",
            "qwen3-coder-plus",
            "kimi-k2.5",
            "glm-5",
        ),
        vision=True,
        signup_url="https://modelstudio.console.alibabacloud.com/",
        docs_url="https://www.alibabacloud.com/help/en/model-studio/models",
    )
)
