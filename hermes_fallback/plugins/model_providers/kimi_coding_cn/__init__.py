"""Kimi / Moonshot (China)."""

from hermes_fallback.providers import Demands, Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="kimi-coding-cn",
        display_name="Kimi / Moonshot (China)",
        description="The Kimi models, from the Chinese site; its keys are separate.",
        aliases=("kimi-cn", "moonshot-cn"),
        api_modes_by_url=(("https://api.kimi.com/coding", "anthropic_messages"),),
        base_url="https://api.moonshot.cn/v1",
        alternate_base_urls=("https://api.kimi.com/coding",),
        auto_rank=22,
        env_vars=("KIMI_CN_API_KEY",),
        key_prefixes=("sk-",),
        probe=Probe(url="https://api.moonshot.cn/v1/users/me/balance"),
        # As at platform.moonshot.ai: thinking models and vision, 2026-11.
        demands=Demands(reasoning_content="filled", image_urls=False),
        default_models=(
            "kimi-k3",
            "kimi-k2.7-code",
            "kimi-k2.6",
            "kimi-k2.5",
            "kimi-k2-thinking",
            "kimi-k2-turbo-preview",
        ),
        default_aux_model="kimi-k2-turbo-preview",
        vision=False,
        signup_url="https://platform.moonshot.cn/",
        docs_url="https://platform.moonshot.cn/docs",
    )
)
