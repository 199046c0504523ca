"""Anthropic."""

from hermes_fallback.providers import Demands, OAuth, Probe, ProviderProfile, register_provider

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
        # Nobody signs in here with us. What Hermes Agent or Claude Code have signed in to can be used and, where it
        # stands in auth.json, renewed. Whether Anthropic serves requests that do not name Claude Code is not known.
        # Seen in hermes-agent 0.19.0 and on code.claude.com, legal and compliance, 2026-02.
        oauth=OAuth(
            flow="none",
            client_id="9d1c250a-e61b-44d9-88ed-5944d1962f5e",
            token_url="https://platform.claude.com/v1/oauth/token",
            skew_s=60,
            headers={"anthropic-beta": "oauth-2025-04-20"},
            token_prefixes=("sk-ant-oat", "eyJ", "cc-"),
            reads=("claude_code",),
            terms="Anthropic allows the sign-in of a Free, Pro or Max plan in Claude Code and its own apps alone; "
            "since January 2026 it refuses requests of other programs, or bills them as extra usage.",
        ),
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
        # No model since 4.6 goes on from the assistant's own words: platform.claude.com, migration guide, 2026-11.
        demands=Demands(
            cache_marks=("claude-",),
            no_prefill=(
                "claude-opus-4-6",
                "claude-opus-4-7",
                "claude-opus-4-8",
                "claude-opus-5",
                "claude-sonnet-4-6",
                "claude-sonnet-5",
                "claude-haiku-5",
                "claude-fable",
                "claude-mythos",
            ),
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
