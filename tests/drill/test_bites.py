"""The drill bites: an engine with a bug falls short, and the fault that finds the bug says so."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import pytest
from chains import chain

from hermes_fallback.drill.catalogue import CATALOGUE
from hermes_fallback.drill.drill import rehearse
from hermes_fallback.failover.candidate import Outlook
from hermes_fallback.failover.decide import Decision, bench_of, decide
from hermes_fallback.failover.step import Step
from hermes_fallback.model.bench import Grain, Standing
from hermes_fallback.model.failure import AttemptFailed
from hermes_fallback.model.limits import Timeouts
from hermes_fallback.model.origin import Origin
from hermes_fallback.session import flow
from hermes_fallback.session.attempt import LiveAttempt
from hermes_fallback.session.turn import TurnState
from hermes_fallback.state.kept import KeptState
from hermes_fallback.transport.synchronous import Carrier, Exchange
from hermes_fallback.wire.dialects import dialect
from hermes_fallback.wire.exchange import Called, Ended, HttpRequest
from hermes_fallback.wire.readers import SniffingReader, StreamReader

Patch = pytest.MonkeyPatch
_ON_STEP = "hermes_fallback.failover.step."


def an_invented_finish_reason(patch: Patch) -> None:
    """A stream that stops is taken for an answer that is whole."""
    finish = StreamReader.finish

    def finished(self: StreamReader) -> list[Any]:
        try:
            return finish(self)
        except AttemptFailed:
            return [Ended(finish_reason="stop")]

    patch.setattr(StreamReader, "finish", finished)


def a_retry_that_glues(patch: Patch) -> None:
    """What the next attempt says is put behind what the broken one had said."""
    begin, said = LiveAttempt.__init__, list[str]()

    def begun(self: LiveAttempt, *given: Any, **named: Any) -> None:
        begin(self, *given, **named)
        self._text = said

    patch.setattr(LiveAttempt, "__init__", begun)


def a_key_sent_on_a_redirect(patch: Patch) -> None:
    """The carrier follows, with its headers."""
    send = Carrier.open

    def followed(self: Carrier, request: HttpRequest, *, timeouts: Timeouts) -> Exchange:
        exchange = send(self, request, timeouts=timeouts)
        target = exchange.headers.get("location")
        if not target or not request.credential:
            return exchange
        exchange.close()
        bound = request.credential.but(origins=frozenset({Origin.of(target)}))
        return send(self, replace(request, url=target, credential=bound), timeouts=timeouts)

    patch.setattr(Carrier, "open", followed)


def a_key_in_the_address(patch: Patch) -> None:
    """It would stand in every log on the way."""
    send = Carrier.open

    def sent(self: Carrier, request: HttpRequest, *, timeouts: Timeouts) -> Exchange:
        key = request.credential.secret.reveal() if request.credential else ""
        return send(self, replace(request, url=f"{request.url}?key={key}"), timeouts=timeouts)

    patch.setattr(Carrier, "open", sent)


def a_restart_that_is_not_announced(patch: Patch) -> None:
    """Half an answer stays on the caller's screen."""
    follow = flow._Step._after_failure

    def followed(self: Any, *given: Any) -> Any:
        action = follow(self, *given)
        self._discarded = None
        return action

    patch.setattr(flow._Step, "_after_failure", followed)


def a_tool_call_given_twice(patch: Patch) -> None:
    """The caller would act twice."""
    take = LiveAttempt._take

    def taken(self: LiveAttempt, event: Any) -> Generator[Any, Any, None]:
        yield from take(self, event)
        if isinstance(event, Called):
            yield from take(self, event)

    patch.setattr(LiveAttempt, "_take", taken)


def a_bench_that_is_ignored(patch: Patch) -> None:
    """Every turn asks the dead link first."""
    patch.setattr(f"{_ON_STEP}outlook", lambda *_, **__: Outlook(Standing.FREE))


def a_bench_of_the_whole_host(patch: Patch) -> None:
    """Other models there would be left alone for nothing."""

    def benched(verdict: Any, whole: Any, *given: Any, **named: Any) -> Any:
        bench = bench_of(verdict, whole, *given, **named)
        return bench and bench._replace(subject=whole.at(Grain.HOST))

    patch.setattr(f"{_ON_STEP}bench_of", benched)


def a_bench_that_forgets_the_providers_time(patch: Patch) -> None:
    """An hour is taken for a minute."""

    def benched(verdict: Any, *given: Any, **named: Any) -> Any:
        return bench_of(verdict._replace(retry_after_s=None), *given, **named)

    patch.setattr(f"{_ON_STEP}bench_of", benched)


def a_retry_too_many(patch: Patch) -> None:
    """The outage is made worse."""

    def decided(verdict: Any, at: Any, *given: Any) -> Any:
        return (Decision.AGAIN, 0.02) if at.tries == 2 else decide(verdict, at, *given)

    patch.setattr(f"{_ON_STEP}decide", decided)


def a_wait_although_another_link_is_free(patch: Patch) -> None:
    """The user looks at nothing."""

    def decided(*given: Any) -> Any:
        decision, pause_s = decide(*given)
        return decision, pause_s + 0.5 * (decision is Decision.AGAIN)

    patch.setattr(f"{_ON_STEP}decide", decided)


def a_wait_cut_short(patch: Patch) -> None:
    """The provider asked for more."""
    patch.setattr(f"{_ON_STEP}decide", lambda *given: (decide(*given)[0], 0.0))


def a_deadline_that_never_comes(patch: Patch) -> None:
    """Each link gets its whole time."""
    begin = Step.__init__

    def begun(self: Step, candidates: Any, limits: Any, *given: Any, **named: Any) -> None:
        begin(self, candidates, limits.but(deadline_s=1e6), *given, **named)

    patch.setattr(Step, "__init__", begun)


def a_clock_that_content_does_not_feed(patch: Patch) -> None:
    """A slow answer is cut off while it comes."""
    patch.setattr(SniffingReader, "pieces", property(lambda _: 0))


def a_stampede(patch: Patch) -> None:
    """All callers try at once whether it is well again."""
    patch.setattr(KeptState, "lease", lambda *_, **__: True)


def a_lease_that_is_kept(patch: Patch) -> None:
    """Nobody else may try for minutes."""
    patch.setattr(KeptState, "release", lambda *_: None)


def a_history_cut_by_one(patch: Patch) -> None:
    """The next link does not know what was said first."""

    class Forgetful:
        def __init__(self, api_mode: str) -> None:
            self._speak = dialect(api_mode)

        def request(self, conversation: Any, route: Any, options: Any) -> HttpRequest:
            if route.position:
                conversation = replace(conversation, messages=conversation.messages[1:])
            return self._speak.request(conversation, route, options)

    patch.setattr(flow, "dialect", Forgetful)


def an_attempt_that_is_not_told(patch: Patch) -> None:
    """The receipt looks better than the turn was."""
    note = TurnState.note

    def noted(self: TurnState, attempt: Any, action: str, **named: Any) -> None:
        if action != "retry":
            note(self, attempt, action, **named)

    patch.setattr(TurnState, "note", noted)


def a_link_named_that_did_not_answer(patch: Patch) -> None:
    """The user thanks the wrong provider."""
    answer = LiveAttempt.answer

    def answered(self: LiveAttempt, receipt: Any) -> Any:
        said = answer(self, receipt)
        return replace(said, served_by=replace(said.served_by, position=0))

    patch.setattr(LiveAttempt, "answer", answered)


def a_key_that_is_repeated(patch: Patch) -> None:
    """What a provider echoes stands in the receipt."""
    for place in ("hermes_fallback.transport.errors", "hermes_fallback.session.flow"):
        patch.setattr(f"{place}.scrubbed", lambda text, _: text)
    patch.setattr(flow, "mask_values", lambda text, _: text)


BUGS: tuple[tuple[Callable[[Patch], None], str, str], ...] = (
    (an_invented_finish_reason, "truncated", "the link was asked once by 1 turns, not 2 times"),
    (an_invented_finish_reason, "cut-early", "link 0 answered, and should not have"),
    (a_retry_that_glues, "cut", "the answer is not whole, or more than one"),
    (a_key_sent_on_a_redirect, "redirect", "a key was sent where it does not belong"),
    (a_key_in_the_address, "no-done", "a key was sent where it does not belong"),
    (a_restart_that_is_not_announced, "cut", "what was handed out piece by piece is not the answer"),
    (a_tool_call_given_twice, "cut-tool", "2 tool calls came, not one"),
    (a_bench_that_is_ignored, "rate-limit-hour", "asked a link again, although it was benched"),
    (a_bench_of_the_whole_host, "server-error", "benched was host, not model"),
    (a_bench_that_forgets_the_providers_time, "rate-limit-date", "not 3600 s as the provider said"),
    (a_retry_too_many, "server-error", "the link was asked 3 times"),
    (a_wait_although_another_link_is_free, "overloaded", "although another link was free"),
    (a_wait_cut_short, "rate-limit-short", "it did not wait as long as the provider asked for"),
    (a_deadline_that_never_comes, "all-silent", "the turn did not end at its deadline"),
    (a_clock_that_content_does_not_feed, "trickle", "link 1 answered, and should not have"),
    (a_stampede, "half-open", "by 20 turns, not 2 times"),
    (a_lease_that_is_kept, "recovered", "a lease was not given back"),
    (a_history_cut_by_one, "unauthorized", "a link got a conversation that was not whole"),
    (an_attempt_that_is_not_told, "reset", "the receipt does not tell of the requests"),
    (a_link_named_that_did_not_answer, "quota", "somebody else answered than is said"),
    (a_key_that_is_repeated, "key-repeated", "a key stands in an answer, an error or a receipt"),
)


@pytest.mark.parametrize(
    ("bug", "finder", "words"), BUGS, ids=[f"{bug.__name__}-{finder}" for bug, finder, _ in BUGS]
)
def test_an_engine_with_a_bug_falls_short(
    monkeypatch: Patch, bug: Callable[[Patch], None], finder: str, words: str
) -> None:
    """The fault that meets the bug fails, and says what went wrong."""
    bug(monkeypatch)
    drill = rehearse(chain(), CATALOGUE[finder])
    assert not drill.passed
    assert words in "; ".join(drill.complaints)
