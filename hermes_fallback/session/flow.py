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
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Attempt, Receipt, ServedBy, Skipped
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.session.attempt import LiveAttempt
from hermes_fallback.session.events import Answer, Notice, NoticeKind, Restarted
from hermes_fallback.session.ops import Op, Permit, Show, Sleep
from hermes_fallback.session.wording import SAID, unanswered
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
        self.has_told_of_skips = False
        self.without_usage: set[int] = set()
        """Positions of the routes that refuse to be asked for a count of tokens."""

    def turn(self, turn_id: str) -> TurnState:
        """A new turn, which begins with the primary."""
        plan = self.plan
        candidates = [Candidate(route.position) for route in plan.routes]
        is_switch = plan.stands_in and not self.has_told_of_skips
        turn = Turn(candidates, plan.limits, may_switch=plan.may_switch, is_switch=is_switch)
        return TurnState(turn_id, turn)

    def step(self, state: TurnState, conversation: Conversation, options: Options) -> Steps:
        """One assistant message: every attempt until one answers.

        Raises:
            Unanswered: no link answered, or the request itself was refused; lists every attempt of the turn.
        """
        return _Step(self, state, conversation, options).run()


class _Step:
    """One run of the machine, with what its attempts share."""

    def __init__(self, flow: Flow, state: TurnState, conversation: Conversation, options: Options) -> None:
        self._flow = flow
        self._state = state
        self._conversation = conversation
        self._options = options
        self._machine = state.turn.step(now_s=flow.now())
        self._left: tuple[Route, Verdict] | None = None
        self._has_moved = False
        self._discarded: int | None = None
        """Characters of a broken answer that the caller has seen, until the next one begins."""

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
        route = self._flow.plan.route(action.candidate.position)
        yes = yield Permit(self._moving_to(route) or self._standing_in(route))
        self._flow.has_told_of_skips = self._flow.has_told_of_skips or (yes and self._left is None)
        if not yes and self._state.attempts:
            self._state.attempts[-1] = replace(self._state.attempts[-1], action="stop")
        return self._machine.permitted(now_s=self._flow.now(), yes=yes)

    def _send(self, action: Send) -> Generator[Op, Any, Answer | Action]:
        flow, route = self._flow, self._flow.plan.route(action.candidate.position)
        request = dialect(route.api_mode).request(self._conversation, route, self._options_for(route))
        if self._discarded is not None:
            yield Show(Restarted(self._discarded))
            self._discarded = None
        if notice := self._moving_to(route) or self._starting_on(route):
            self._has_moved = notice.kind is NoticeKind.SWITCHED
            yield Show(notice)
        if action.after_s > 0:
            yield from self._wait(route, action.after_s)
        attempt = LiveAttempt(route, flow.plan.limits.timeouts, now=flow.now, returns=self._returning_to)
        try:
            yield from attempt.run(request, time_left_s=action.time_left_s)
        except AttemptFailed as failed:
            return self._after_failure(action, attempt, failed.failure)
        self._state.attempts.append(attempt.record("answer", waited_s=action.after_s))
        self._state.turn.answered(action.candidate)
        flow.served_last = route
        return attempt.answer(self._state.receipt(flow.plan, served_by=attempt.served_by))

    def _wait(self, route: Route, seconds: float) -> Generator[Op, Any, None]:
        if seconds >= _NOTICEABLE_S:
            name = self._flow.plan.name(route)
            detail = f"is asked again in {seconds:.0f} s"
            yield Show(Notice(kind=NoticeKind.WAITING, to=name, left=name, detail=detail))
        yield Sleep(seconds)

    def _after_failure(self, action: Send, attempt: LiveAttempt, failure: Failure) -> Action:
        verdict = self._verdict(attempt.route, failure)
        following = self._following(action, attempt, failure, verdict)
        self._state.attempts.append(
            attempt.record(
                _word(action, following), waited_s=action.after_s, verdict=verdict, status=failure.status
            )
        )
        self._left = attempt.route, verdict
        if attempt.has_shown:
            self._discarded = len(attempt.text)
        return following

    def _verdict(self, route: Route, failure: Failure) -> Verdict:
        """The judgement of *failure*, the key starred out of the raw words and of the unwrapped ones."""
        said = replace(failure, body=scrubbed(failure.body, route.credential))
        verdict = classify(said, now=self._flow.utc())
        return replace(verdict, message=scrubbed(verdict.message, route.credential))

    def _following(self, action: Send, attempt: LiveAttempt, failure: Failure, verdict: Verdict) -> Action:
        flow, route = self._flow, attempt.route
        refuses_usage = verdict.reason is Reason.BAD_REQUEST and _USAGE_FIELD in verdict.message
        left_s = action.time_left_s - attempt.elapsed_s
        if refuses_usage and left_s > 0 and route.position not in flow.without_usage:
            flow.without_usage.add(route.position)
            return Send(action.candidate, 0.0, left_s)
        return self._machine.failed(
            verdict,
            now_s=flow.now(),
            draw=flow.draw(),
            hung_up=failure.hung_up,
            streamed_s=attempt.streamed_s,
        )

    def _options_for(self, route: Route) -> Options:
        """The caller's options; without the count of tokens, a wish of ours, where *route* refuses that."""
        if route.position not in self._flow.without_usage:
            return self._options
        return replace(self._options, extra={_USAGE_FIELD: None, **self._options.extra})

    def _moving_to(self, route: Route) -> Notice | None:
        """The notice of a switch to *route*, where this step has left another one."""
        if self._left is None or self._left[0] is route:
            return None
        left, verdict = self._left
        return Notice(
            kind=NoticeKind.SWITCHED,
            to=self._flow.plan.name(route),
            left=self._flow.plan.name(left),
            reason=verdict.reason,
            detail=SAID[verdict.reason],
        )

    def _starting_on(self, route: Route) -> Notice | None:
        """The notice that the session starts on *route* because links before it are not ready; given once."""
        is_first = route is self._flow.plan.routes[0]
        if self._flow.has_told_of_skips or not is_first or not self._before(route):
            return None
        self._flow.has_told_of_skips = True
        return self._standing_in(route)

    def _standing_in(self, route: Route) -> Notice:
        first = self._before(route)[0]
        return Notice(
            kind=NoticeKind.SKIPPED,
            to=self._flow.plan.name(route),
            left=f"{first.provider}:{first.model}",
            detail=first.what,
        )

    def _before(self, route: Route) -> list[Skipped]:
        return [skipped for skipped in self._flow.plan.skipped if skipped.position < route.position]

    def _returning_to(self, route: Route) -> Notice | None:
        """The notice that the conversation is back on the first link, which is *route*, after others answered."""
        flow = self._flow
        last, flow.served_last = flow.served_last, route
        is_return = last is not None and last is not route and route is flow.plan.routes[0]
        if last is None or not is_return or self._has_moved:
            return None
        return Notice(kind=NoticeKind.RETURNED, to=flow.plan.name(route), left=flow.plan.name(last))


_USAGE_FIELD = "stream_options"
_NOTICEABLE_S = 1.0


def _word(sent: Send, following: Action) -> str:
    if isinstance(following, GiveUp):
        return "stop"
    return "retry" if following.candidate == sent.candidate else "advance"
