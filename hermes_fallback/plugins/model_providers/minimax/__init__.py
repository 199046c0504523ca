"""MiniMax."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="minimax",
        display_name="MiniMax",
        description="The MiniMax models, from their maker.",
        aliases=("mini-max",),
        api_mode="anthropic_messages",
        api_modes_by_url=(("https://api.minimax.io/v1", "chat_completions"),),
        base_url="https://api.minimax.io/anthropic",
        alternate_base_urls=("https://api.minimax.io/v1",),
        base_url_env="MINIMAX_BASE_URL",
        auto_rank=6,
        env_vars=("MINIMAX_API_KEY",),
        models_path="/v1/models",
        probe=Probe(url="https://api.minimax.io/v1/models"),
        default_models=("MiniMax-M3", "MiniMax-M2.7", "MiniMax-M2.5", "MiniMax-M2.1"),
        default_aux_model="MiniMax-M3",
        vision=True,
        signup_url="https://www.minimax.io/",
        docs_url="https://platform.minimax.io/docs",
    )
)
