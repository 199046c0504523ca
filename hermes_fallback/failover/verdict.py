"""Verdict: why an attempt failed, and how we know."""

from __future__ import annotations

from dataclasses import dataclass

from hermes_fallback.model.reason import Reason

__all__ = ["MESSAGE_CHARS", "Verdict"]

MESSAGE_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The reason an attempt failed, and the rule that gave it."""

    reason: Reason
    rule: str
    """The rule that decided, such as `code:insufficient_quota` or `status:429`; stable across versions."""
    retry_after_s: float | None = None
    """Seconds the provider asked us to wait; None if it did not, or asked for nonsense."""
    message: str = ""
    """The provider's own words without their wrappers, at most 300 characters; may hold control characters."""
