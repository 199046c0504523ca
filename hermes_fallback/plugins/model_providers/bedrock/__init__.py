"""AWS Bedrock."""

from hermes_fallback.providers import Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="bedrock",
        display_name="AWS Bedrock",
        description="Models of many vendors in your own AWS account.",
        aliases=("aws", "aws-bedrock", "amazon-bedrock", "amazon"),
        api_mode="bedrock_converse",
        base_url="https://bedrock-runtime.us-east-1.amazonaws.com",
        regional_base_url="https://bedrock-runtime.{region}.amazonaws.com",
        placeholders={"region": ("bedrock.region", "AWS_REGION", "AWS_DEFAULT_REGION", "~/.aws/config")},
        alternate_base_urls=("https://bedrock-runtime.*.amazonaws.com",),
        base_url_env="BEDROCK_BASE_URL",
        auth_type="aws_sdk",
        # A key of Bedrock's own, else whatever AWS takes: a pair of keys, a profile, a role.
        env_vars=("AWS_BEARER_TOKEN_BEDROCK",),
        setup_vars=(
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_PROFILE",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
        ),
        key_prefixes=("AKIA", "ASIA"),
        models_path="",
        models_url="https://bedrock.{region}.amazonaws.com/foundation-models",
        probe=Probe(url="https://bedrock.{region}.amazonaws.com/foundation-models", rejects=(403,)),
        default_models=(
            "us.anthropic.claude-sonnet-5",
            "us.anthropic.claude-sonnet-4-6",
            "us.anthropic.claude-haiku-4-5-20251001-v1:0",
            "us.amazon.nova-pro-v1:0",
            "deepseek.v3.2",
            "us.meta.llama4-maverick-17b-instruct-v1:0",
        ),
        vision=True,
        signup_url="https://console.aws.amazon.com/bedrock/",
        docs_url="https://docs.aws.amazon.com/bedrock/",
    )
)
