"""Receipt: the record of a turn. Who was tried, why it moved on, who answered; never what was said."""

from __future__ import annotations

from dataclasses import dataclass

from hermes_fallback.model.reason import Reason

__all__ = ["Attempt", "Receipt", "ServedBy", "Skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request to one route with one credential, and how it ended."""

    position: int
    provider: str
    model: str
    action: str
    """What followed: `answer`, `retry`, `advance` or `stop`."""
    reason: Reason | None = None
    """None when it answered."""
    rule: str | None = None
    """The classification rule that gave the reason."""
    status: int | None = None
    waited_s: float = 0.0
    """Seconds slept before this attempt."""
    ms: float = 0.0
    """Milliseconds from sending to the end of this attempt."""
    detail: str | None = None
    """The provider's own words, shortened; control characters are still in it."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A link that was not tried in this turn, and why."""

    position: int
    provider: str
    model: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedBy:
    """Who gave the answer."""

    position: int
    provider: str
    model: str
    base_url: str
    credential: str | None = None
    """The credential's label: its variable or source, never the secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The record of one turn, kept with its answer or its error."""

    turn: str
    attempts: tuple[Attempt, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    served_by: ServedBy | None = None
