"""Nous Portal."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="nous",
        display_name="Nous Portal",
        description="Models of many vendors on a Nous subscription, with a sign-in or a key.",
        aliases=("nous-portal", "nousresearch"),
        base_url="https://inference-api.nousresearch.com/v1",
        base_url_env="NOUS_INFERENCE_BASE_URL",
        auth_type="oauth_device",
        takes_keys=True,
        env_vars=("NOUS_API_KEY",),
        models_public=True,
        # The portal's account route knows tokens of a sign-in alone, and would call a good key bad.
        probe=Probe(
            url="https://inference-api.nousresearch.com/v1/chat/completions", kind="one_token", method="POST"
        ),
        default_models=(
            "anthropic/claude-sonnet-5",
            "anthropic/claude-opus-4.8",
            "openai/gpt-5.5",
            "google/gemini-3.5-flash",
            "z-ai/glm-5.2",
            "moonshotai/kimi-k3",
        ),
        default_aux_model="google/gemini-3-flash-preview",
        vision=True,
        signup_url="https://portal.nousresearch.com/",
        docs_url="https://hermes-agent.nousresearch.com/docs/integrations/providers",
    )
)
