"""Fireworks AI."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="fireworks",
        display_name="Fireworks AI",
        description="Open models on Fireworks' own machines.",
        aliases=("fireworks-ai", "fw"),
        base_url="https://api.fireworks.ai/inference/v1",
        auto_rank=25,
        env_vars=("FIREWORKS_API_KEY",),
        key_prefixes=("fw_", "fw-", "fpk_"),
        default_models=(
            "accounts/fireworks/models/kimi-k2p6",
            "accounts/fireworks/models/glm-5p2",
            "accounts/fireworks/models/kimi-k2p7-code",
        ),
        default_aux_model="accounts/fireworks/models/glm-5p2",
        vision=True,
        signup_url="https://app.fireworks.ai/settings/users/api-keys",
        docs_url="https://docs.fireworks.ai",
    )
)
