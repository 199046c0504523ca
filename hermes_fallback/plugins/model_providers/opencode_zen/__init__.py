"""OpenCode Zen."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="opencode-zen",
        display_name="OpenCode Zen",
        description="Models picked for coding agents, paid by use.",
        aliases=("opencode", "opencode_zen", "zen"),
        api_modes_by_model=(
            ("claude-", "anthropic_messages"),
            ("qwen", "anthropic_messages"),
            ("gpt-", "codex_responses"),
        ),
        base_url="https://opencode.ai/zen/v1",
        base_url_env="OPENCODE_ZEN_BASE_URL",
        auto_rank=15,
        env_vars=("OPENCODE_ZEN_API_KEY",),
        models_public=True,
        probe=Probe(
            url="https://opencode.ai/zen/v1/chat/completions",
            kind="one_token",
            method="POST",
        ),
        default_models=(
            "gpt-5.5",
            "claude-sonnet-5",
            "claude-opus-4-8",
            "gemini-3.5-flash",
            "kimi-k2.6",
            "glm-5.2",
        ),
        default_aux_model="gemini-3-flash",
        vision=True,
        signup_url="https://opencode.ai/auth",
        docs_url="https://opencode.ai/docs/zen",
    )
)
