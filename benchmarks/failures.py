"""Failures as providers send them: the common kinds in turn, and no two alike in ids, counts and times."""

from __future__ import annotations

from hermes_fallback import Failure
from hermes_fallback.model.failure import Transport

__all__ = ["KINDS", "failures"]

_ID = "{id}"
_COUNT = "{count}"

_OPENAI_HEADERS = {
    "date": "Sat, 21 Nov 2026 22:00:07 GMT",
    "content-type": "application/json; charset=utf-8",
    "content-length": "337",
    "connection": "keep-alive",
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-limit-tokens": "30000",
    "x-ratelimit-remaining-requests": "499",
    "x-ratelimit-remaining-tokens": _COUNT,
    "x-ratelimit-reset-requests": "120ms",
    "x-ratelimit-reset-tokens": "1.2s",
    "x-request-id": f"req_{_ID}",
    "server": "cloudflare",
    "cf-ray": f"{_ID}-FRA",
}
_ANTHROPIC_HEADERS = {
    "date": "Sat, 21 Nov 2026 22:00:07 GMT",
    "content-type": "application/json",
    "anthropic-ratelimit-input-tokens-limit": "40000",
    "anthropic-ratelimit-input-tokens-remaining": _COUNT,
    "anthropic-ratelimit-input-tokens-reset": "2026-11-21T22:00:19Z",
    "anthropic-ratelimit-requests-remaining": "49",
    "anthropic-ratelimit-requests-reset": "2026-11-21T22:00:09Z",
    "retry-after": "12",
    "request-id": f"req_{_ID}",
    "server": "cloudflare",
    "cf-ray": f"{_ID}-FRA",
}

_OPENAI = (
    (
        429,
        (
            "You exceeded your current quota, please check your plan and billing details. For more information on this"
            " error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors. (req_{id})"
        ),
        '"insufficient_quota", "param": null, "code": "insufficient_quota"',
    ),
    (
        429,
        (
            "Rate limit reached for gpt-4o in organization org-{id} on tokens per min (TPM): Limit 30000, Used {count},"
            " Requested 1200. Please try again in 1.2s. Visit https://platform.openai.com/account/rate-limits to learn"
            " more."
        ),
        '"tokens", "param": null, "code": "rate_limit_exceeded"',
    ),
    (
        401,
        (
            "Incorrect API key provided: sk-{id}****. You can find your API key at"
            " https://platform.openai.com/account/api-keys."
        ),
        '"invalid_request_error", "param": null, "code": "invalid_api_key"',
    ),
    (
        402,
        (
            "This request requires more credits, or fewer max_tokens. You requested up to {count} tokens, but can only"
            " afford 1200."
        ),
        '"payment_required", "code": 402',
    ),
    (
        404,
        "The model `gpt-{count}` does not exist or you do not have access to it.",
        '"invalid_request_error", "param": null, "code": "model_not_found"',
    ),
    (
        500,
        (
            "The server had an error while processing your request. Sorry about that! Please contact us through our help"
            " center if the error persists. (Please include the request ID req_{id} in your message.)"
        ),
        '"server_error", "param": null, "code": null',
    ),
    (
        503,
        "That model is currently overloaded with other requests. You can retry your request. ({id})",
        '"server_error", "param": null, "code": null',
    ),
)
_ANTHROPIC = (
    (529, "Overloaded", '"overloaded_error"'),
    (
        429,
        (
            "This request would exceed your organization's rate limit of {count} input tokens per minute. For details,"
            " refer to: https://docs.claude.com/en/api/rate-limits."
        ),
        '"rate_limit_error"',
    ),
)
KINDS = len(_OPENAI) + len(_ANTHROPIC) + 1


def failures(count: int, start: int = 0) -> list[Failure]:
    """*count* of them, kind by kind, from number *start* on."""
    return [_kinds(number)[number % KINDS] for number in range(start, start + count)]


def _kinds(number: int) -> list[Failure]:
    marks = {_ID: f"{number * 2_654_435_761 % 2**48:012x}", _COUNT: str(20_000 + number)}
    openai = [
        _answer(status, f'{{"error": {{"message": "{text}", "type": {rest}}}}}', _OPENAI_HEADERS, marks)
        for status, text, rest in _OPENAI
    ]
    anthropic = [
        _answer(
            status,
            f'{{"type": "error", "error": {{"type": {kind}, "message": "{text}"}}, "request_id": "req_{{id}}"}}',
            _ANTHROPIC_HEADERS,
            marks,
        )
        for status, text, kind in _ANTHROPIC
    ]
    text = f"[Errno 111] Connection refused ({number})"
    return [
        *openai,
        *anthropic,
        Failure(transport=Transport.EXCEPTION, exception="ConnectError", body=text),
    ]


def _answer(status: int, body: str, headers: dict[str, str], marks: dict[str, str]) -> Failure:
    return Failure(
        transport=Transport.HTTP,
        status=status,
        headers={name: _marked(value, marks) for name, value in headers.items()},
        body=_marked(body, marks),
    )


def _marked(text: str, marks: dict[str, str]) -> str:
    for place, value in marks.items():
        text = text.replace(place, value)
    return text
