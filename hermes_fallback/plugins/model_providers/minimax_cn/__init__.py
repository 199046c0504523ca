"""MiniMax (China)."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="minimax-cn",
        display_name="MiniMax (China)",
        description="The MiniMax models, from the Chinese site; its keys are separate.",
        aliases=("minimax-china", "minimax_cn"),
        api_mode="anthropic_messages",
        api_modes_by_url=(("https://api.minimaxi.com/v1", "chat_completions"),),
        base_url="https://api.minimaxi.com/anthropic",
        alternate_base_urls=("https://api.minimaxi.com/v1",),
        base_url_env="MINIMAX_CN_BASE_URL",
        auto_rank=7,
        env_vars=("MINIMAX_CN_API_KEY",),
        models_path="/v1/models",
        default_models=("MiniMax-M3", "MiniMax-M2.7", "MiniMax-M2.5", "MiniMax-M2.1"),
        default_aux_model="MiniMax-M3",
        vision=True,
        signup_url="https://www.minimaxi.com/",
        docs_url="https://platform.minimaxi.com/docs",
    )
)
