"""Xiaomi MiMo."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="xiaomi",
        display_name="Xiaomi MiMo",
        description="The MiMo models, from their maker.",
        aliases=("mimo", "xiaomi-mimo"),
        base_url="https://api.xiaomimimo.com/v1",
        alternate_base_urls=("https://token-plan-cn.xiaomimimo.com/v1",),
        base_url_env="XIAOMI_BASE_URL",
        auto_rank=18,
        env_vars=("XIAOMI_API_KEY",),
        key_prefixes=("sk-", "tp-"),
        # A good key is refused here when it comes as a bearer.
        probe=Probe(url="https://api.xiaomimimo.com/v1/models", auth_header="api-key"),
        default_models=("mimo-v2.5-pro", "mimo-v2.5", "mimo-v2-pro"),
        vision=True,
        signup_url="https://platform.xiaomimimo.com",
        docs_url="https://platform.xiaomimimo.com/#/docs",
    )
)
