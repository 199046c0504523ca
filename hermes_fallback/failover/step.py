"""The machine of a step, one request for one assistant message, and of the turn that steps belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hermes_fallback.failover.classify import Verdict
from hermes_fallback.failover.decide import TABLE, Decision, Situation, decide
from hermes_fallback.model.limits import Limits

__all__ = ["Action", "Ask", "Candidate", "GiveUp", "Send", "Step", "Turn"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that may be sent to: its *position* in the chain, 0 for the primary."""

    position: int


@dataclass(frozen=True, slots=True)
class Send:
    """Send the request to *candidate*, after *after_s* seconds; it has *time_left_s* until its first content."""

    candidate: Candidate
    after_s: float
    time_left_s: float


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the user whether to go on with *candidate*; answer with `Step.permitted`."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No link answered; *why* is one of the words below.

    `exhausted`: every link failed. `refused`: the request itself is at fault. `deadline`: time is up.
    `not-permitted`: another link is there, and the user has not agreed to a switch. `no-links`: nothing to try.
    """

    why: str


Action = Send | Ask | GiveUp


class Step:
    """Which link to send to, and what follows each failure. Reads no clock: every call is told the time.

    A link is entered at most once and never returned to. Times are seconds on any steady clock.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        limits: Limits,
        *,
        started_s: float,
        may_switch: bool = True,
        is_switch: bool = False,
    ) -> None:
        self._ahead = list(candidates)
        self._limits = limits
        self._may_switch = may_switch
        self._is_switch = is_switch
        self._ends_s = started_s + limits.deadline_s
        self._asked_s = started_s
        self._current: Candidate | None = None
        self._tries = 0

    def begin(self, *, now_s: float) -> Action:
        """The first action. Where even the first link *is_switch*, because the primary is not ready, leave is asked."""
        if not self._ahead:
            return GiveUp("no-links")
        return self._onward(now_s) if self._is_switch else self._enter(now_s)

    def failed(
        self, verdict: Verdict, *, now_s: float, draw: float, hung_up: bool = False, streamed_s: float = 0.0
    ) -> Action:
        """What follows the failure of the last `Send`.

        *draw* is a random number from 0 to 1. *hung_up*: the host had taken the connection and closed it
        before any byte of its answer. *streamed_s*: how long content had been coming, which the deadline leaves out.
        """
        self._ends_s += streamed_s
        situation = Situation(
            tries=self._tries,
            others_left=bool(self._ahead),
            retry_after_s=verdict.retry_after_s,
            hung_up=hung_up,
            time_left_s=self._ends_s - now_s,
            draw=draw,
        )
        decision, pause_s = decide(verdict.reason, situation, self._limits)
        if decision is Decision.AGAIN and self._current is not None:
            self._tries += 1
            return Send(self._current, pause_s, self._ends_s - now_s - pause_s)
        if decision is Decision.ONWARD:
            return self._onward(now_s)
        return GiveUp("exhausted" if TABLE[verdict.reason].onward else "refused")

    def permitted(self, *, now_s: float, yes: bool) -> Action:
        """The user's answer to an `Ask`; the time it took is not the deadline's."""
        self._ends_s += now_s - self._asked_s
        return self._enter(now_s) if yes else GiveUp("not-permitted")

    def _onward(self, now_s: float) -> Action:
        if self._may_switch or self._ends_s <= now_s:
            return self._enter(now_s)
        self._asked_s = now_s
        return Ask(self._ahead[0])

    def _enter(self, now_s: float) -> Action:
        left_s = self._ends_s - now_s
        if left_s <= 0:
            return GiveUp("deadline")
        self._current, self._tries = self._ahead.pop(0), 1
        return Send(self._current, 0.0, left_s)


class Turn:
    """One user message until its final answer. The link that answers a step stays for the rest of the turn.

    *is_switch*: the first candidate stands in for a primary that is not ready.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        limits: Limits,
        *,
        may_switch: bool = True,
        is_switch: bool = False,
    ) -> None:
        self._candidates = tuple(candidates)
        self._limits = limits
        self._may_switch = may_switch
        self._is_switch = is_switch
        self._at = 0

    def step(self, *, now_s: float) -> Step:
        """A new step. It begins with the link that answered last, then those behind it, then those before."""
        order = self._candidates[self._at :] + self._candidates[: self._at]
        return Step(
            order,
            self._limits,
            started_s=now_s,
            may_switch=self._may_switch,
            is_switch=self._is_switch,
        )

    def answered(self, candidate: Candidate) -> None:
        """Note who answered a step."""
        self._at = self._candidates.index(candidate)
        self._is_switch = False
