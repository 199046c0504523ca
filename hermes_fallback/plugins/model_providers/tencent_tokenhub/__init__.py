"""Tencent TokenHub."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="tencent-tokenhub",
        display_name="Tencent TokenHub",
        description="The Hunyuan models on Tencent's TokenHub.",
        aliases=("tencent", "tokenhub", "tencent-cloud", "tencentmaas"),
        base_url="https://tokenhub.tencentmaas.com/v1",
        base_url_env="TOKENHUB_BASE_URL",
        auto_rank=23,
        env_vars=("TOKENHUB_API_KEY",),
        key_prefixes=("sk-",),
        default_models=("hy3-preview",),
        default_aux_model="hy3-preview",
        vision=False,
        signup_url="https://tokenhub.tencentmaas.com",
        docs_url="https://cloud.tencent.com/document/product/1823/130050",
    )
)
