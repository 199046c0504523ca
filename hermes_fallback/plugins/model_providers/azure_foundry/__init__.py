"""Microsoft Foundry."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="azure-foundry",
        display_name="Microsoft Foundry",
        description="Your own deployments on Microsoft Foundry, with a resource key or Entra ID.",
        aliases=("azure", "azure-ai-foundry", "azure-ai"),
        api_modes_by_model=(("codex", "codex_responses"),),
        alternate_base_urls=(
            "https://*.openai.azure.com/openai/v1",
            "https://*.services.ai.azure.com/anthropic",
        ),
        base_url_env="AZURE_FOUNDRY_BASE_URL",
        auth_type="entra_or_key",
        env_vars=("AZURE_FOUNDRY_API_KEY",),
        auth_header="api-key",
        auth_scheme="",
        signup_url="https://ai.azure.com/",
        docs_url="https://learn.microsoft.com/azure/ai-foundry/foundry-models/how-to/configure-entra-id",
    )
)
