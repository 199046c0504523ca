"""Why an attempt failed: a closed set, because a decision hangs on each."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Reason"]


class Reason(StrEnum):
    """The class of a failed attempt. `failover.decide` says what follows from each."""

    RATE_LIMIT = "rate_limit"
    """Too many requests; passes by itself."""
    QUOTA = "quota"
    """Payment, a plan or a daily or monthly allowance is used up; waiting a minute does not help."""
    OVERLOADED = "overloaded"
    """The provider has no capacity for this model right now."""
    SERVER_ERROR = "server_error"
    """The provider broke."""
    CONNECTION = "connection"
    """The host was not reached, or hung up: DNS, refused, reset, TLS."""
    TIMEOUT = "timeout"
    """The host was reached and stayed silent."""
    AUTH = "auth"
    """The key is wrong, revoked, or not allowed to do this."""
    MODEL_NOT_FOUND = "model_not_found"
    """No such model here, or not for this key."""
    ENDPOINT_NOT_FOUND = "endpoint_not_found"
    """The path does not exist: most often a wrong `base_url`."""
    INVALID_RESPONSE = "invalid_response"
    """Success in name only: empty, malformed, or cut off."""
    CONTEXT_OVERFLOW = "context_overflow"
    """The prompt does not fit the model's window."""
    PAYLOAD_TOO_LARGE = "payload_too_large"
    """The request is too many bytes."""
    CONTENT_POLICY = "content_policy"
    """Refused by moderation."""
    BAD_REQUEST = "bad_request"
    """Our request is wrong; no provider would take it."""
    UNKNOWN = "unknown"
    """Nothing we know."""
