"""A turn without I/O: a generator that says what to do next and is told what came of it.

The sync and the async driver perform the same operations, so they cannot disagree about what follows a failure.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from hermes_fallback.errors import CredentialError, FallbackError
from hermes_fallback.failover.action import Action, Ask, Following, GiveUp, PassedOver, Send
from hermes_fallback.failover.candidate import Candidate
from hermes_fallback.failover.classify import Verdict, classify
from hermes_fallback.failover.verdict import About
from hermes_fallback.masking import mask_values
from hermes_fallback.model.bench import Bench
from hermes_fallback.model.failure import AttemptFailed, Failure, Transport
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Benched, SkipKind, Skipped
from hermes_fallback.model.route import Route
from hermes_fallback.session.attempt import LiveAttempt
from hermes_fallback.session.events import Answer, Notice, NoticeKind, Restarted
from hermes_fallback.session.needs import needs_of
from hermes_fallback.session.ops import Op, Permit, Renew, Show, Sleep
from hermes_fallback.session.turn import Flow, TurnState
from hermes_fallback.session.wording import MAY_COST, interrupted, passed_over, unanswered
from hermes_fallback.session.words import said
from hermes_fallback.transcript.conversation import Conversation, Options
from hermes_fallback.transport.errors import scrubbed
from hermes_fallback.wire.dialects import dialect
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["Steps", "step"]

Steps = Generator[Op, Any, Answer]


def step(flow: Flow, state: TurnState, conversation: Conversation, options: Options) -> Steps:
    """One assistant message: every attempt until one answers. Its clocks start when the first event is asked for.

    Raises:
        Interrupted: an answer broke off, and is not replayed.
        Unanswered: no link answered, or the request itself was refused; lists every attempt of the turn.
    """
    return (yield from _Step(flow, state, conversation, options).run())


class _Step:
    """One run of the machine, with what its attempts share."""

    def __init__(self, flow: Flow, state: TurnState, conversation: Conversation, options: Options) -> None:
        self._flow = flow
        self._state = state
        state.steps += 1
        state.outcome, state.served_by = "answered", None
        self._skipped_before = state.skipped
        self._tried_before = len(state.attempts)
        self._conversation = conversation
        self._options = options
        health = flow.state.health()
        self._generation = health.generation
        now_s = flow.now()
        self._epoch_s = flow.wall() - now_s
        self._needs = needs_of(conversation, options, flow.plan, health)
        self._machine = state.turn.step(
            now_s=now_s,
            epoch_s=self._epoch_s,
            health=health,
            needs=self._needs,
        )
        self._left: tuple[Candidate, Verdict] | None = None
        self._request: tuple[Route, HttpRequest] | None = None
        self._has_moved = False
        self._has_asked = False
        self._waited_s = 0.0
        """How long this step has slept since it last sent something."""
        self._discarded: int | None = None
        """Characters of a broken answer that the caller has seen, until the next one begins."""

    def run(self) -> Steps:
        self._flow.state.tokens.earn()
        outcome = "cancelled"
        try:
            answer = yield from self._run()
            outcome = "answered"
            return answer
        except FallbackError as error:
            outcome = error.kind
            raise
        finally:
            self._state.outcome, self._state.skipped = outcome, self._skipped()
            self._flow.journal.write(self._state.receipt(self._flow.now()), self._flow.secrets)

    def _run(self) -> Steps:
        action = self._machine.begin(now_s=self._flow.now())
        while not isinstance(action, GiveUp):
            if isinstance(action, Ask):
                action = yield from self._ask(action)
                continue
            outcome = yield from self._send(action)
            if isinstance(outcome, Answer):
                return outcome
            action = outcome
        self._state.skipped = self._skipped()
        raise unanswered(action, self._state, self._flow.plan, now=self._flow.now() + self._epoch_s)

    def _ask(self, action: Ask) -> Generator[Op, Any, Action]:
        route = self._flow.plan.route(action.candidate)
        yes = yield Permit(self._question(route, costs=action.costs))
        self._has_asked = True
        self._flow.has_told_of_skips = self._flow.has_told_of_skips or (yes and self._left is None)
        following = self._machine.permitted(now_s=self._flow.now(), yes=yes)
        return self._instead(following) if isinstance(following, GiveUp) else following

    def _instead(self, following: Action) -> Action:
        """*following*, which is what follows after all where something has failed in this step."""
        if self._left is not None:
            self._state.amend(_word(self._left[0], following))
        return following

    def _question(self, route: Route, *, costs: bool) -> Notice:
        name = self._flow.plan.name(route)
        if costs:
            return Notice(kind=NoticeKind.COSTS, to=name, left=name, detail=MAY_COST)
        return self._moving_to(route) or self._standing_in(route)

    def _send(self, action: Send) -> Generator[Op, Any, Answer | Action]:
        flow, route = self._flow, self._flow.plan.route(action.candidate)
        if action.after_s > 0:
            yield from self._wait(route, action.after_s)
        following = self._awoken(action) if action.after_s > 0 or self._has_asked else action
        if (due := _due_again(following, action)) is None:
            return self._instead(following)
        action = due
        try:
            if action.probes and not self._leases(action):
                return self._instead(self._machine.denied(now_s=flow.now()))
            yield from self._announce(route)
            return (yield from self._attempt(action, route))
        finally:
            if action.probes:
                flow.state.release(self._state.id)

    def _announce(self, route: Route) -> Generator[Op, Any, None]:
        """Take back what has broken off, and say whose turn it is now."""
        if self._discarded is not None:
            yield Show(Restarted(self._discarded))
            self._discarded = None
            self._state.restarts += 1
        if notice := self._moving_to(route) or self._starting_on(route):
            self._has_moved = notice.kind is NoticeKind.SWITCHED
            yield from self._tell(notice)

    def _attempt(self, action: Send, route: Route) -> Generator[Op, Any, Answer | Action]:
        flow = self._flow
        attempt = LiveAttempt(
            flow.current(route),
            flow.plan.limits.timeouts,
            now=flow.now,
            returns=self._returning_to,
            waited_s=self._waited_s,
            is_probe=bool(action.probes),
        )
        self._waited_s = 0.0
        if flow.plan.turns:
            flow.plan.turns.note(route)
        try:
            instead = yield from self._perform(action, attempt)
        except AttemptFailed as failed:
            return self._after_failure(action, attempt, failed.failure)
        except CredentialError as error:
            failure = Failure(transport=Transport.EXCEPTION, exception=type(error).__name__, body=error.what)
            return self._after_failure(action, attempt, failure, _unrenewed(error, route))
        except GeneratorExit:
            self._state.note(attempt, "stop", status=None)
            raise
        return instead or self._answered(action, attempt, route)

    def _perform(self, action: Send, attempt: LiveAttempt) -> Generator[Op, Any, Action | None]:
        """Send it with a credential that is good now, to the end of the answer.

        Returns what is to be done in its place, where that took all the time there was, or others have benched it.
        """
        before = attempt.route
        attempt.route = yield from self._with_fresh_key(action, before)
        following = action if attempt.route is before else self._awoken(action)
        if (due := _due_again(following, action)) is None:
            return self._instead(following)
        yield from attempt.run(self._request_for(attempt.route), time_left_s=due.time_left_s)
        return None

    def _answered(self, action: Send, attempt: LiveAttempt, route: Route) -> Answer:
        flow, state = self._flow, self._state
        state.note(attempt, "answer")
        state.turn.answered(action.candidate)
        if self._machine.health.benches:
            flow.state.lift(route.subject, at=self._proved_at(action, attempt))
        flow.served_last = route
        state.served_by, state.skipped = attempt.served_by, self._skipped()
        return attempt.answer(state.receipt(flow.now()))

    def _with_fresh_key(self, action: Send, current: Route) -> Generator[Op, Any, Route]:
        """*current* with a credential that is good now; the same object where its own is.

        Raises:
            CredentialError: it had to be renewed, and could not be.
        """
        flow, credential = self._flow, current.credential
        if credential is None or not (action.renews or credential.is_due(flow.wall())):
            return current
        renewed = yield Renew(credential, refused=action.renews)
        if isinstance(renewed, CredentialError):
            raise renewed
        return flow.renewed(flow.plan.route(action.candidate), renewed)

    def _proved_at(self, action: Send, attempt: LiveAttempt) -> float:
        """When *attempt* began; later where what it tried out seems to be of later: then a clock was set back."""
        benches = self._machine.health.benches
        tried = [benches[each].since for each in action.probes if each in benches]
        return max((attempt.began_s + self._epoch_s, *tried))

    def _leases(self, action: Send) -> bool:
        """True with a lease on all that is tried out, unless another caller has just benched it anew."""
        flow, now = self._flow, self._flow.now() + self._epoch_s
        until = now + flow.plan.limits.deadline_s + _LEASE_S
        is_ours = flow.state.lease(action.probes, owner=self._state.id, now=now, until=until)
        before = self._machine.health.benches
        self._machine.health = flow.state.health()
        after, whole = self._machine.health.benches, action.candidate.subject
        return is_ours and not any(
            before.get(each) != bench and each.covers(whole) for each, bench in after.items()
        )

    def _awoken(self, action: Send) -> Action:
        """What becomes of *action* after a wait for its time, for leave, or for a renewal."""
        self._has_asked = False
        self._machine.health = self._flow.state.health()
        return self._machine.awoken(action, now_s=self._flow.now())

    def _request_for(self, route: Route) -> HttpRequest:
        """The request to *route*, made once however often it is sent."""
        if self._request is None or self._request[0] is not route:
            speak = dialect(route.api_mode)
            self._request = route, speak.request(self._conversation, route, self._options_for(route))
        return self._request[1]

    def _wait(self, route: Route, seconds: float) -> Generator[Op, Any, None]:
        if seconds >= _NOTICEABLE_S:
            name = self._flow.plan.name(route)
            detail = f"is asked again in {seconds:.0f} s"
            yield from self._tell(Notice(kind=NoticeKind.WAITING, to=name, left=name, detail=detail))
        yield Sleep(seconds)
        self._waited_s += seconds

    def _tell(self, notice: Notice) -> Generator[Op, Any, None]:
        if self._flow.plan.policy.notify:
            yield Show(notice)

    def _after_failure(
        self, action: Send, attempt: LiveAttempt, failure: Failure, verdict: Verdict | None = None
    ) -> Action:
        """What follows *failure*, which is judged here; or that of a renewal, so that nothing was sent, by its *verdict*."""
        route = self._flow.plan.route(action.candidate)
        was_sent, verdict = verdict is None, verdict or self._verdict(attempt.route, failure)
        following = self._following(action, attempt, failure, verdict, was_sent=was_sent)
        word = _word(action.candidate, following.action)
        self._state.note(
            attempt,
            word,
            verdict=verdict,
            status=failure.status,
            benched=_benched(following.bench),
        )
        self._remember(route, following, failure, verdict)
        self._left = action.candidate, verdict
        if self._is_final(attempt):
            self._state.amend("stop")
            raise interrupted(attempt.text, self._state, verdict, self._flow.plan.name(route))
        if attempt.has_shown:
            self._discarded = len(attempt.text)
        return following.action

    def _is_final(self, attempt: LiveAttempt) -> bool:
        """True where what the caller has been handed of *attempt* is not taken back, so that nothing can follow it."""
        return attempt.has_called or (attempt.has_shown and self._flow.plan.policy.midstream == "raise")

    def _remember(self, route: Route, following: Following, failure: Failure, verdict: Verdict) -> None:
        state = self._flow.state
        if following.bench is not None:
            state.bench(following.bench, generation=self._generation)
        if following.lesson is not None:
            state.learn(route.subject.link, replace(following.lesson, at=self._flow.wall()))
        if verdict.reason is Reason.UNKNOWN:
            state.unmatched(failure, verdict.message, at=self._flow.wall())

    def _verdict(self, route: Route, failure: Failure) -> Verdict:
        """The judgement of *failure*, the key starred out of the raw words and of the unwrapped ones."""
        said = replace(failure, body=scrubbed(failure.body, route.credential))
        verdict = classify(said, now=self._flow.utc(), rules=self._flow.plan.rules)
        message = mask_values(scrubbed(verdict.message, route.credential), self._flow.secrets)
        return verdict._replace(message=message)

    def _following(
        self, action: Send, attempt: LiveAttempt, failure: Failure, verdict: Verdict, *, was_sent: bool
    ) -> Following:
        flow, route = self._flow, attempt.route
        refuses_usage = verdict.reason is Reason.BAD_REQUEST and _USAGE_FIELD in verdict.message
        left_s = action.time_left_s - attempt.elapsed_s
        if refuses_usage and left_s > 0 and route.position not in flow.without_usage:
            flow.without_usage.add(route.position)
            self._request = None
            return Following(action._replace(after_s=0.0, time_left_s=left_s, renews=False))
        self._machine.health = flow.state.health()
        has_token = not self._is_final(attempt) and flow.state.tokens.spend()
        following = self._machine.failed(
            verdict,
            now_s=flow.now(),
            draw=flow.draw(),
            hung_up=failure.hung_up,
            streamed_s=attempt.streamed_s,
            has_token=has_token,
            was_sent=was_sent,
        )
        is_renewal = isinstance(following.action, Send) and following.action.renews
        if has_token and (is_renewal or _word(action.candidate, following.action) != "retry"):
            flow.state.tokens.put_back()
        return following

    def _options_for(self, route: Route) -> Options:
        """The caller's options; without the count of tokens, a wish of ours, where *route* refuses that."""
        if route.position not in self._flow.without_usage:
            return self._options
        return replace(self._options, extra={_USAGE_FIELD: None, **self._options.extra})

    def _moving_to(self, route: Route) -> Notice | None:
        """The notice of a switch to *route*, where this step has left another one."""
        if self._left is None or self._left[0].position == route.position:
            return None
        (left, verdict), plan = self._left, self._flow.plan
        return Notice(
            kind=NoticeKind.SWITCHED,
            to=plan.name(route),
            left=plan.name(plan.route(left)),
            reason=verdict.reason,
            detail=said(verdict.reason, verdict.rule),
        )

    def _starting_on(self, route: Route) -> Notice | None:
        """The notice that a step starts on *route* because links before it cannot be used; given once in a row."""
        before = self._before(route)
        last = self._flow.served_last
        if not before or self._left is not None or (last is not None and last.position == route.position):
            return None
        if self._flow.has_told_of_skips and before[0].kind is SkipKind.NOT_READY:
            return None
        self._flow.has_told_of_skips = True
        return self._standing_in(route)

    def _standing_in(self, route: Route) -> Notice:
        first = (self._before(route) or self._passed())[0]
        return Notice(
            kind=NoticeKind.SKIPPED,
            to=self._flow.plan.name(route),
            left=f"{first.provider}:{first.model}",
            detail=first.what,
        )

    def _before(self, route: Route) -> list[Skipped]:
        skipped = (*self._flow.plan.skipped, *self._passed())
        return sorted(
            (each for each in skipped if each.position < route.position), key=lambda each: each.position
        )

    def _skipped(self) -> tuple[Skipped, ...]:
        """Who was passed over in this turn: now, or in an earlier step and not tried since."""
        tried = {each.position for each in self._state.attempts}
        earlier = [each for each in self._skipped_before if each.position not in tried]
        latest = {each.position: each for each in (*self._flow.plan.skipped, *earlier, *self._passed())}
        return tuple(latest.values())

    def _passed(self) -> list[Skipped]:
        """Links that this step has tried with no credential, each once: by the one that is free again first."""
        now = self._flow.now() + self._epoch_s
        tried = {each.position for each in self._state.attempts[self._tried_before :]}
        soonest: dict[int, PassedOver] = {}
        for each in self._machine.passed:
            known = soonest.setdefault(each.candidate.position, each)
            if (each.until or 0.0) < (known.until or 0.0):
                soonest[each.candidate.position] = each
        return [
            passed_over(each, self._flow.plan.route(each.candidate), now=now, refused=self._needs.refused)
            for position, each in soonest.items()
            if position not in tried
        ]

    def _returning_to(self, route: Route) -> Notice | None:
        """The notice that the conversation is back on the first link, which is *route*, after others answered."""
        flow = self._flow
        last, flow.served_last = flow.served_last, route
        is_first = route.position == flow.plan.routes[0].position
        if last is None or last.position == route.position or not is_first:
            return None
        if self._has_moved or not flow.plan.policy.notify:
            return None
        return Notice(kind=NoticeKind.RETURNED, to=flow.plan.name(route), left=flow.plan.name(last))


_USAGE_FIELD = "stream_options"
_NOTICEABLE_S = 1.0
_LEASE_S = 30.0
"""A lease outlives its step's deadline by this, for owners that were killed."""


def _due_again(following: Action, action: Send) -> Send | None:
    """*following*, where it is *action* once more and due now; None where something else is to be done."""
    if not isinstance(following, Send) or following.candidate is not action.candidate:
        return None
    return None if following.after_s else following


def _word(left: Candidate, following: Action) -> str:
    if isinstance(following, GiveUp):
        return "stop"
    if following.candidate.position != left.position:
        return "advance"
    return "retry" if following.candidate.subject == left.subject else "rotate"


def _unrenewed(error: CredentialError, route: Route) -> Verdict:
    """The verdict on the credential of *route*, which could not be renewed: over, or for now.

    A sign-in of another program, or of a cloud, is never over: after the next one there it goes by the same name.
    """
    grant = route.credential.grant if route.credential else None
    is_ours = grant is not None and grant.kind in {"oauth", "exchange"}
    about = About.TERMINAL if is_ours and error.kind == "sign-in-expired" else About.UNHAD
    message = f"{error.what}; {error.hint}" if error.hint else error.what
    return Verdict(reason=Reason.AUTH, rule=f"renewal:{error.kind}", message=message, about=about)


def _benched(bench: Bench | None) -> Benched | None:
    if bench is None or bench.until <= bench.since:
        return None
    return Benched(grain=bench.subject.grain, until=bench.until, is_given=bench.is_given)
