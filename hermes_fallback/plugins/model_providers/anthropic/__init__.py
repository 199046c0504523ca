"""Anthropic."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="anthropic",
        display_name="Anthropic",
        description="Claude, from its maker.",
        aliases=("claude", "claude-oauth", "claude-code"),
        api_mode="anthropic_messages",
        base_url="https://api.anthropic.com",
        base_url_env="ANTHROPIC_BASE_URL",
        auto_rank=3,
        # The last two hold tokens of a subscription.
        env_vars=(
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_TOKEN",
            "CLAUDE_CODE_OAUTH_TOKEN",
        ),
        auth_header="x-api-key",
        auth_scheme="",
        default_headers={"anthropic-version": "2023-06-01"},
        key_prefixes=("sk-ant-", "eyJ", "cc-"),
        # A page has 20 unless more are asked for, and never over 1000: platform.claude.com, List Models, 2026-11.
        models_path="/v1/models?limit=1000",
        probe=Probe(
            url="https://api.anthropic.com/v1/models?limit=1",
            headers={"anthropic-version": "2023-06-01"},
        ),
        default_models=(
            "claude-fable-5",
            "claude-sonnet-5",
            "claude-opus-4-8",
            "claude-opus-4-6",
            "claude-sonnet-4-6",
            "claude-haiku-4-5-20251001",
        ),
        default_aux_model="claude-haiku-4-5-20251001",
        vision=True,
        signup_url="https://platform.claude.com/settings/keys",
        docs_url="https://platform.claude.com/docs",
    )
)
