"""Google Gemini (OAuth)."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="google-gemini-cli",
        display_name="Google Gemini (OAuth)",
        description="The Gemini models through Gemini Code Assist, which serves paid licences alone since June 2026.",
        aliases=("gemini-cli", "gemini-oauth"),
        base_url="cloudcode-pa://google",
        alternate_base_urls=("https://cloudcode-pa.googleapis.com",),
        auth_type="oauth_pkce",
        models_path="",
        probe=Probe(url="https://cloudcode-pa.googleapis.com/v1internal:loadCodeAssist", method="POST"),
        default_models=("gemini-3.1-pro-preview", "gemini-3-pro-preview", "gemini-3-flash-preview"),
        vision=False,
        signup_url="https://codeassist.google/",
        docs_url="https://github.com/google-gemini/gemini-cli",
    )
)
