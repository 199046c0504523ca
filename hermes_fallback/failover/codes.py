"""The table of codes: what providers and libraries name a failure, and what each name means.

A *firm* code decides by itself. One that is not firm is used for several things, so that the provider's
words are asked first; it decides when they say nothing we know. Names compare without case, separators and
the ending `Error` or `Exception`: `rate_limit_error` is `RateLimitError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from hermes_fallback.model.reason import Reason

__all__ = [
    "CODES",
    "EXCEPTIONS",
    "EXCEPTION_STATUS",
    "STATUSES",
    "Meaning",
    "code_meaning",
    "exception_meaning",
    "exception_status",
    "normal",
]

_DROPPED = str.maketrans("", "", "_- ")
_ENDINGS = ("exception", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a code stands for. *name* is the table's own spelling; *origin* is a vendor page or an observation."""

    reason: Reason
    name: str
    origin: str
    firm: bool = True


@lru_cache(maxsize=1024)
def normal(code: str) -> str:
    """*code* as the table compares it."""
    short = code.translate(_DROPPED).lower()
    for ending in _ENDINGS:
        if short.endswith(ending) and len(short) > len(ending):
            return short[: -len(ending)]
    return short


@lru_cache(maxsize=1024)
def code_meaning(code: str) -> Meaning | None:
    """What *code* means, or None. Of a dotted code the whole is tried first, then the part before the dot."""
    short = normal(code)
    found = CODES.get(short)
    while found is None and "." in short:
        short = short.rpartition(".")[0]
        found = CODES.get(normal(short))
    return found


@lru_cache(maxsize=256)
def exception_meaning(name: str) -> Meaning | None:
    """What the class *name* of an exception means, or None."""
    return EXCEPTIONS.get(normal(name))


@lru_cache(maxsize=256)
def exception_status(name: str) -> int | None:
    """The status that the class *name* of an exception stands for, or None."""
    return EXCEPTION_STATUS.get(normal(name))


def _table(*lines: tuple[Meaning, ...]) -> dict[str, Meaning]:
    return {normal(meaning.name): meaning for line in lines for meaning in line}


def _firm(reason: Reason, origin: str, names: str) -> tuple[Meaning, ...]:
    return tuple(Meaning(reason=reason, name=name, origin=origin) for name in names.split())


def _vague(reason: Reason, origin: str, names: str) -> tuple[Meaning, ...]:
    return tuple(Meaning(reason=reason, name=name, origin=origin, firm=False) for name in names.split())


_OPENAI = "platform.openai.com/docs/guides/error-codes"
_ANTHROPIC = "docs.claude.com/en/api/errors"
_GOOGLE = "cloud.google.com/apis/design/errors; ai.google.dev/gemini-api/docs/troubleshooting"
_AZURE = "learn.microsoft.com/azure/ai-services/openai"
_AWS = "docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html"
_GROQ = "console.groq.com/docs/errors"
_MISTRAL = "docs.mistral.ai; issue reports, 2025"
_ZAI = "docs.z.ai/api-reference/api-code"
_MINIMAX = "platform.minimax.io/docs/api-reference/errorcode"
_ALIBABA = "alibabacloud.com/help/en/model-studio/error-code, 2026-06-23"
_ARK = "volcengine.com/docs/82379/1299023"
_BAIDU = "cloud.baidu.com/doc/WENXINWORKSHOP/s/tlmyncueh"
_SPARK = "xfyun.cn/doc/spark/Web.html"
_SILICON = "docs.siliconflow.com/faqs/error-code"
_CLOUDFLARE = "developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors"
_WORKERS_AI = "developers.cloudflare.com/workers-ai/platform/errors"
_TENCENT = "cloud.tencent.com/document/product/1729/97734"
_COPILOT = "GitHub Copilot and GitHub Models answers, seen 2025 and 2026"
_LLAMA = "llama.cpp tools/server, seen 2026"
_NEW_API = "one-api and new-api relays, sources and answers, seen 2026"
_LITELLM = "docs.litellm.ai/docs/exception_mapping"
_FINISH = "finish and block reasons in the providers' API references, 2026"
_OAUTH = "RFC 6749, 5.2; RFC 6750, 3.1"
_SEEN = "seen in issue reports, 2025 and 2026"

CODES = _table(
    _firm(Reason.QUOTA, _OPENAI, "insufficient_quota billing_hard_limit_reached billing_not_active"),
    _firm(Reason.AUTH, _OPENAI, "invalid_api_key account_deactivated unsupported_country_region_territory"),
    _firm(Reason.AUTH, _OPENAI, "invalid_organization mismatched_organization mismatched_project"),
    _firm(Reason.AUTH, _OPENAI, "ip_not_authorized token_expired token_revoked token_invalidated"),
    _firm(Reason.AUTH, _OPENAI, "invalid_token missing_scope"),
    _firm(Reason.MODEL_NOT_FOUND, _OPENAI, "model_not_found model_not_available invalid_model"),
    _firm(Reason.MODEL_NOT_FOUND, _OPENAI, "model_not_supported"),
    _firm(Reason.CONTEXT_OVERFLOW, _OPENAI, "context_length_exceeded string_above_max_length"),
    _firm(Reason.CONTENT_POLICY, _OPENAI, "content_policy_violation moderation_blocked"),
    _firm(Reason.CONTENT_POLICY, _OPENAI, "cyber_policy_violation image_content_policy_violation"),
    _firm(Reason.CONTENT_POLICY, _OPENAI, "content_filter content_policy"),
    _firm(Reason.OVERLOADED, _OPENAI, "server_is_overloaded server_overloaded engine_overloaded slow_down"),
    _vague(Reason.RATE_LIMIT, _OPENAI, "rate_limit_exceeded rate_limit tokens requests too_many_requests"),
    _firm(Reason.BAD_REQUEST, _OPENAI, "unsupported_parameter unknown_parameter unsupported_value"),
    _firm(Reason.BAD_REQUEST, _OPENAI, "invalid_value invalid_type missing_required_parameter"),
    _firm(Reason.BAD_REQUEST, _OPENAI, "invalid_function_parameters previous_response_not_found"),
    _firm(Reason.BAD_REQUEST, _OPENAI, "invalid_encrypted_content invalid_json_schema"),
    _firm(Reason.BAD_REQUEST, _OPENAI, "integer_below_min_value integer_above_max_value"),
    _firm(Reason.BAD_REQUEST, _OPENAI, "decimal_above_max_value invalid_image_url invalid_image_format"),
    _firm(Reason.BAD_REQUEST, _OPENAI, "invalid_base64 image_parse_error array_above_max_length"),
    _firm(Reason.BAD_REQUEST, _OPENAI, "array_below_min_length empty_array empty_string"),
    _firm(Reason.BAD_REQUEST, _OPENAI, "invalid_tool_call_id duplicate_parameter"),
    _firm(Reason.BAD_REQUEST, _OPENAI, "mutually_exclusive_parameters"),
    _vague(Reason.BAD_REQUEST, _OPENAI, "invalid_request invalid_request_error invalid_prompt"),
    _vague(Reason.BAD_REQUEST, _OPENAI, "invalid_request_body"),
    _firm(Reason.ENDPOINT_NOT_FOUND, _OPENAI, "unknown_url invalid_url route_not_found endpoint_not_found"),
    _vague(Reason.SERVER_ERROR, _OPENAI, "server_error internal_server_error internal_error api_error"),
    _vague(Reason.OVERLOADED, _OPENAI, "service_unavailable service_unavailable_error unavailable_error"),
    _firm(Reason.QUOTA, "chatgpt.com/codex, seen 2026", "usage_limit_reached usage_not_included"),
    _firm(Reason.QUOTA, "chatgpt.com/codex, seen 2026", "workspace_owner_credits_depleted"),
    _vague(Reason.AUTH, _ANTHROPIC, "authentication_error permission_error unauthorized forbidden"),
    _vague(Reason.AUTH, _ANTHROPIC, "unauthenticated"),
    _firm(Reason.QUOTA, _ANTHROPIC, "billing_error credits_required"),
    _vague(Reason.RATE_LIMIT, _ANTHROPIC, "rate_limit_error"),
    _firm(Reason.OVERLOADED, _ANTHROPIC, "overloaded_error"),
    _firm(Reason.TIMEOUT, _ANTHROPIC, "timeout_error request_timeout gateway_timeout api_timeout"),
    _firm(Reason.TIMEOUT, _ANTHROPIC, "deadline_exceeded"),
    _firm(Reason.PAYLOAD_TOO_LARGE, _ANTHROPIC, "request_too_large payload_too_large"),
    _firm(Reason.PAYLOAD_TOO_LARGE, _ANTHROPIC, "request_entity_too_large"),
    _vague(Reason.SERVER_ERROR, _GOOGLE, "internal unknown data_loss aborted"),
    _vague(Reason.RATE_LIMIT, _GOOGLE, "resource_exhausted rate_limit_reached RATE_LIMIT_EXCEEDED"),
    _vague(Reason.OVERLOADED, _GOOGLE, "unavailable"),
    _firm(Reason.OVERLOADED, _GOOGLE, "MODEL_CAPACITY_EXHAUSTED model_overloaded model_busy"),
    _firm(Reason.QUOTA, _GOOGLE, "BILLING_DISABLED QUOTA_EXHAUSTED INSUFFICIENT_G1_CREDITS_BALANCE"),
    _firm(Reason.AUTH, _GOOGLE, "API_KEY_INVALID API_KEY_EXPIRED API_KEY_SERVICE_BLOCKED SERVICE_DISABLED"),
    _firm(Reason.AUTH, _GOOGLE, "ACCESS_TOKEN_EXPIRED ACCESS_TOKEN_TYPE_UNSUPPORTED"),
    _firm(Reason.AUTH, _GOOGLE, "ACCESS_TOKEN_SCOPE_INSUFFICIENT CREDENTIALS_MISSING ACCOUNT_STATE_INVALID"),
    _firm(Reason.AUTH, _GOOGLE, "CONSUMER_SUSPENDED CONSUMER_INVALID API_KEY_HTTP_REFERRER_BLOCKED"),
    _firm(Reason.AUTH, _GOOGLE, "API_KEY_IP_ADDRESS_BLOCKED IAM_PERMISSION_DENIED"),
    _vague(Reason.AUTH, _GOOGLE, "permission_denied"),
    _vague(Reason.BAD_REQUEST, _GOOGLE, "invalid_argument failed_precondition out_of_range"),
    _firm(Reason.MODEL_NOT_FOUND, _AZURE, "DeploymentNotFound ModelDeprecated unknown_model"),
    _firm(Reason.MODEL_NOT_FOUND, _AZURE, "unavailable_model"),
    _firm(Reason.CONTENT_POLICY, _AZURE, "ResponsibleAIPolicyViolation"),
    _firm(Reason.OVERLOADED, _AZURE, "NoCapacity EngineOverloaded"),
    _vague(Reason.RATE_LIMIT, _AZURE, "RateLimitReached"),
    _firm(Reason.AUTH, _AZURE, "PermissionDenied.NetworkRules AccountIsDisabled"),
    _vague(Reason.RATE_LIMIT, _AWS, "throttling throttled TooManyRequestsException ThrottledException"),
    _vague(Reason.RATE_LIMIT, _AWS, "RequestLimitExceeded"),
    _vague(Reason.QUOTA, _AWS, "ServiceQuotaExceededException LimitExceededException"),
    _vague(Reason.AUTH, _AWS, "AccessDeniedException access_denied NotAuthorized"),
    _firm(Reason.AUTH, _AWS, "UnrecognizedClientException InvalidSignatureException ExpiredTokenException"),
    _firm(Reason.AUTH, _AWS, "ExpiredToken IncompleteSignature MissingAuthenticationToken"),
    _firm(Reason.AUTH, _AWS, "SignatureDoesNotMatch InvalidClientTokenId OptInRequired"),
    _firm(Reason.AUTH, _AWS, "MissingAuthenticationTokenException"),
    _vague(Reason.BAD_REQUEST, _AWS, "ValidationException SerializationException"),
    _vague(Reason.MODEL_NOT_FOUND, _AWS, "ResourceNotFoundException"),
    _firm(Reason.OVERLOADED, _AWS, "ModelNotReadyException"),
    _vague(Reason.OVERLOADED, _AWS, "ServiceUnavailableException"),
    _firm(Reason.TIMEOUT, _AWS, "ModelTimeoutException"),
    _vague(Reason.SERVER_ERROR, _AWS, "InternalServerException InternalFailure ModelStreamErrorException"),
    _vague(Reason.SERVER_ERROR, _AWS, "ModelErrorException"),
    _firm(Reason.INVALID_RESPONSE, _GROQ, "tool_use_failed json_validate_failed output_parse_failed"),
    _firm(Reason.MODEL_NOT_FOUND, _GROQ, "model_decommissioned model_terms_required model_not_active"),
    _firm(Reason.MODEL_NOT_FOUND, _GROQ, "model_permission_blocked_org model_permission_blocked_project"),
    _firm(Reason.OVERLOADED, _GROQ, "flex_tier_capacity_exceeded capacity_exceeded"),
    _firm(Reason.AUTH, _GROQ, "organization_restricted"),
    _firm(Reason.QUOTA, _GROQ, "blocked_api_access spend_limit_reached spend_alert_limit_reached"),
    _vague(Reason.RATE_LIMIT, _MISTRAL, "rate_limited"),
    _firm(Reason.OVERLOADED, _MISTRAL, "service_tier_capacity_exceeded"),
    _vague(Reason.CONTEXT_OVERFLOW, _MISTRAL, "invalid_request_prompt"),
    _firm(Reason.OVERLOADED, "Cerebras, seen 2026", "queue_exceeded"),
    _vague(Reason.QUOTA, "Cerebras, seen 2026", "token_quota_exceeded request_quota_exceeded"),
    _vague(Reason.RATE_LIMIT, "Cerebras, seen 2026", "too_many_requests_error too_many_tokens_error"),
    _firm(Reason.QUOTA, "docs.together.ai/docs/error-codes", "credit_limit"),
    _vague(Reason.RATE_LIMIT, "docs.together.ai/docs/error-codes", "model_rate_limit"),
    _vague(Reason.RATE_LIMIT, "docs.together.ai/docs/error-codes", "dynamic_request_limited"),
    _vague(Reason.RATE_LIMIT, "docs.together.ai/docs/error-codes", "dynamic_token_limited"),
    _firm(Reason.QUOTA, "platform.moonshot.ai/docs/api/chat", "exceeded_current_quota_error"),
    _vague(Reason.RATE_LIMIT, "platform.moonshot.ai/docs/api/chat", "rate_limit_reached_error"),
    _firm(Reason.OVERLOADED, "platform.moonshot.ai/docs/api/chat", "engine_overloaded_error"),
    _vague(Reason.MODEL_NOT_FOUND, "platform.moonshot.ai/docs/api/chat", "resource_not_found_error"),
    _firm(Reason.AUTH, "platform.moonshot.ai/docs/api/chat", "invalid_authentication_error"),
    _firm(Reason.AUTH, "platform.moonshot.ai/docs/api/chat", "incorrect_api_key_error"),
    _vague(Reason.QUOTA, "kimi.com/code/docs", "access_terminated_error"),
    _firm(Reason.QUOTA, _COPILOT, "quota_exceeded_monthly user_weekly_rate_limited billing_limit_reached"),
    _firm(Reason.QUOTA, _COPILOT, "free_quota_exceeded premium_quota_exceeded"),
    _vague(Reason.QUOTA, _COPILOT, "quota_exceeded"),
    _vague(Reason.RATE_LIMIT, _COPILOT, "user_global_rate_limited user_model_rate_limited"),
    _vague(Reason.RATE_LIMIT, _COPILOT, "integration_rate_limited agent_usage_limit_exceeded"),
    _vague(Reason.RATE_LIMIT, _COPILOT, "model_rate_limited"),
    _firm(Reason.CONTEXT_OVERFLOW, _COPILOT, "model_max_prompt_tokens_exceeded tokens_limit_reached"),
    _firm(Reason.MODEL_NOT_FOUND, _COPILOT, "unsupported_api_for_model model_not_accessible no_access"),
    _firm(Reason.CONTEXT_OVERFLOW, "Kiro, seen 2026", "CONTENT_LENGTH_EXCEEDS_THRESHOLD"),
    _firm(Reason.CONTEXT_OVERFLOW, _LLAMA, "exceed_context_size_error"),
    _firm(Reason.BAD_REQUEST, _LLAMA, "not_supported_error"),
    _vague(Reason.OVERLOADED, "huggingface.co/docs/text-generation-inference", "overloaded"),
    _firm(Reason.INVALID_RESPONSE, "huggingface.co/docs/text-generation-inference", "incomplete_generation"),
    _firm(Reason.SERVER_ERROR, "huggingface.co/docs/text-generation-inference", "generation"),
    _firm(Reason.QUOTA, "opencode.ai/docs/zen, seen 2026", "FreeUsageLimitError GoUsageLimitError"),
    _firm(Reason.QUOTA, "opencode.ai/docs/zen, seen 2026", "CreditsError MonthlyLimitError UserLimitError"),
    _firm(Reason.QUOTA, "opencode.ai/docs/zen, seen 2026", "SubscriptionUsageLimitError"),
    _firm(Reason.AUTH, "opencode.ai/docs/zen, seen 2026", "AuthError"),
    _vague(Reason.MODEL_NOT_FOUND, "opencode.ai/docs/zen, seen 2026", "ModelError"),
    _firm(Reason.QUOTA, "ZenMux and OpenRouter, seen 2026", "reject_no_credit insufficient_credits"),
    _firm(Reason.QUOTA, "ZenMux and OpenRouter, seen 2026", "payment_required"),
    _firm(Reason.QUOTA, _SEEN, "insufficient_balance balance_depleted credits_exhausted insufficient_funds"),
    _firm(Reason.QUOTA, _SEEN, "no_credits budget_exceeded spending_limit_exceeded daily_limit_exceeded"),
    _firm(Reason.QUOTA, _SEEN, "monthly_limit_exceeded model_not_supported_on_free_tier plan_limit_reached"),
    _firm(Reason.QUOTA, _SEEN, "subscription_required"),
    _vague(Reason.QUOTA, _SEEN, "usage_limit_exceeded limit_exceeded quota_error"),
    _firm(Reason.AUTH, _SEEN, "invalid_key invalid_credentials missing_api_key api_key_required no_api_key"),
    _firm(Reason.AUTH, _SEEN, "api_key_invalid authentication_failed invalid_authentication"),
    _firm(Reason.AUTH, _SEEN, "token_not_found_in_db api_key_disabled api_key_revoked expired_key"),
    _firm(Reason.AUTH, _OAUTH, "invalid_grant unauthorized_client invalid_client insufficient_scope"),
    _firm(Reason.AUTH, _OAUTH, "refresh_token_reused"),
    _firm(Reason.MODEL_NOT_FOUND, _SEEN, "no_such_model model_does_not_exist model_deprecated model_retired"),
    _firm(Reason.MODEL_NOT_FOUND, _LITELLM, "key_model_access_denied team_model_access_denied"),
    _firm(Reason.CONTEXT_OVERFLOW, _LITELLM, "ContextWindowExceededError context_window_exceeded"),
    _firm(Reason.CONTEXT_OVERFLOW, _SEEN, "prompt_too_long input_too_long context_too_long"),
    _firm(Reason.CONTENT_POLICY, _LITELLM, "ContentPolicyViolationError"),
    _firm(Reason.CONTENT_POLICY, _SEEN, "content_blocked content_moderation sensitive_content"),
    _firm(Reason.CONTENT_POLICY, _SEEN, "prohibited_content content_filtered safety_violation"),
    _firm(Reason.RATE_LIMIT, "CLIProxyAPI, seen 2026", "credential_concurrency_exceeded"),
    _firm(Reason.AUTH, "CLIProxyAPI, seen 2026", "auth_unavailable"),
    _vague(Reason.CONNECTION, _SEEN, "connection_error network_error"),
    _vague(Reason.MODEL_NOT_FOUND, _SEEN, "not_found not_found_error resource_not_found"),
    _vague(Reason.RATE_LIMIT, _ALIBABA, "Throttling.RateQuota Throttling.BurstRate"),
    _vague(Reason.RATE_LIMIT, _ALIBABA, "Throttling.AllocationQuota LimitRequests limit_requests"),
    _vague(Reason.RATE_LIMIT, _ALIBABA, "limit_burst_rate limit_tokens"),
    _firm(Reason.QUOTA, _ALIBABA, "Arrearage PrepaidBillOverdue PostpaidBillOverdue CommodityNotPurchased"),
    _firm(Reason.QUOTA, _ALIBABA, "AllocationQuota.FreeTierOnly"),
    _firm(Reason.CONTENT_POLICY, _ALIBABA, "DataInspectionFailed data_inspection_failed"),
    _firm(Reason.MODEL_NOT_FOUND, _ALIBABA, "AccessDenied.Unpurchased Model.AccessDenied ModelNotFound"),
    _firm(Reason.AUTH, _ALIBABA, "InvalidApiKey Workspace.AccessDenied App.AccessDenied WorkSpaceNotFound"),
    _vague(Reason.BAD_REQUEST, _ALIBABA, "InvalidParameter invalid_parameter_error BadRequest"),
    _vague(Reason.BAD_REQUEST, _ALIBABA, "bad_request_error"),
    _firm(Reason.TIMEOUT, _ALIBABA, "InternalError.Timeout RequestTimeOut"),
    _vague(Reason.SERVER_ERROR, _ALIBABA, "InternalError SystemError ModelServiceFailed"),
    _firm(Reason.QUOTA, _ARK, "AccountOverdueError ServiceOverdue SetLimitExceeded InvalidSubscription"),
    _vague(Reason.QUOTA, _ARK, "QuotaExceeded"),
    _firm(Reason.MODEL_NOT_FOUND, _ARK, "ModelNotOpen ServiceNotOpen InvalidEndpointOrModel"),
    _firm(Reason.MODEL_NOT_FOUND, _ARK, "UnsupportedModel"),
    _firm(Reason.OVERLOADED, _ARK, "ServerOverloaded ModelLoadingError"),
    _firm(Reason.CONTENT_POLICY, _ARK, "SensitiveContentDetected InputTextSensitiveContentDetected"),
    _firm(Reason.CONTENT_POLICY, _ARK, "InputImageSensitiveContentDetected"),
    _firm(Reason.CONTENT_POLICY, _ARK, "OutputTextSensitiveContentDetected InputTextRiskDetection"),
    _firm(Reason.CONTENT_POLICY, _ARK, "InputImageRiskDetection OutputTextRiskDetection"),
    _firm(Reason.AUTH, _ARK, "InvalidAccountStatus"),
    _vague(Reason.SERVER_ERROR, _ARK, "InternalServiceError"),
    _firm(Reason.CONTENT_POLICY, _NEW_API, "sensitive_words_detected prompt_blocked violation_fee.grok.csam"),
    _firm(Reason.QUOTA, _NEW_API, "insufficient_user_quota pre_consume_token_quota_failed"),
    _firm(Reason.MODEL_NOT_FOUND, _NEW_API, "model_price_error"),
    _vague(Reason.CONNECTION, _NEW_API, "do_request_failed"),
    _firm(Reason.INVALID_RESPONSE, _NEW_API, "bad_response_body empty_response read_response_body_failed"),
    _firm(Reason.AUTH, _NEW_API, "channel:invalid_key"),
    _firm(Reason.QUOTA, _TENCENT, "FailedOperation.FreeResourcePackExhausted"),
    _firm(Reason.QUOTA, _TENCENT, "FailedOperation.ResourcePackExhausted"),
    _firm(Reason.QUOTA, _TENCENT, "ResourceInsufficient.ChargeResourceExhaust"),
    _firm(Reason.QUOTA, _TENCENT, "FailedOperation.ServiceStopArrears ResourceUnavailable.InArrears"),
    _firm(Reason.QUOTA, _TENCENT, "FailedOperation.ServiceStop"),
    _firm(Reason.AUTH, _TENCENT, "AuthFailure UnauthorizedOperation"),
    _firm(Reason.CONTENT_POLICY, _TENCENT, "OperationDenied.TextIllegalDetected"),
    _firm(Reason.CONTENT_POLICY, _TENCENT, "OperationDenied.ImageIllegalDetected"),
    _firm(Reason.TIMEOUT, _TENCENT, "FailedOperation.EngineRequestTimeout"),
    _firm(Reason.OVERLOADED, _TENCENT, "FailedOperation.EngineServerLimitExceeded"),
    _firm(Reason.AUTH, _ZAI, "zhipu:1000 zhipu:1001 zhipu:1002 zhipu:1003 zhipu:1004 zhipu:1005 zhipu:1100"),
    _firm(Reason.AUTH, _ZAI, "zhipu:1110 zhipu:1111 zhipu:1112 zhipu:1121 zhipu:1220"),
    _firm(Reason.QUOTA, _ZAI, "zhipu:1113 zhipu:1304 zhipu:1308 zhipu:1309 zhipu:1310 zhipu:1313"),
    _vague(Reason.SERVER_ERROR, _ZAI, "zhipu:1120 zhipu:1230 zhipu:1234"),
    _vague(Reason.BAD_REQUEST, _ZAI, "zhipu:1200 zhipu:1210 zhipu:1212 zhipu:1213 zhipu:1214 zhipu:1215"),
    _firm(Reason.MODEL_NOT_FOUND, _ZAI, "zhipu:1211 zhipu:1311"),
    _firm(Reason.ENDPOINT_NOT_FOUND, _ZAI, "zhipu:1221 zhipu:1222"),
    _firm(Reason.CONTEXT_OVERFLOW, _ZAI, "zhipu:1261"),
    _firm(Reason.CONTENT_POLICY, _ZAI, "zhipu:1300 zhipu:1301"),
    _vague(Reason.RATE_LIMIT, _ZAI, "zhipu:1231 zhipu:1302 zhipu:1303"),
    _firm(Reason.OVERLOADED, _ZAI, "zhipu:1305 zhipu:1312"),
    _vague(Reason.SERVER_ERROR, _MINIMAX, "minimax:1000 minimax:1013 minimax:1024 minimax:1033"),
    _firm(Reason.TIMEOUT, _MINIMAX, "minimax:1001"),
    _vague(Reason.RATE_LIMIT, _MINIMAX, "minimax:1002 minimax:1039 minimax:1041 minimax:2045"),
    _firm(Reason.AUTH, _MINIMAX, "minimax:1004 minimax:2049"),
    _firm(Reason.QUOTA, _MINIMAX, "minimax:1008 minimax:2056 minimax:1028 minimax:1030"),
    _firm(Reason.CONTENT_POLICY, _MINIMAX, "minimax:1026 minimax:1027"),
    _firm(Reason.MODEL_NOT_FOUND, _MINIMAX, "minimax:2061 minimax:1044"),
    _vague(Reason.BAD_REQUEST, _MINIMAX, "minimax:2013 minimax:1042 minimax:1043"),
    _firm(Reason.SERVER_ERROR, _BAIDU, "baidu:1 baidu:336000 baidu:336001"),
    _firm(Reason.OVERLOADED, _BAIDU, "baidu:2 baidu:336100"),
    _firm(Reason.ENDPOINT_NOT_FOUND, _BAIDU, "baidu:3"),
    _vague(Reason.RATE_LIMIT, _BAIDU, "baidu:4 baidu:18 baidu:336501 baidu:336502"),
    _firm(Reason.QUOTA, _BAIDU, "baidu:17 baidu:19"),
    _firm(Reason.AUTH, _BAIDU, "baidu:6 baidu:13 baidu:14 baidu:15 baidu:100 baidu:110 baidu:111"),
    _vague(Reason.BAD_REQUEST, _BAIDU, "baidu:336002 baidu:336003 baidu:336006 baidu:336104 baidu:336105"),
    _firm(Reason.CONTEXT_OVERFLOW, _BAIDU, "baidu:336007 baidu:336103"),
    _firm(Reason.BAD_REQUEST, _SPARK, "iflytek:10003 iflytek:10004 iflytek:10005 iflytek:10163"),
    _firm(Reason.BAD_REQUEST, _SPARK, "iflytek:11501"),
    _firm(Reason.RATE_LIMIT, _SPARK, "iflytek:10006 iflytek:10007 iflytek:11202 iflytek:11203"),
    _firm(Reason.OVERLOADED, _SPARK, "iflytek:10008 iflytek:10110"),
    _firm(Reason.SERVER_ERROR, _SPARK, "iflytek:10009 iflytek:10010 iflytek:10011 iflytek:10012"),
    _firm(Reason.SERVER_ERROR, _SPARK, "iflytek:10222"),
    _firm(Reason.CONTENT_POLICY, _SPARK, "iflytek:10013 iflytek:10014 iflytek:10019"),
    _firm(Reason.AUTH, _SPARK, "iflytek:10015 iflytek:10016 iflytek:11200 iflytek:11500 iflytek:10313"),
    _firm(Reason.CONTEXT_OVERFLOW, _SPARK, "iflytek:10907 iflytek:10910"),
    _firm(Reason.QUOTA, _SPARK, "iflytek:11201"),
    _firm(Reason.MODEL_NOT_FOUND, _SILICON, "flat:20012 flat:30003"),
    _vague(Reason.BAD_REQUEST, _SILICON, "flat:20015 flat:20016"),
    _firm(Reason.QUOTA, _SILICON, "flat:30001 flat:30002 flat:30011"),
    _firm(Reason.OVERLOADED, _SILICON, "flat:50505 flat:50603 flat:50503 flat:50604"),
    _firm(Reason.TIMEOUT, _SILICON, "flat:50504"),
    _firm(Reason.RATE_LIMIT, _CLOUDFLARE, "edge:1015"),
    _firm(Reason.AUTH, _CLOUDFLARE, "edge:1003 edge:1005 edge:1006 edge:1007 edge:1008 edge:1009 edge:1010"),
    _firm(Reason.AUTH, _CLOUDFLARE, "edge:1012 edge:1020 edge:1106"),
    _firm(Reason.SERVER_ERROR, _CLOUDFLARE, "edge:1000 edge:1001 edge:1002 edge:1014 edge:1016 edge:1033"),
    _firm(Reason.SERVER_ERROR, _CLOUDFLARE, "edge:1101 edge:1102 edge:1200"),
    _firm(Reason.QUOTA, _CLOUDFLARE, "edge:1027"),
    _firm(Reason.QUOTA, _WORKERS_AI, "errors:4006 errors:3036"),
    _firm(Reason.MODEL_NOT_FOUND, _WORKERS_AI, "errors:5007 errors:5018 errors:3041"),
    _firm(Reason.OVERLOADED, _WORKERS_AI, "errors:3040"),
    _firm(Reason.TIMEOUT, _WORKERS_AI, "errors:3007 errors:3046"),
    _firm(Reason.AUTH, _WORKERS_AI, "errors:10000 errors:9109 errors:10001 errors:6003 errors:2009"),
    _firm(Reason.CONTEXT_OVERFLOW, _WORKERS_AI, "errors:5021"),
    _firm(Reason.ENDPOINT_NOT_FOUND, _WORKERS_AI, "errors:7000 errors:7003"),
    _firm(Reason.BAD_REQUEST, _WORKERS_AI, "errors:5004 errors:5006 errors:5023 errors:5025"),
    _firm(Reason.CONTENT_POLICY, _WORKERS_AI, "errors:2016 errors:2017"),
    _firm(Reason.CONTENT_POLICY, _FINISH, "finish:content_filter finish:safety finish:prohibited_content"),
    _firm(Reason.CONTENT_POLICY, _FINISH, "finish:spii finish:blocklist finish:recitation"),
    _firm(Reason.CONTENT_POLICY, _FINISH, "finish:image_safety finish:sensitive finish:refusal"),
    _firm(Reason.CONTENT_POLICY, _FINISH, "finish:guardrail_intervened finish:content_filtered"),
    _firm(Reason.CONTENT_POLICY, _FINISH, "finish:blocked finish:model_armor finish:error_toxic"),
    _firm(Reason.CONTEXT_OVERFLOW, _FINISH, "finish:model_context_window_exceeded"),
    _firm(Reason.CONTEXT_OVERFLOW, _FINISH, "finish:context_length_exceeded"),
    _firm(Reason.INVALID_RESPONSE, _FINISH, "finish:malformed_function_call finish:unexpected_tool_call"),
    _vague(Reason.SERVER_ERROR, _FINISH, "finish:network_error"),
)
"""Codes and types of bodies. A number is only a code beside the shape of body it came in: `minimax:1008`."""

_HTTPX = "python-httpx.org/exceptions"
_REQUESTS = "requests, urllib3, aiohttp, observed 2026"
_PYTHON = "docs.python.org/3/library/exceptions.html"
_SDK = "openai, anthropic and google SDKs, observed 2026"
_BOTO = "botocore.exceptions, observed 2026"

EXCEPTIONS = _table(
    _firm(Reason.TIMEOUT, _HTTPX, "ConnectTimeout ReadTimeout WriteTimeout PoolTimeout TimeoutException"),
    _firm(Reason.CONNECTION, _HTTPX, "ConnectError ReadError WriteError CloseError ProxyError NetworkError"),
    _vague(Reason.CONNECTION, _HTTPX, "RemoteProtocolError TransportError ProtocolError"),
    _firm(Reason.INVALID_RESPONSE, _HTTPX, "DecodingError StreamClosed ResponseNotRead"),
    _vague(Reason.BAD_REQUEST, _HTTPX, "LocalProtocolError"),
    _firm(Reason.ENDPOINT_NOT_FOUND, _HTTPX, "UnsupportedProtocol InvalidURL TooManyRedirects MissingSchema"),
    _firm(Reason.TIMEOUT, _REQUESTS, "ServerTimeoutError ConnectTimeoutError ReadTimeoutError"),
    _firm(Reason.TIMEOUT, _REQUESTS, "ConnectionTimeoutError SocketTimeoutError PoolAcquireTimeoutError"),
    _firm(Reason.TIMEOUT, _REQUESTS, "Timeout HeadersTimeoutError UND_ERR_HEADERS_TIMEOUT"),
    _firm(Reason.TIMEOUT, _REQUESTS, "UND_ERR_BODY_TIMEOUT BodyTimeoutError ETIMEDOUT"),
    _firm(Reason.CONNECTION, _REQUESTS, "ClientConnectorError ClientConnectorDNSError"),
    _firm(Reason.CONNECTION, _REQUESTS, "ClientConnectorCertificateError ClientConnectorSSLError"),
    _firm(Reason.CONNECTION, _REQUESTS, "ClientOSError ServerDisconnectedError NewConnectionError"),
    _firm(Reason.CONNECTION, _REQUESTS, "NameResolutionError SSLError ClientProxyConnectionError"),
    _firm(Reason.CONNECTION, _REQUESTS, "ClientSSLError ECONNREFUSED ECONNRESET ENOTFOUND EAI_AGAIN"),
    _firm(Reason.CONNECTION, _REQUESTS, "EHOSTUNREACH EPIPE SocketError"),
    _vague(Reason.CONNECTION, _REQUESTS, "ClientConnectionError ClientPayloadError ChunkedEncodingError"),
    _vague(Reason.CONNECTION, _REQUESTS, "MaxRetryError IncompleteRead FetchError ConnectionClosedError"),
    _vague(Reason.CONNECTION, _REQUESTS, "ConnectionError"),
    _firm(Reason.INVALID_RESPONSE, _REQUESTS, "ContentDecodingError ContentTypeError"),
    _firm(Reason.ENDPOINT_NOT_FOUND, _REQUESTS, "InvalidSchema LocationParseError InvalidUrlClientError"),
    _firm(Reason.TIMEOUT, _PYTHON, "TimeoutError"),
    _firm(Reason.CONNECTION, _PYTHON, "ConnectionResetError ConnectionRefusedError ConnectionAbortedError"),
    _firm(Reason.CONNECTION, _PYTHON, "BrokenPipeError gaierror herror SSLCertVerificationError SSLEOFError"),
    _firm(Reason.CONNECTION, _PYTHON, "SSLZeroReturnError CertificateError"),
    _vague(Reason.CONNECTION, _PYTHON, "OSError IOError EOFError SocketException URLError"),
    _firm(Reason.INVALID_RESPONSE, _PYTHON, "JSONDecodeError UnicodeDecodeError SyntaxError"),
    _vague(Reason.INVALID_RESPONSE, _PYTHON, "KeyError IndexError AttributeError"),
    _vague(Reason.AUTH, "a key that is not ASCII cannot be a header, observed 2026", "UnicodeEncodeError"),
    _firm(Reason.TIMEOUT, _SDK, "APITimeoutError APIConnectionTimeoutError DeadlineExceeded"),
    _vague(Reason.CONNECTION, _SDK, "APIConnectionError MidStreamFallbackError ServerConnectionError"),
    _firm(Reason.INVALID_RESPONSE, _SDK, "APIResponseValidationError UnexpectedModelBehavior"),
    _firm(Reason.INVALID_RESPONSE, _SDK, "OutputParserException AI_NoObjectGeneratedError"),
    _firm(Reason.INVALID_RESPONSE, _SDK, "AI_EmptyResponseBodyError AI_TypeValidationError"),
    _firm(Reason.INVALID_RESPONSE, _SDK, "AI_JSONParseError AI_InvalidResponseDataError"),
    _firm(Reason.INVALID_RESPONSE, _SDK, "NoContentGeneratedError"),
    _firm(Reason.CONTEXT_OVERFLOW, _LITELLM, "ContextWindowExceededError"),
    _firm(Reason.CONTENT_POLICY, _SDK, "ContentPolicyViolationError ContentFilterFinishReasonError"),
    _firm(Reason.CONTENT_POLICY, _SDK, "BlockedPromptException StopCandidateException ResponseBlockedError"),
    _vague(Reason.CONTEXT_OVERFLOW, _SDK, "LengthFinishReasonError"),
    _firm(Reason.QUOTA, _LITELLM, "BudgetExceededError"),
    _firm(Reason.AUTH, _SDK, "RefreshError DefaultCredentialsError GoogleAuthError"),
    _firm(Reason.AUTH, _SDK, "CredentialUnavailableError ClientAuthenticationError AI_LoadAPIKeyError"),
    _firm(Reason.MODEL_NOT_FOUND, _SDK, "AI_NoSuchModelError ModelNotFoundError"),
    _firm(Reason.AUTH, _BOTO, "NoCredentialsError PartialCredentialsError CredentialRetrievalError"),
    _firm(Reason.AUTH, _BOTO, "TokenRetrievalError NoAuthTokenError SSOTokenLoadError"),
    _firm(Reason.AUTH, _BOTO, "UnauthorizedSSOTokenError ProfileNotFound SSOError LoginRefreshRequired"),
    _vague(Reason.RATE_LIMIT, _BOTO, "ThrottlingException ThrottledException"),
    _vague(Reason.QUOTA, _BOTO, "ServiceQuotaExceededException"),
    _vague(Reason.AUTH, _BOTO, "AccessDeniedException"),
    _firm(Reason.AUTH, _BOTO, "ExpiredTokenException UnrecognizedClientException"),
    _vague(Reason.BAD_REQUEST, _BOTO, "ValidationException"),
    _firm(Reason.TIMEOUT, _BOTO, "ModelTimeoutException"),
    _firm(Reason.OVERLOADED, _BOTO, "ModelNotReadyException"),
    _vague(Reason.SERVER_ERROR, _BOTO, "ModelErrorException ModelStreamErrorException"),
    _firm(Reason.CONNECTION, _BOTO, "EndpointConnectionError HTTPClientError ProxyConnectionError"),
    _firm(Reason.BAD_REQUEST, _BOTO, "ParamValidationError NoRegionError"),
    _firm(Reason.INVALID_RESPONSE, _BOTO, "ResponseParserError ChecksumMismatch"),
    _firm(Reason.UNKNOWN, _SDK, "APIUserAbortError AbortError CancelledError KeyboardInterrupt"),
)
"""Classes of exceptions, module left out."""

EXCEPTION_STATUS = {
    normal(name): status
    for status, names in (
        (400, "BadRequestError InvalidArgument InvalidRequestError UnsupportedParamsError"),
        (401, "AuthenticationError Unauthenticated UnauthorizedError"),
        (403, "PermissionDeniedError PermissionDenied ForbiddenError"),
        (404, "NotFoundError NotFound"),
        (413, "RequestTooLargeError"),
        (422, "UnprocessableEntityError UnprocessableEntity JSONSchemaValidationError"),
        (429, "RateLimitError ResourceExhausted TooManyRequests TooManyRequestsError RouterRateLimitError"),
        (500, "InternalServerError InternalError ServerError"),
        (502, "BadGatewayError BadGateway"),
        (503, "ServiceUnavailableError ServiceUnavailable"),
        (504, "GatewayTimeout GatewayTimeoutError"),
        (529, "OverloadedError"),
    )
    for name in names.split()
}
"""Classes that SDKs raise for one status and no other."""

STATUSES = {
    202: Reason.INVALID_RESPONSE,
    204: Reason.INVALID_RESPONSE,
    301: Reason.ENDPOINT_NOT_FOUND,
    302: Reason.ENDPOINT_NOT_FOUND,
    303: Reason.ENDPOINT_NOT_FOUND,
    307: Reason.ENDPOINT_NOT_FOUND,
    308: Reason.ENDPOINT_NOT_FOUND,
    400: Reason.BAD_REQUEST,
    401: Reason.AUTH,
    402: Reason.QUOTA,
    403: Reason.AUTH,
    404: Reason.ENDPOINT_NOT_FOUND,
    405: Reason.ENDPOINT_NOT_FOUND,
    406: Reason.BAD_REQUEST,
    407: Reason.CONNECTION,
    408: Reason.TIMEOUT,
    410: Reason.MODEL_NOT_FOUND,
    411: Reason.BAD_REQUEST,
    412: Reason.BAD_REQUEST,
    413: Reason.PAYLOAD_TOO_LARGE,
    414: Reason.PAYLOAD_TOO_LARGE,
    415: Reason.BAD_REQUEST,
    421: Reason.CONNECTION,
    422: Reason.BAD_REQUEST,
    424: Reason.SERVER_ERROR,
    425: Reason.OVERLOADED,
    429: Reason.RATE_LIMIT,
    431: Reason.PAYLOAD_TOO_LARGE,
    434: Reason.AUTH,
    440: Reason.AUTH,
    451: Reason.AUTH,
    498: Reason.OVERLOADED,
    499: Reason.TIMEOUT,
    503: Reason.OVERLOADED,
    504: Reason.TIMEOUT,
    509: Reason.QUOTA,
    511: Reason.CONNECTION,
    522: Reason.TIMEOUT,
    524: Reason.TIMEOUT,
    529: Reason.OVERLOADED,
    598: Reason.TIMEOUT,
    599: Reason.TIMEOUT,
}
"""What a status means when nothing else is known; every other 5xx is a server error.

409 and the rest of the 4xx are left out: advancing keeps the session alive where calling it a bad request ends it.
Sources: RFC 9110; Cloudflare's 52x and 530; Groq's 498; Anthropic's 529; z.ai's 434; nginx's 499.
"""
