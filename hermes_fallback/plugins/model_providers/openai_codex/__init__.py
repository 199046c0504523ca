"""OpenAI Codex."""

from hermes_fallback.providers import OAuth, Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="openai-codex",
        display_name="OpenAI Codex",
        description="The GPT models for coding on a ChatGPT subscription.",
        aliases=("codex", "openai_codex"),
        api_mode="codex_responses",
        base_url="https://chatgpt.com/backend-api/codex",
        base_url_env="HERMES_CODEX_BASE_URL",
        auth_type="oauth_device",
        # The device flow asks for no scopes, and its server makes the PKCE verifier. Seen in hermes-agent 0.19.0,
        # litellm 1.106.2 and openai/codex, none of which says how long an access token lasts.
        oauth=OAuth(
            flow="device_code",
            client_id="app_EMoamEEZ73f0CkXaXp7hrann",
            device_url="https://auth.openai.com/api/accounts/deviceauth/usercode",
            poll_url="https://auth.openai.com/api/accounts/deviceauth/token",
            verification_url="https://auth.openai.com/codex/device",
            token_url="https://auth.openai.com/oauth/token",
            redirect_uri="https://auth.openai.com/deviceauth/callback",
            terminal_errors=("invalid_grant", "invalid_token", "invalid_request", "refresh_token_reused"),
            terminal_statuses=(401, 403),
            account_claim="https://api.openai.com/auth.chatgpt_account_id",
            account_header="ChatGPT-Account-ID",
            reads=("codex",),
            layout="tokens",
            kept={"auth_mode": "chatgpt"},
            terms="You sign in by the client id of OpenAI's own Codex CLI; OpenAI lets a list of its own programs in, "
            "and may refuse our requests, which say who they come from.",
        ),
        key_prefixes=("eyJ",),
        models_path="/models?client_version=1.0.0",
        probe=Probe(url="https://chatgpt.com/backend-api/wham/usage"),
        default_models=(
            "gpt-5.6-sol",
            "gpt-5.6-terra",
            "gpt-5.6-luna",
            "gpt-5.5",
            "gpt-5.4",
            "gpt-5.3-codex",
        ),
        vision=True,
        signup_url="https://chatgpt.com/",
        docs_url="https://developers.openai.com/codex",
    )
)
