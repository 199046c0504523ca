"""Google Gemini (OAuth)."""

from hermes_fallback.providers import OAuth, Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="google-gemini-cli",
        display_name="Google Gemini (OAuth)",
        description="The Gemini models through Gemini Code Assist, which serves paid licences alone since June 2026.",
        aliases=("gemini-cli", "gemini-oauth"),
        api_mode="code_assist",
        base_url="cloudcode-pa://google",
        alternate_base_urls=("https://cloudcode-pa.googleapis.com",),
        auth_type="oauth_pkce",
        # The secret of the client is published with gemini-cli, and is not ours to pass on.
        # Seen in google-gemini/gemini-cli and in the history of hermes-agent, which removed this sign-in.
        oauth=OAuth(
            flow="loopback",
            client_id="681255809395-oo8ft2oprdrnp9e3aqf6av3hmdib135j.apps.googleusercontent.com",
            client_id_env="HERMES_GEMINI_CLIENT_ID",
            client_secret_env="HERMES_GEMINI_CLIENT_SECRET",
            scopes=(
                "https://www.googleapis.com/auth/cloud-platform",
                "https://www.googleapis.com/auth/userinfo.email",
                "https://www.googleapis.com/auth/userinfo.profile",
            ),
            authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
            token_url="https://oauth2.googleapis.com/token",
            redirect_uri="http://127.0.0.1:8085/oauth2callback",
            authorize_params={"access_type": "offline", "prompt": "consent"},
            deadline_s=300,
            skew_s=60,
            project_url="https://cloudcode-pa.googleapis.com/v1internal",
            project_envs=("HERMES_GEMINI_PROJECT_ID", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT_ID"),
            instead="gemini",
            terms="Google calls the use of this sign-in by other programs a violation, and has closed accounts for "
            "it; since 18 June 2026 it serves paid licences alone. A key with the provider `gemini` has no such risk.",
        ),
        models_path="",
        probe=Probe(url="https://cloudcode-pa.googleapis.com/v1internal:loadCodeAssist", method="POST"),
        default_models=("gemini-3.1-pro-preview", "gemini-3-pro-preview", "gemini-3-flash-preview"),
        vision=False,
        signup_url="https://codeassist.google/",
        docs_url="https://github.com/google-gemini/gemini-cli",
    )
)
