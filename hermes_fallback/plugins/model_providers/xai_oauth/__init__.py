"""xAI Grok OAuth (SuperGrok)."""

from hermes_fallback.providers import OAuth, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="xai-oauth",
        display_name="xAI Grok OAuth (SuperGrok)",
        description="The Grok models on a SuperGrok subscription.",
        aliases=("grok-oauth", "x-ai-oauth", "xai-grok-oauth"),
        api_mode="codex_responses",
        base_url="https://api.x.ai/v1",
        base_url_env="HERMES_XAI_BASE_URL",
        other_base_url_envs=("XAI_BASE_URL",),
        auth_type="oauth_device",
        # Which subscriptions may use the API is reported differently; a 403 means that this one may not.
        # Seen in hermes-agent 0.19.0 and litellm 1.106.2.
        oauth=OAuth(
            client_id="b1a00492-073a-47ea-816f-4c329264a828",
            scopes=("openid", "profile", "email", "offline_access", "grok-cli:access", "api:access"),
            device_url="https://auth.x.ai/oauth2/device/code",
            discovery_url="https://auth.x.ai/.well-known/openid-configuration",
            terminal_errors=("invalid_grant",),
            terminal_statuses=(400, 401),
            hosts=("x.ai",),
            layout="tokens",
            kept={"auth_mode": "oauth_device_code"},
            terms="You sign in by the client id of xAI's own Grok CLI; xAI may refuse other programs, and plans "
            "without access to its API.",
        ),
        key_prefixes=("eyJ",),
        default_models=(
            "grok-build-0.1",
            "grok-4.5",
            "grok-composer-2.5-fast",
            "grok-4.3",
            "grok-4.20-0309-reasoning",
        ),
        vision=True,
        signup_url="https://x.ai/grok",
        docs_url="https://docs.x.ai",
    )
)
