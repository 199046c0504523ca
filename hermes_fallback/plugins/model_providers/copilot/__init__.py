"""GitHub Copilot."""

from hermes_fallback.providers import OAuth, Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="copilot",
        display_name="GitHub Copilot",
        description="Models of many vendors on a GitHub Copilot subscription.",
        aliases=("github-copilot", "github-models", "github-model", "github"),
        api_modes_by_model=(("gpt-5-mini", "chat_completions"), ("gpt-5", "codex_responses")),
        base_url="https://api.githubcopilot.com",
        base_url_env="COPILOT_API_BASE_URL",
        auth_type="oauth_device",
        # A token of GitHub is all that a sign-in gives; requests carry the one it is exchanged for. The exchange of
        # VS Code names that program in two headers, which we do not send. Seen in hermes-agent 0.19.0.
        oauth=OAuth(
            client_id="Iv1.b507a08c87ecfe98",
            scopes=("read:user",),
            device_url="https://github.com/login/device/code",
            token_url="https://github.com/login/oauth/access_token",
            lifetime_s=1800,
            hosts=("githubcopilot.com",),
            exchange_url="https://api.github.com/copilot_internal/v2/token",
            token_prefixes=("gho_", "ghu_", "github_pat_"),
            reads=("gh",),
            terms="You sign in by the client id of GitHub Copilot in VS Code; GitHub serves Copilot to editors it "
            "knows, and may refuse our requests, which say who they come from.",
        ),
        # They hold a token of GitHub, which has to be exchanged for one of Copilot.
        env_vars=("COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"),
        key_prefixes=("gho_", "ghu_", "github_pat_"),
        probe=Probe(
            url="https://api.github.com/copilot_internal/v2/token",
            auth_header="Authorization",
            auth_scheme="token",
            rejects=(401, 403, 404),
        ),
        default_models=(
            "gpt-5.4",
            "gpt-5.4-mini",
            "gpt-5-mini",
            "claude-sonnet-5",
            "claude-sonnet-4.6",
            "gemini-3.1-pro-preview",
        ),
        vision=True,
        signup_url="https://github.com/settings/personal-access-tokens/new",
        docs_url="https://docs.github.com/en/copilot",
    )
)
