"""A session's turns: what they share, and the record that becomes a receipt."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hermes_fallback.failover.turn import Turn
from hermes_fallback.failover.verdict import Verdict
from hermes_fallback.journal.writer import Journal
from hermes_fallback.model.bench import Subject
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.receipt import Attempt, Benched, Receipt, ServedBy, Skipped
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.secret import Secret
from hermes_fallback.session.attempt import LiveAttempt
from hermes_fallback.state.protocol import State

__all__ = ["Flow", "TurnState"]


@dataclass(slots=True)
class TurnState:
    """One turn across its steps: the machine, and what has happened so far."""

    id: str
    turn: Turn
    requested: str
    began_s: float
    began_at: float
    attempts: list[Attempt] = field(default_factory=list)
    skipped: tuple[Skipped, ...] = ()
    steps: int = 0
    restarts: int = 0
    outcome: str = "answered"
    served_by: ServedBy | None = None

    def note(
        self,
        attempt: LiveAttempt,
        action: str,
        *,
        verdict: Verdict | None = None,
        status: int | None = 200,
        benched: Benched | None = None,
    ) -> None:
        """Take *attempt* into the record, and what followed it."""
        self.attempts.append(
            attempt.record(
                action,
                turn_began_s=self.began_s,
                verdict=verdict,
                status=status,
                benched=benched,
            )
        )

    def amend(self, action: str) -> None:
        """Something else followed the last attempt after all."""
        if self.attempts:
            self.attempts[-1] = replace(self.attempts[-1], action=action)

    def receipt(self, now_s: float) -> Receipt:
        """The record as it stands."""
        return Receipt(
            turn=self.id,
            attempts=tuple(self.attempts),
            skipped=self.skipped,
            served_by=self.served_by,
            requested=self.requested,
            began_at=self.began_at,
            ms=(now_s - self.began_s) * 1000,
            steps=self.steps,
            outcome=self.outcome,
            restarts=self.restarts,
        )


class Flow:
    """What the turns of a session share: the plan, the health of its links, the journal, and the clocks.

    *now* reads a steady clock in seconds, *wall* seconds since the epoch, *draw* gives 0 to 1.
    """

    def __init__(
        self,
        plan: Plan,
        state: State,
        journal: Journal,
        *,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.plan = plan
        self.state = state
        self.journal = journal
        self.now = now
        self.wall = wall
        self.draw = draw
        self.served_last: Route | None = None
        self.has_told_of_skips = False
        self.without_usage: set[int] = set()
        """Positions of the routes that refuse to be asked for a count of tokens."""
        self._renewed: dict[Subject, Route] = {}
        self._secrets = plan.secrets

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What no record may hold: the plan's, and whatever came in its place."""
        return self._secrets

    def current(self, route: Route) -> Route:
        """*route* of the plan with its credential as it was renewed last."""
        return self._renewed.get(route.subject, route)

    def renewed(self, route: Route, credential: Credential) -> Route:
        """*route* of the plan with *credential*, which replaces what it had."""
        carrying = self._renewed[route.subject] = route.carrying(credential)
        self._secrets = (*self._secrets, credential.secret)
        return carrying

    def utc(self) -> datetime:
        """The time of day, for resets that are given as one."""
        return datetime.fromtimestamp(self.wall(), UTC)

    def turn(self) -> TurnState:
        """A new turn. It begins with the primary, or where a switch lasts for the session, with who answered last."""
        plan = self.plan
        lasts = plan.policy.scope == "session" and self.served_last is not None
        turn = Turn(
            plan.in_turn(self.draw()) if plan.turns else plan.candidates,
            plan.limits,
            plan.policy,
            config=plan.config,
            may_switch=plan.may_switch,
            is_switch=plan.stands_in and not self.has_told_of_skips,
            at=self.served_last.position if lasts and self.served_last else None,
        )
        return TurnState(secrets.token_hex(6), turn, plan.requested, self.now(), self.wall())
