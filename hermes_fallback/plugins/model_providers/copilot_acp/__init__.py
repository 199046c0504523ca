"""GitHub Copilot ACP."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="copilot-acp",
        display_name="GitHub Copilot ACP",
        description="GitHub Copilot through its own command-line program, which holds the sign-in.",
        aliases=("github-copilot-acp", "copilot-acp-agent"),
        base_url="acp://copilot",
        base_url_env="COPILOT_ACP_BASE_URL",
        auth_type="external_process",
        command="copilot",
        command_envs=("HERMES_COPILOT_ACP_COMMAND", "COPILOT_CLI_PATH"),
        models_path="",
        probe=Probe(kind="process_start", accepts=(), rejects=()),
        default_models=("copilot-acp", "gpt-5.4", "claude-sonnet-5"),
        vision=False,
        signup_url="https://github.com/features/copilot",
        docs_url="https://docs.github.com/en/copilot",
    )
)
