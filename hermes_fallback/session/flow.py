"""A turn without I/O: a generator that says what to do next and is told what came of it.

The sync and the async driver perform the same operations, so they cannot disagree about what follows a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hermes_fallback.failover.classify import Verdict, classify
from hermes_fallback.failover.step import Action, Ask, Candidate, GiveUp, Send, Turn
from hermes_fallback.model.failure import AttemptFailed, Failure
from hermes_fallback.model.receipt import Attempt, Receipt, ServedBy
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.session.attempt import LiveAttempt
from hermes_fallback.session.events import Answer, Notice, NoticeKind, Restarted
from hermes_fallback.session.ops import Op, Permit, Show, Sleep
from hermes_fallback.session.wording import SAID, name_of, unanswered
from hermes_fallback.transcript.conversation import Conversation, Options
from hermes_fallback.transport.errors import scrubbed
from hermes_fallback.wire.dialects import dialect

__all__ = ["Flow", "TurnState"]

Steps = Generator[Op, Any, Answer]


@dataclass(slots=True)
class TurnState:
    """One turn across its steps: the machine, and the record that becomes the receipt."""

    id: str
    turn: Turn
    attempts: list[Attempt] = field(default_factory=list)

    def receipt(self, plan: Plan, *, served_by: ServedBy) -> Receipt:
        """The record as it stands."""
        return Receipt(turn=self.id, attempts=tuple(self.attempts), skipped=plan.skipped, served_by=served_by)


class Flow:
    """Turns and their steps over a plan's routes.

    *now* reads a steady clock in seconds, *draw* gives 0 to 1, *utc* the time of day for absolute reset times.
    """

    def __init__(
        self, plan: Plan, *, now: Callable[[], float], draw: Callable[[], float], utc: Callable[[], datetime]
    ) -> None:
        self.plan = plan
        self.now = now
        self.draw = draw
        self.utc = utc
        self.served_last: Route | None = None
        self._told_of_skips = False

    def turn(self, turn_id: str) -> TurnState:
        """A new turn, which begins with the primary."""
        candidates = [Candidate(route.position) for route in self.plan.routes]
        return TurnState(turn_id, Turn(candidates, self.plan.limits, may_switch=self.plan.may_switch))

    def step(self, state: TurnState, conversation: Conversation, options: Options) -> Steps:
        """One assistant message: every attempt until one answers.

        Raises:
            Unanswered: no link answered, or the request itself was refused; lists every attempt of the turn.
        """
        return _Step(self, state, conversation, options).run()

    def skips(self, route: Route) -> Notice | None:
        """The notice that the session starts on *route* because the links before it are not ready; given once."""
        before = [skipped for skipped in self.plan.skipped if skipped.position < route.position]
        if self._told_of_skips or not before:
            return None
        self._told_of_skips = True
        first = before[0]
        return Notice(
            kind=NoticeKind.SKIPPED,
            to=name_of(route),
            left=f"{first.provider}:{first.model}",
            detail=first.what,
        )

    def returns(self, route: Route) -> Notice | None:
        """The notice that the conversation is back on the first link, which is *route*, after others answered."""
        last, self.served_last = self.served_last, route
        if last is None or last is route or route is not self.plan.routes[0]:
            return None
        return Notice(kind=NoticeKind.RETURNED, to=name_of(route), left=name_of(last))


class _Step:
    """One run of the machine, with what its attempts share."""

    def __init__(self, flow: Flow, state: TurnState, conversation: Conversation, options: Options) -> None:
        self._flow = flow
        self._state = state
        self._conversation = conversation
        self._options = options
        self._machine = state.turn.step(now_s=flow.now())
        self._left: tuple[Route, Verdict] | None = None

    def run(self) -> Steps:
        action = self._machine.begin(now_s=self._flow.now())
        while not isinstance(action, GiveUp):
            if isinstance(action, Ask):
                action = yield from self._ask(action)
                continue
            outcome = yield from self._send(action)
            if isinstance(outcome, Answer):
                return outcome
            action = outcome
        raise unanswered(action.why, self._state.attempts, self._flow.plan)

    def _ask(self, action: Ask) -> Generator[Op, Any, Action]:
        yes = yield Permit(self._switch_to(self._flow.plan.route(action.candidate.position)))
        return self._machine.permitted(now_s=self._flow.now(), yes=yes)

    def _send(self, action: Send) -> Generator[Op, Any, Answer | Action]:
        flow, route = self._flow, self._flow.plan.route(action.candidate.position)
        request = dialect(route.api_mode).request(self._conversation, route, self._options)
        if self._left and self._left[0] is not route:
            yield Show(self._switch_to(route))
        elif notice := flow.skips(route):
            yield Show(notice)
        if action.after_s > 0:
            yield Sleep(action.after_s)
        attempt = LiveAttempt(route, flow.plan.limits.timeouts, now=flow.now, returns=flow.returns)
        try:
            yield from attempt.run(request, time_left_s=action.time_left_s)
        except AttemptFailed as failed:
            return (yield from self._after_failure(action, attempt, failed.failure))
        self._state.attempts.append(attempt.record("answer", waited_s=action.after_s))
        self._state.turn.answered(action.candidate)
        flow.served_last = route
        return attempt.answer(self._state.receipt(flow.plan, served_by=attempt.served_by))

    def _after_failure(
        self, action: Send, attempt: LiveAttempt, failure: Failure
    ) -> Generator[Op, Any, Action]:
        flow = self._flow
        said = replace(failure, body=scrubbed(failure.body, attempt.route.credential))
        verdict = classify(said, now=flow.utc())
        following = self._machine.failed(verdict, now_s=flow.now(), draw=flow.draw(), hung_up=failure.hung_up)
        word = _word(action, following)
        self._state.attempts.append(
            attempt.record(word, waited_s=action.after_s, verdict=verdict, status=failure.status)
        )
        self._left = attempt.route, verdict
        if attempt.has_shown:
            yield Show(Restarted(len(attempt.text)))
        return following

    def _switch_to(self, route: Route) -> Notice:
        if self._left is None:
            msg = "a switch follows a failure"
            raise AssertionError(msg)
        left, verdict = self._left
        return Notice(
            kind=NoticeKind.SWITCHED,
            to=name_of(route),
            left=name_of(left),
            reason=verdict.reason,
            detail=SAID[verdict.reason],
        )


def _word(sent: Send, following: Action) -> str:
    if not isinstance(following, Send):
        return "stop"
    return "retry" if following.candidate == sent.candidate else "advance"
