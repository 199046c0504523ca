"""OpenCode Go."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="opencode-go",
        display_name="OpenCode Go",
        description="Open models for coding agents at a flat rate.",
        aliases=("opencode_go", "go", "opencode-go-sub"),
        api_modes_by_model=(("minimax-", "anthropic_messages"), ("qwen", "anthropic_messages")),
        base_url="https://opencode.ai/zen/go/v1",
        base_url_env="OPENCODE_GO_BASE_URL",
        auto_rank=16,
        env_vars=("OPENCODE_GO_API_KEY",),
        models_public=True,
        probe=Probe(
            url="https://opencode.ai/zen/go/v1/chat/completions",
            kind="one_token",
            method="POST",
        ),
        default_models=("kimi-k3", "kimi-k2.6", "glm-5.2", "deepseek-v4-pro", "minimax-m3", "qwen3.7-plus"),
        default_aux_model="glm-5",
        vision=True,
        signup_url="https://opencode.ai/auth",
        docs_url="https://opencode.ai/docs/go",
    )
)
