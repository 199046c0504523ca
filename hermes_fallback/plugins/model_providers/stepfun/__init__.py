"""StepFun."""

from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(
    ProviderProfile(
        name="stepfun",
        display_name="StepFun",
        description="The Step models on the Step Plan subscription.",
        aliases=("step", "stepfun-coding-plan"),
        base_url="https://api.stepfun.ai/step_plan/v1",
        alternate_base_urls=(
            "https://api.stepfun.com/step_plan/v1",
            "https://api.stepfun.ai/v1",
            "https://api.stepfun.com/v1",
        ),
        base_url_env="STEPFUN_BASE_URL",
        auto_rank=11,
        env_vars=("STEPFUN_API_KEY",),
        default_models=("step-3.5-flash", "step-3.5-flash-2603"),
        default_aux_model="step-3.5-flash",
        signup_url="https://platform.stepfun.ai",
        docs_url="https://platform.stepfun.ai/docs/en",
    )
)
