"""Nous Portal."""

from hermes_fallback.providers import OAuth, Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="nous",
        display_name="Nous Portal",
        description="Models of many vendors on a Nous subscription, with a sign-in or a key.",
        aliases=("nous-portal", "nousresearch"),
        base_url="https://inference-api.nousresearch.com/v1",
        base_url_env="NOUS_INFERENCE_BASE_URL",
        auth_type="oauth_device",
        # Its client id is that of Nous Research's own Hermes Agent. Seen in hermes-agent 0.19.0; nobody says whether
        # other programs may use it, nor how long an access token lasts.
        oauth=OAuth(
            client_id="hermes-cli",
            scopes=("inference:invoke",),
            device_url="https://portal.nousresearch.com/api/oauth/device/code",
            token_url="https://portal.nousresearch.com/api/oauth/token",
            refresh_header="x-nous-refresh-token",
            terminal_errors=("invalid_grant", "invalid_token", "refresh_token_reused"),
            hosts=("inference-api.nousresearch.com",),
            shared="nous_auth.json",
            kept={"portal_base_url": "https://portal.nousresearch.com"},
            terms="You sign in as Hermes Agent of Nous Research does, by its client id; whether Nous Research wants "
            "that from other programs, it does not say.",
        ),
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
