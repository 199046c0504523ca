"""What OpenAI's two dialects share: the errors and the list of models.

Sources: https://platform.openai.com/docs/guides/error-codes and https://platform.openai.com/docs/api-reference/models;
402 as https://api-docs.deepseek.com/quick_start/error_codes words it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hermes_fallback.loopback.dialect import CREATED, Fault

__all__ = ["FAULTS", "error", "models"]

_OURS, _THEIRS = "invalid_request_error", "server_error"
_BUSY = "The engine is currently overloaded, please try again later."

FAULTS: Mapping[str, Fault] = {
    "rate_limit": Fault(
        429,
        "Rate limit reached for {model} on requests per min (RPM): Limit 3, Used 3, Requested 1.",
        "requests",
        "rate_limit_exceeded",
    ),
    "quota": Fault(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
        "insufficient_quota",
    ),
    "payment_required": Fault(402, "Insufficient Balance", "unknown_error", _OURS),
    "unauthorized": Fault(401, "Incorrect API key provided.", _OURS, "invalid_api_key"),
    "forbidden": Fault(403, "You are not allowed to sample from this model.", _OURS, "permission_denied"),
    "not_found": Fault(404, "Not Found", _OURS),
    "model_not_found": Fault(
        404, "The model `{model}` does not exist or you do not have access to it.", _OURS, "model_not_found"
    ),
    "payload_too_large": Fault(413, "The request body is too large.", _OURS, "request_too_large"),
    "context_overflow": Fault(
        400,
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        _OURS,
        "context_length_exceeded",
        "messages",
    ),
    "content_policy": Fault(
        400,
        "Your request was rejected as a result of our safety system.",
        _OURS,
        "content_policy_violation",
    ),
    "unsupported_parameter": Fault(
        400,
        "Unsupported parameter: '{param}' is not supported with this model.",
        _OURS,
        "unsupported_parameter",
        "temperature",
    ),
    "server_error": Fault(500, "The server had an error while processing your request.", _THEIRS),
    "overloaded": Fault(503, _BUSY, "overloaded_error", "overloaded"),
    "overloaded_529": Fault(529, _BUSY, "overloaded_error", "overloaded"),
    "error_in_200": Fault(200, "Provider returned error", "upstream_error", 502),
    "error_in_stream": Fault(200, "The server had an error", _THEIRS, _THEIRS),
}


def error(fault: Fault) -> dict[str, Any]:
    """An error document."""
    return {"error": {"message": fault.message, "type": fault.kind, "param": fault.param, "code": fault.code}}


def models(names: Sequence[str]) -> dict[str, Any]:
    """The list that `GET /v1/models` gives."""
    data = [{"id": name, "object": "model", "created": CREATED, "owned_by": "loopback"} for name in names]
    return {"object": "list", "data": data}
