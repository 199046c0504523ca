"""Alibaba Coding Plan."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="alibaba-coding-plan",
        display_name="Alibaba Coding Plan",
        description="Qwen and others on Alibaba's Coding Plan subscription; its keys are separate.",
        aliases=("alibaba_coding", "alibaba-coding", "alibaba_coding_plan", "dashscope-coding"),
        base_url="https://coding-intl.dashscope.aliyuncs.com/v1",
        alternate_base_urls=(
            "https://coding.dashscope.aliyuncs.com/v1",
            "https://coding-intl.dashscope.aliyuncs.com/apps/anthropic",
        ),
        base_url_env="ALIBABA_CODING_PLAN_BASE_URL",
        auto_rank=21,
        # The second helps only where it holds a plan key.
        env_vars=(
            "ALIBABA_CODING_PLAN_API_KEY",
            "DASHSCOPE_API_KEY",
        ),
        key_prefixes=("sk-sp-",),
        models_public=True,
        probe=Probe(
            url="https://coding-intl.dashscope.aliyuncs.com/v1/chat/completions",
            kind="one_token",
            method="POST",
        ),
        default_models=(
            "qwen3.7-plus",
            "qwen3.6-plus",
            "qwen3-coder-plus",
            "qwen3-coder-next",
            "kimi-k2.5",
            "glm-5",
        ),
        vision=True,
        signup_url="https://modelstudio.console.alibabacloud.com/?tab=coding-plan",
        docs_url="https://www.alibabacloud.com/help/en/model-studio/coding-plan",
    )
)
