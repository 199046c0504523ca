"""OpenAI Codex."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

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
