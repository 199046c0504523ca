"""What an engine asks of the state: benches, leases, lessons, and failures that nobody could classify."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hermes_fallback.model.bench import Bench, Health, Lesson, Subject
from hermes_fallback.model.failure import Failure
from hermes_fallback.state.tokens import RetryBucket

__all__ = ["Benching", "CredentialStates", "Learning", "Leasing", "State", "Unmatched"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A failure that no rule matched, as often as it was seen. Times are seconds since the epoch."""

    provider: str
    status: int | None
    exception: str | None
    text: str
    """The provider's words, shortened, without secrets; controls are still in it."""
    count: int
    first: float
    last: float


class CredentialStates(Protocol):
    """Benches of credentials, wherever these are kept."""

    def read(self) -> Mapping[Subject, Bench]:
        """All of them."""

    def put(self, bench: Bench, *, generation: int) -> None:
        """Add *bench* as `Benching.bench` does."""

    def remove(self, whole: Subject | None, *, at: float = math.inf) -> tuple[Bench, ...]:
        """Remove every bench that covers *whole* (None: all) and had begun *at* that time, and return them."""


class Benching(Protocol):
    """What must not be used, and until when. No call here ever raises: a state that breaks goes on in memory."""

    def health(self) -> Health:
        """All that is known now; the same object while nothing changes."""

    def bench(self, bench: Bench, *, generation: int) -> None:
        """Add *bench*: of two the later end counts, and failures that are only counted shorten nothing.

        Without effect where a reset after *generation* covers its subject.
        """

    def lift(self, whole: Subject, *, at: float = math.inf) -> None:
        """Remove every bench that covers *whole*, a subject with every part: asked *at* that time, it proved well.

        Benches that are younger stay: of what came later, an answer that was asked for earlier says nothing.
        """


class Leasing(Protocol):
    """Who may try out what was benched: one caller among all processes. No call here ever raises."""

    def lease(self, subjects: Sequence[Subject], *, owner: str, now: float, until: float) -> bool:
        """True when *owner* holds all *subjects* from *now* on, to *until* at most; else none of them is taken.

        A lease whose time is over is gone, and so is one that begins later than *now*: a clock was set back.
        """

    def release(self, owner: str) -> None:
        """Give back whatever *owner* holds."""


class Learning(Protocol):
    """What was found out. No call here ever raises."""

    def learn(self, link: str, lesson: Lesson) -> None:
        """Remember what *lesson* says of *link* (`Subject.link`); what it says nothing of stays."""

    def unmatched(self, failure: Failure, text: str, *, at: float) -> None:
        """Count *failure*, which no rule matched and which says *text*. Digits in it make no difference."""

    def unmatched_seen(self) -> tuple[Unmatched, ...]:
        """Those counted, the newest first; at most 200 are kept."""


class State(Benching, Leasing, Learning, Protocol):
    """The state of one home, for many sessions and threads at once."""

    tokens: RetryBucket
    """What is left to spend on trying links again, in this process."""

    @property
    def warning(self) -> str | None:
        """Why the state is kept in this process only, where it should have been shared."""

    def reset(self, whole: Subject | None) -> tuple[Bench, ...]:
        """Forget every bench that covers *whole*, its leases and its lesson; None: everything. Returns the benches.

        What began before and is written later comes to nothing.

        Raises:
            SystemRefused: they could not be removed, which was seen by reading the state again.
        """
