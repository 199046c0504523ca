"""NVIDIA NIM."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="nvidia",
        display_name="NVIDIA NIM",
        description="NVIDIA's hosted models, Nemotron among them.",
        aliases=("nvidia-nim", "nim", "build-nvidia", "nemotron"),
        base_url="https://integrate.api.nvidia.com/v1",
        base_url_env="NVIDIA_BASE_URL",
        auto_rank=9,
        env_vars=("NVIDIA_API_KEY",),
        key_prefixes=("nvapi-",),
        models_public=True,
        probe=Probe(
            url="https://integrate.api.nvidia.com/v1/chat/completions",
            kind="one_token",
            method="POST",
            rejects=(401, 403),
        ),
        default_models=(
            "nvidia/nemotron-3-ultra-550b-a55b",
            "nvidia/nemotron-3-super-120b-a12b",
            "nvidia/nemotron-3-nano-omni-30b-a3b-reasoning",
            "z-ai/glm-5.2",
            "moonshotai/kimi-k2.6",
            "minimaxai/minimax-m3",
        ),
        vision=True,
        signup_url="https://build.nvidia.com/",
        docs_url="https://docs.api.nvidia.com/nim/",
    )
)
