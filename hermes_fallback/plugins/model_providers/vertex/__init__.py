"""Google Vertex AI."""

from hermes_fallback.providers import Demands, Probe, ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="vertex",
        display_name="Google Vertex AI",
        description="The Gemini models in your own Google Cloud project.",
        aliases=("google-vertex", "vertex-ai", "gcp-vertex", "vertexai"),
        base_url=(
            "https://aiplatform.googleapis.com/v1beta1/projects/{project}/locations/{region}/endpoints/openapi"
        ),
        regional_base_url=(
            "https://{region}-aiplatform.googleapis.com/v1beta1/projects/{project}/locations/{region}/endpoints/openapi"
        ),
        placeholders={
            "project": ("VERTEX_PROJECT_ID", "vertex.project_id", "GOOGLE_CLOUD_PROJECT"),
            "region": ("VERTEX_REGION", "vertex.region"),
        },
        alternate_base_urls=("https://*.googleapis.com",),
        auth_type="gcp_adc",
        # Files with credentials; without them, those that Google's own tools left on this machine.
        setup_vars=("VERTEX_CREDENTIALS_PATH", "GOOGLE_APPLICATION_CREDENTIALS"),
        models_path="",
        probe=Probe(kind="token_mint", accepts=(), rejects=()),
        # As in Google AI Studio: ai.google.dev, thought signatures, 2026-11.
        demands=Demands(
            call_fields={
                "extra_content": {"google": {"thought_signature": "skip_thought_signature_validator"}}
            },
        ),
        default_models=("google/gemini-3-pro-preview", "google/gemini-3-flash-preview"),
        default_aux_model="google/gemini-3-flash-preview",
        vision=True,
        signup_url="https://console.cloud.google.com/iam-admin/serviceaccounts",
        docs_url="https://cloud.google.com/vertex-ai/generative-ai/docs",
    )
)
