"""MiniMax (OAuth)."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="minimax-oauth",
        display_name="MiniMax (OAuth)",
        description="The MiniMax models on a subscription, without a key.",
        aliases=("minimax_oauth", "minimax-oauth-io", "minimax-portal", "minimax-global"),
        api_mode="anthropic_messages",
        base_url="https://api.minimax.io/anthropic",
        alternate_base_urls=("https://api.minimaxi.com/anthropic",),
        auth_type="oauth_device",
        models_path="/v1/models",
        default_models=("MiniMax-M3", "MiniMax-M2.7", "MiniMax-M2.7-highspeed"),
        default_aux_model="MiniMax-M2.7",
        vision=True,
        signup_url="https://www.minimax.io/",
        docs_url="https://platform.minimax.io/docs",
    )
)
