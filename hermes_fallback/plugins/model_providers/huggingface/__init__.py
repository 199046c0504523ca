"""Hugging Face."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="huggingface",
        display_name="Hugging Face",
        description="Hugging Face's router: one token for many inference providers.",
        aliases=("hf", "hugging-face", "huggingface-hub"),
        base_url="https://router.huggingface.co/v1",
        base_url_env="HF_BASE_URL",
        auto_rank=24,
        env_vars=("HF_TOKEN",),
        key_prefixes=("hf_",),
        models_public=True,
        probe=Probe(url="https://huggingface.co/api/whoami-v2"),
        default_models=(
            "moonshotai/Kimi-K2.6",
            "moonshotai/Kimi-K2.5",
            "Qwen/Qwen3.5-397B-A17B",
            "deepseek-ai/DeepSeek-V3.2",
            "MiniMaxAI/MiniMax-M2.5",
            "zai-org/GLM-5",
        ),
        vision=True,
        signup_url="https://huggingface.co/settings/tokens",
        docs_url="https://huggingface.co/docs/inference-providers",
    )
)
