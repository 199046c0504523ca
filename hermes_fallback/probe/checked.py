"""Checked: what one probe found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hermes_fallback.model.reason import Reason

__all__ = ["Checked", "Stage", "Verdict"]


class Verdict(StrEnum):
    """What is known now."""

    OK = "ok"
    """A request would be let in."""
    FAILED = "failed"
    """A request would not."""
    UNVERIFIED = "unverified"
    """It cannot be told, or not for nothing."""


class Stage(StrEnum):
    """What the verdict is about; one comes after the other."""

    RESOLVE = "resolve"
    """The home has all that a request takes."""
    REACH = "reach"
    """The host answers."""
    AUTHENTICATE = "authenticate"
    """It takes the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The verdict on one endpoint or link, and its evidence. The words hold no key, but may hold control characters."""

    verdict: Verdict
    stage: Stage
    what: str
    """A sentence for people."""
    hint: str | None = None
    """What to do, or to type."""
    reason: Reason | None = None
    """Why it failed, or was not told; None where nothing went wrong."""
    status: int | None = None
    latency_ms: float | None = None
    """From the request to the head of the answer, the connection included."""
