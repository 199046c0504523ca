"""What follows from each reason: one table, and the one function that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from hermes_fallback.model.limits import Limits
from hermes_fallback.model.reason import Reason

__all__ = ["JITTER_S", "TABLE", "Again", "Decision", "Row", "Situation", "backoff_s", "decide"]

JITTER_S = 0.25
"""The longest pause before a same-link retry while another link is free."""
_BACKOFF_BASE_S = 0.5
_BACKOFF_CAP_S = 8.0


class Again(Enum):
    """When the same link is tried once more although another one is free."""

    NEVER = "never"
    ONCE = "once"
    """Once, after a short jitter."""
    IF_ASKED = "if asked"
    """Once, when the provider asks for a wait within the caller's patience."""
    IF_HUNG_UP = "if hung up"
    """Once and at once, when a connection that had been made broke before any byte of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    again: Again = Again.NEVER
    onward: bool = True
    """The next link may answer; where not, the failure is the caller's to mend and is raised."""
    passes: bool = False
    """Waiting helps, so the last usable link gets more tries."""


TABLE: Mapping[Reason, Row] = MappingProxyType(
    {
        Reason.RATE_LIMIT: Row(again=Again.IF_ASKED, passes=True),
        Reason.QUOTA: Row(),
        Reason.OVERLOADED: Row(again=Again.ONCE, passes=True),
        Reason.SERVER_ERROR: Row(again=Again.ONCE, passes=True),
        Reason.CONNECTION: Row(again=Again.IF_HUNG_UP, passes=True),
        Reason.TIMEOUT: Row(),  # a silent host stays silent
        Reason.AUTH: Row(),
        Reason.MODEL_NOT_FOUND: Row(),
        Reason.ENDPOINT_NOT_FOUND: Row(),
        Reason.INVALID_RESPONSE: Row(again=Again.ONCE, passes=True),
        Reason.CONTEXT_OVERFLOW: Row(onward=False),
        Reason.PAYLOAD_TOO_LARGE: Row(onward=False),
        Reason.CONTENT_POLICY: Row(onward=False),
        Reason.BAD_REQUEST: Row(onward=False),
        Reason.UNKNOWN: Row(again=Again.ONCE, passes=True),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the decision depends on, beside the reason. Times are in seconds."""

    tries: int
    """Attempts made on this link in this step, the failed one included."""
    others_left: bool
    """Another link of this step has not been tried yet."""
    retry_after_s: float | None = None
    hung_up: bool = False
    time_left_s: float
    """Until the step's deadline."""
    draw: float
    """A random number, 0 to 1."""


class Decision(Enum):
    """What to do next."""

    AGAIN = "retry"
    ONWARD = "advance"
    STOP = "stop"


def decide(reason: Reason, situation: Situation, limits: Limits) -> tuple[Decision, float]:
    """What follows a failure, and the seconds to wait before it (0 but for a retry)."""
    row = TABLE[reason]
    if not row.onward:
        return Decision.STOP, 0.0
    pause = _pause_s(row, situation, limits)
    if pause is not None and pause < situation.time_left_s:
        return Decision.AGAIN, pause
    return (Decision.ONWARD if situation.others_left else Decision.STOP), 0.0


def _pause_s(row: Row, at: Situation, limits: Limits) -> float | None:
    """Seconds before the same link is tried again, or None where it is not."""
    asked = at.retry_after_s
    if asked is not None and asked > limits.patience_s:
        return None
    if at.tries == 1 and row.again is not Again.NEVER:
        first = _first_pause_s(row.again, at)
        if first is not None:
            return first
    if row.passes and not at.others_left and at.tries <= limits.retries:
        return asked if asked is not None else backoff_s(at.tries, draw=at.draw)
    return None


def _first_pause_s(again: Again, at: Situation) -> float | None:
    if again is Again.ONCE:
        return at.retry_after_s if at.retry_after_s is not None else at.draw * JITTER_S
    if again is Again.IF_ASKED:
        return at.retry_after_s
    return 0.0 if at.hung_up else None


def backoff_s(repeat: int, *, draw: float) -> float:
    """Seconds to wait before repeat number *repeat* (1 is the first) on the last usable link.

    Full jitter: *draw*, 0 to 1, of a ceiling that doubles from half a second up to eight.
    """
    ceiling: float = min(_BACKOFF_CAP_S, _BACKOFF_BASE_S * 2 ** (repeat - 1))
    return draw * ceiling
