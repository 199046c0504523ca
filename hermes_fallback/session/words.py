"""What is said of reasons, of the ends of a turn, and of what helps: words alone, cheap to import."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Attempt

__all__ = ["GAVE_UP", "SAID", "mend", "said"]

SAID: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.RATE_LIMIT: "is rate limited",
        Reason.QUOTA: "has no quota left",
        Reason.OVERLOADED: "is overloaded",
        Reason.SERVER_ERROR: "has an internal error",
        Reason.CONNECTION: "cannot be reached",
        Reason.TIMEOUT: "stays silent",
        Reason.AUTH: "refuses the key",
        Reason.MODEL_NOT_FOUND: "does not have the model",
        Reason.ENDPOINT_NOT_FOUND: "has no such endpoint",
        Reason.INVALID_RESPONSE: "gave no valid answer",
        Reason.CONTEXT_OVERFLOW: "cannot hold the prompt",
        Reason.PAYLOAD_TOO_LARGE: "finds the request too large",
        Reason.CONTENT_POLICY: "refuses the content",
        Reason.BAD_REQUEST: "calls the request wrong",
        Reason.UNKNOWN: "failed",
    }
)

GAVE_UP: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "exhausted": ("no link answered", "see what helps: hermes fallback why"),
        "deadline": ("no link answered in time", "raise `fallback.deadline`, or put a faster link first"),
        "refused": ("the request itself was refused", "change the request"),
        "not-permitted": (
            "the primary cannot be used, and `fallback.auto_activate` is off",
            "hermes fallback auto on",
        ),
        "no-switches": (
            "no link answered, and `fallback.max_switches` allows no other",
            "hermes config unset fallback.max_switches",
        ),
        "no-links": ("there is no link to send to", "hermes model set PROVIDER MODEL"),
        "benched": ("every link is benched", "try them now all the same: hermes fallback reset --all"),
        "unfit": ("no link can take this request", "add one that can: hermes fallback add PROVIDER MODEL"),
    }
)
"""Why a turn ended without an answer: what is said, and what helps where nothing more is known."""

_MENDS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.AUTH: "replace the key of {link}{key}, then: hermes fallback test",
        Reason.QUOTA: "top up the account of {link}, or wait for its reset",
        Reason.MODEL_NOT_FOUND: "see which models it has: hermes model list {provider}",
        Reason.ENDPOINT_NOT_FOUND: "check the `base_url` of {link}: hermes fallback list",
        Reason.CONNECTION: "see what can be reached: hermes fallback test",
        Reason.CONTEXT_OVERFLOW: "shorten the conversation, or pass this link over: hermes chat --skip {position}",
        Reason.PAYLOAD_TOO_LARGE: "send less, or pass this link over: hermes chat --skip {position}",
        Reason.CONTENT_POLICY: "say it otherwise, or pass this link over: hermes chat --skip {position}",
    }
)


_RENEWAL = "renewal:"
"""How the rule of a failure begins where nothing was sent, as there was no credential to send."""


def said(reason: Reason, rule: str | None = None) -> str:
    """What is said of a link that failed for *reason*, found by *rule*."""
    return "has no usable credential" if (rule or "").startswith(_RENEWAL) else SAID[reason]


def mend(attempt: Attempt) -> str | None:
    """What helps against the failure of *attempt*; None where only time does, or nobody knows."""
    if (attempt.rule or "").startswith(_RENEWAL):
        return (attempt.detail or "").partition("; ")[
            2
        ] or None  # where no key can be replaced, it says what can
    if attempt.reason is None or attempt.reason not in _MENDS:
        return None
    return _MENDS[attempt.reason].format(
        link=f"{attempt.provider}:{attempt.model}",
        provider=attempt.provider,
        position=attempt.position,
        key=f" ({attempt.credential})" if attempt.credential else "",
    )
