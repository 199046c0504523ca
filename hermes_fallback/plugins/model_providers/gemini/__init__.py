"""Google AI Studio."""

from hermes_fallback.providers import Demands, Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="gemini",
        display_name="Google AI Studio",
        description="The Gemini models with a key from Google AI Studio.",
        aliases=("google", "google-gemini", "google-ai-studio"),
        # One level up is the native surface, which speaks a dialect of its own.
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        alternate_base_urls=("https://generativelanguage.googleapis.com/v1beta",),
        base_url_env="GEMINI_BASE_URL",
        auto_rank=13,
        env_vars=("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        key_prefixes=("AIza",),
        probe=Probe(
            url="https://generativelanguage.googleapis.com/v1beta/models?pageSize=1",
            auth_header="x-goog-api-key",
            rejects=(400, 401, 403),
        ),
        # A call that Gemini 3 has not signed itself is refused but for this word, which stands for calls of other
        # models: ai.google.dev, thought signatures, 2026-11.
        demands=Demands(
            call_fields={
                "extra_content": {"google": {"thought_signature": "skip_thought_signature_validator"}}
            },
        ),
        default_models=(
            "gemini-3.1-pro-preview",
            "gemini-3-pro-preview",
            "gemini-3.5-flash",
            "gemini-3.1-flash-lite-preview",
        ),
        default_aux_model="gemini-3.5-flash",
        vision=True,
        signup_url="https://aistudio.google.com/app/apikey",
        docs_url="https://ai.google.dev/gemini-api/docs",
    )
)
