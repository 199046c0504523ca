"""Kimi / Moonshot."""

from hermes_fallback.providers import Demands, Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="kimi-coding",
        display_name="Kimi / Moonshot",
        description="The Kimi models, from their maker.",
        aliases=("kimi", "moonshot", "kimi-for-coding"),
        api_modes_by_url=(("https://api.kimi.com/coding", "anthropic_messages"),),
        base_url="https://api.moonshot.ai/v1",
        alternate_base_urls=("https://api.kimi.com/coding",),
        base_url_env="KIMI_BASE_URL",
        auto_rank=5,
        env_vars=("KIMI_API_KEY", "KIMI_CODING_API_KEY"),
        key_prefixes=("sk-",),
        probe=Probe(url="https://api.moonshot.ai/v1/users/me/balance"),
        # With thinking on, a message that calls tools is refused without its reasoning, and images are taken with
        # their bytes alone: platform.moonshot.ai, thinking models and vision, 2026-11.
        demands=Demands(reasoning_content="filled", image_urls=False),
        default_models=(
            "kimi-k3",
            "kimi-k2.7-code",
            "kimi-k2.6",
            "kimi-k2.5",
            "kimi-for-coding",
            "kimi-k2-turbo-preview",
        ),
        default_aux_model="kimi-k2-turbo-preview",
        vision=False,
        signup_url="https://platform.moonshot.ai",
        docs_url="https://platform.moonshot.ai/docs",
    )
)
