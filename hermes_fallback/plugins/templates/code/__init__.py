"""Acme. Edit base_url and env_vars, then look at it: hermes providers show acme -v."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="acme",
        display_name="Acme",
        description="The models of Acme.",
        # Where requests go: what stands before `/chat/completions`; and the variable that replaces it.
        base_url="https://api.provider.example/v1",
        base_url_env="ACME_BASE_URL",
        # The variables that may hold its key, in the order they are asked; and how it is sent.
        env_vars=("ACME_API_KEY",),
        auth_header="Authorization",
        auth_scheme="Bearer",
        # What it speaks: chat_completions, anthropic_messages or codex_responses.
        api_mode="chat_completions",
        # Where it lists its models, below base_url; and what to choose from where that cannot be had.
        models_path="/models",
        default_models=(),
        # Where a key is made.
        signup_url="",
    )
)
