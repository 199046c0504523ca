"""Custom endpoint."""

from hermes_fallback.providers import Demands, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="custom",
        display_name="Custom endpoint",
        description="Any endpoint that speaks a known dialect: llama.cpp, a gateway, a proxy of your own.",
        aliases=("local", "llamacpp", "llama.cpp", "llama-cpp"),
        api_modes_by_url=(
            ("https://api.anthropic.com", "anthropic_messages"),
            ("https://api.kimi.com/coding", "anthropic_messages"),
        ),
        alternate_base_urls=("https://api.openai.com/v1", "https://*.openai.azure.com/openai/v1"),
        base_url_env="CUSTOM_BASE_URL",
        other_base_url_envs=("OPENAI_BASE_URL",),
        shares_primary_address=True,
        auth_type="none",
        # Goes to the hosts above alone; elsewhere a link names its own `key_env`.
        env_vars=("OPENAI_API_KEY",),
        # The chat templates of local models refuse system prompts behind what others said, and turns not taken.
        demands=Demands(system_first=True, alternates=True),
        docs_url="https://hermes-agent.nousresearch.com/docs/integrations/providers",
    )
)
