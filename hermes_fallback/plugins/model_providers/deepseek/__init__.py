"""DeepSeek."""

from hermes_fallback.providers import Demands, Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="deepseek",
        display_name="DeepSeek",
        description="The DeepSeek models, from their maker.",
        aliases=("deep-seek", "deepseek-chat"),
        base_url="https://api.deepseek.com/v1",
        base_url_env="DEEPSEEK_BASE_URL",
        auto_rank=8,
        env_vars=("DEEPSEEK_API_KEY",),
        key_prefixes=("sk-",),
        probe=Probe(url="https://api.deepseek.com/user/balance"),
        # With thinking on, a message that calls tools is refused without its reasoning; no model takes images:
        # api-docs.deepseek.com, thinking mode, 2026-11.
        demands=Demands(reasoning_content="filled", images=False),
        default_models=("deepseek-v4-pro", "deepseek-v4-flash", "deepseek-chat", "deepseek-reasoner"),
        default_aux_model="deepseek-chat",
        vision=False,
        signup_url="https://platform.deepseek.com/api_keys",
        docs_url="https://api-docs.deepseek.com",
    )
)
