"""MiniMax (OAuth)."""

from hermes_fallback.providers import OAuth, ProviderProfile, register_provider

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
        # Access tokens last about 15 minutes. Seen in hermes-agent 0.19.0.
        oauth=OAuth(
            flow="user_code",
            client_id="78257093-7e40-4613-99e0-527b14b39113",
            scopes=("group_id", "profile", "model.completion"),
            device_url="https://api.minimax.io/oauth/code",
            token_url="https://api.minimax.io/oauth/token",
            uses_pkce=True,
            interval_s=2,
            lifetime_s=900,
            skew_s=60,
            terminal_errors=("invalid_grant", "refresh_token_reused", "invalid_refresh_token"),
            # The second is the region `cn`, where Hermes Agent can sign in as well.
            hosts=("api.minimax.io", "api.minimaxi.com"),
            kept={"region": "global", "portal_base_url": "https://api.minimax.io"},
            terms="You sign in by a client id that MiniMax gave to other programs; whether it wants that from ours, "
            "it does not say.",
        ),
        models_path="/v1/models",
        default_models=("MiniMax-M3", "MiniMax-M2.7", "MiniMax-M2.7-highspeed"),
        default_aux_model="MiniMax-M2.7",
        vision=True,
        signup_url="https://www.minimax.io/",
        docs_url="https://platform.minimax.io/docs",
    )
)
