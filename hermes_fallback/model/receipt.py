"""Receipt: the record of a turn. Who was tried, why it moved on, who answered; never what was said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hermes_fallback.model.bench import Grain
from hermes_fallback.model.reason import Reason

__all__ = ["Attempt", "Benched", "Receipt", "ServedBy", "SkipKind", "Skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Benched:
    """What a failed attempt put on the bench."""

    grain: Grain
    until: float
    """Seconds since the epoch; infinite for a credential that is dead."""
    is_given: bool = False
    """True when the provider named the time."""


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
    began_ms: float = 0.0
    """Milliseconds from the beginning of the turn until it was sent."""
    ms: float = 0.0
    """Milliseconds from sending to the end of this attempt."""
    first_ms: float | None = None
    """Milliseconds from sending to the first content; None where none came."""
    detail: str | None = None
    """The provider's own words, shortened; control characters are still in it."""
    request_id: str | None = None
    """What the provider calls this request, where it said so."""
    credential: str | None = None
    """The credential's label: its variable or source, never the secret."""
    is_probe: bool = False
    """True where the link had been benched, and this request tried whether it is well again."""
    benched: Benched | None = None
    input_tokens: int | None = None
    """Tokens as the provider counted them, where it did, of a failed attempt too: those are wasted."""
    output_tokens: int | None = None
    discarded_chars: int = 0
    """Text of a broken answer that had been handed out already."""
    changed: str | None = None
    """What of the conversation was not sent as it stands, in words; None where all of it was."""


class SkipKind(StrEnum):
    """Why a link was not tried."""

    REQUESTED = "requested"
    """The user left it out."""
    NOT_READY = "not-ready"
    BENCHED = "benched"
    BEING_TRIED = "being-tried"
    """Its bench is over, and another caller is finding out whether it is well."""
    UNFIT = "unfit"
    """It cannot take this request: the prompt is too long for it, or it lacks tools or images."""
    OUT_OF_BOUNDS = "out-of-bounds"
    """The zone or the spending rules forbid it."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A link that was not tried in this turn, and why."""

    position: int
    provider: str
    model: str
    what: str
    kind: SkipKind = SkipKind.NOT_READY
    until: float | None = None
    """When it may be tried again, in seconds since the epoch, where that is known."""


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
    requested: str = ""
    """The primary, as `provider:model`."""
    began_at: float = 0.0
    """Seconds since the epoch."""
    ms: float = 0.0
    """Milliseconds from the beginning of the turn until now."""
    steps: int = 1
    """Requests for one assistant message each, tool loops included."""
    outcome: str = "answered"
    """`answered`, `interrupted`, `cancelled`, or why no link answered: `exhausted`, `refused`, `deadline`, …"""
    restarts: int = 0
    """How often a broken answer was taken back and begun anew."""
