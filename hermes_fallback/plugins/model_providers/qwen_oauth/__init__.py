"""Qwen Portal (OAuth)."""

from hermes_fallback.providers import OAuth, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="qwen-oauth",
        display_name="Qwen Portal (OAuth)",
        description="The Qwen models with the sign-in of Qwen Code; its free tier ended in April 2026.",
        aliases=("qwen-portal", "qwen-cli", "qwen"),
        base_url="https://portal.qwen.ai/v1",
        base_url_env="HERMES_QWEN_BASE_URL",
        auth_type="oauth_external",
        # Whether any account still gets in is not known; the vendor's own program hides this sign-in.
        # Seen in hermes-agent 0.19.0, which reads the files of Qwen Code alone, and in QwenLM/qwen-code.
        oauth=OAuth(
            client_id="f0304373b74a44d2b584a3fb70ca9e56",
            scopes=("openid", "profile", "email", "model.completion"),
            device_url="https://chat.qwen.ai/api/v1/oauth2/device/code",
            token_url="https://chat.qwen.ai/api/v1/oauth2/token",
            uses_pkce=True,
            interval_s=2,
            lifetime_s=21_600,
            terminal_statuses=(400, 401),
            headers={"X-DashScope-AuthType": "qwen-oauth"},
            reads=("qwen_code",),
            terms="Alibaba ended the free use of this sign-in on 15 April 2026, and you sign in by the client id of "
            "its Qwen Code; it may well lead nowhere.",
        ),
        default_models=("qwen3-coder-plus", "qwen3-coder"),
        vision=True,
        signup_url="https://chat.qwen.ai",
        docs_url="https://github.com/QwenLM/qwen-code",
    )
)
