"""Mistral AI."""

from hermes_fallback.providers import Demands, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="mistral",
        display_name="Mistral AI",
        description="The Mistral models, from their maker.",
        aliases=("mistralai",),
        base_url="https://api.mistral.ai/v1",
        base_url_env="MISTRAL_BASE_URL",
        auto_rank=30,
        env_vars=("MISTRAL_API_KEY",),
        # An id of a call is nine letters or digits, unknown fields are refused, and so is a system prompt behind what
        # others said: docs.mistral.ai, chat completion, 2026-11.
        demands=Demands(
            tool_id_chars=9,
            exact_tool_ids=True,
            system_first=True,
            alternates=True,
            reasoning_content="refused",
        ),
        default_models=("mistral-large-latest", "mistral-medium-latest", "mistral-small-latest"),
        signup_url="https://console.mistral.ai/api-keys",
        docs_url="https://docs.mistral.ai",
    )
)
