"""The sentences a session says about links and failures, in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hermes_fallback.errors import Unanswered
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Attempt
from hermes_fallback.runtime.plan import Plan

__all__ = ["SAID", "unanswered"]

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


_GAVE_UP: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "exhausted": ("no link answered", "hermes fallback list"),
        "deadline": ("no link answered in time", "raise `fallback.deadline`, or put a faster link first"),
        "refused": ("the request itself was refused", "change the request"),
        "not-permitted": (
            "the primary failed, and `fallback.auto_activate` is off",
            "hermes fallback auto on",
        ),
        "no-links": ("there is no link to send to", "hermes model set PROVIDER MODEL"),
    }
)


_MENDS: Mapping[Reason | None, str] = MappingProxyType(
    {
        Reason.CONTEXT_OVERFLOW: "shorten the conversation, or pass this link over: hermes chat --skip LINK",
        Reason.PAYLOAD_TOO_LARGE: "send less, or pass this link over: hermes chat --skip LINK",
        Reason.CONTENT_POLICY: "say it otherwise, or pass this link over: hermes chat --skip LINK",
    }
)


def unanswered(why: str, attempts: Sequence[Attempt], plan: Plan) -> Unanswered:
    """The error of a step that gave up; *why* is the word of `GiveUp`."""
    what, hint = _GAVE_UP[why]
    reasons = [f"{a.provider}:{a.model} {SAID[a.reason]}" for a in attempts if a.reason]
    reasons += [f"{s.provider}:{s.model}: {s.what}" for s in plan.skipped]
    if why == "refused" and attempts and attempts[-1].reason in _MENDS:
        hint = _MENDS[attempts[-1].reason]
    if why == "exhausted" and len(plan.routes) + len(plan.skipped) == 1:
        hint = "hermes fallback add PROVIDER MODEL"
    return Unanswered(
        what,
        attempts=tuple(attempts),
        why="; ".join(dict.fromkeys(reasons)) or None,
        hint=hint,
        kind=why,
    )
