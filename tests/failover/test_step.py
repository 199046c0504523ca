"""The machine of a step and of a turn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hermes_fallback.failover.classify import Verdict
from hermes_fallback.failover.step import Action, Ask, Candidate, GiveUp, Send, Step, Turn
from hermes_fallback.model.limits import Limits
from hermes_fallback.model.reason import Reason

P, A, B = Candidate(0), Candidate(1), Candidate(2)


def verdict(reason: Reason, retry_after_s: float | None = None) -> Verdict:
    return Verdict(reason=reason, rule="test", retry_after_s=retry_after_s, message="")


def fail(step: Step, reason: Reason, *, now_s: float = 1.0, asked: float | None = None) -> Action:
    return step.failed(verdict(reason, asked), now_s=now_s, draw=0.5)


def test_the_first_send_goes_to_the_primary_with_the_whole_deadline() -> None:
    """A step begins at position 0."""
    assert Step([P, A], Limits(deadline_s=180), started_s=0).begin(now_s=0) == Send(P, 0.0, 180)


def test_each_link_is_tried_in_order_until_none_is_left() -> None:
    """Three dead keys, three attempts, then the end."""
    step = Step([P, A, B], Limits(), started_s=0)
    sends = [step.begin(now_s=0), fail(step, Reason.AUTH), fail(step, Reason.AUTH)]
    assert [send.candidate for send in sends if isinstance(send, Send)] == [P, A, B]
    assert fail(step, Reason.AUTH) == GiveUp("exhausted")


def test_a_refused_request_ends_the_step_with_links_to_spare() -> None:
    """The caller must mend the request; the others are left alone."""
    step = Step([P, A], Limits(), started_s=0)
    step.begin(now_s=0)
    assert fail(step, Reason.BAD_REQUEST) == GiveUp("refused")


def test_past_the_deadline_no_link_is_entered() -> None:
    """The step ends when its time is up, however many links are left."""
    step = Step([P, A], Limits(deadline_s=10), started_s=0)
    step.begin(now_s=0)
    assert fail(step, Reason.TIMEOUT, now_s=10.0) == GiveUp("deadline")


def test_without_leave_to_switch_the_user_is_asked() -> None:
    """`auto_activate: false` means that a switch needs a yes; the time it takes is not the deadline's."""
    step = Step([P, A], Limits(), started_s=0, may_switch=False)
    step.begin(now_s=0)
    assert fail(step, Reason.AUTH) == Ask(A)
    assert step.permitted(now_s=500.0, yes=True) == Send(A, 0.0, 179.0)


def test_a_no_ends_the_step() -> None:
    """Nobody is switched against their will."""
    step = Step([P, A], Limits(), started_s=0, may_switch=False)
    step.begin(now_s=0)
    fail(step, Reason.AUTH)
    assert step.permitted(now_s=2.0, yes=False) == GiveUp("not-permitted")


def test_leave_is_asked_before_the_first_send_where_the_primary_is_not_ready() -> None:
    """Standing in for the primary is a switch too."""
    turn = Turn([A, B], Limits(), may_switch=False, is_switch=True)
    step = turn.step(now_s=0)
    assert step.begin(now_s=0) == Ask(A)
    assert step.permitted(now_s=0, yes=True) == Send(A, 0.0, 180.0)
    turn.answered(A)
    assert turn.step(now_s=0).begin(now_s=0) == Send(A, 0.0, 180.0)


def test_time_spent_streaming_is_not_the_deadlines() -> None:
    """An answer that came for four minutes and then broke still has the next link behind it."""
    step = Step([P, A], Limits(deadline_s=180), started_s=0)
    step.begin(now_s=0)
    action = step.failed(verdict(Reason.TIMEOUT), now_s=250.0, draw=0.5, streamed_s=240.0)
    assert action == Send(A, 0.0, 170.0)


def test_an_empty_chain_gives_up_without_a_request() -> None:
    """Nothing to try is an answer of its own."""
    assert Step([], Limits(), started_s=0).begin(now_s=0) == GiveUp("no-links")


def test_the_link_that_answered_stays_for_the_rest_of_the_turn() -> None:
    """The next step of the turn begins there, and reaches the others only behind it."""
    turn = Turn([P, A, B], Limits())
    turn.answered(A)
    step = turn.step(now_s=0)
    order = [step.begin(now_s=0), fail(step, Reason.AUTH), fail(step, Reason.AUTH)]
    assert [send.candidate for send in order if isinstance(send, Send)] == [A, B, P]


@given(
    reasons=st.lists(st.sampled_from(sorted(Reason)), min_size=1, max_size=40),
    asked=st.none() | st.floats(0, 20),
    draw=st.floats(0, 1),
    links=st.integers(1, 5),
)
def test_whatever_fails_a_step_ends_and_never_returns_to_a_link_it_left(
    reasons: list[Reason], asked: float | None, draw: float, links: int
) -> None:
    """Attempts are bounded, positions never go back, and no wait exceeds patience or the backoff cap."""
    limits = Limits()
    step = Step([Candidate(n) for n in range(links)], limits, started_s=0)
    action, seen, now_s = step.begin(now_s=0), [], 0.0
    for reason in reasons:
        if not isinstance(action, Send):
            break
        seen.append(action.candidate.position)
        assert 0 <= action.after_s <= 8.0
        now_s += action.after_s + 0.01
        action = step.failed(verdict(reason, asked), now_s=now_s, draw=draw)
    assert seen == sorted(seen)
    assert len(seen) <= links + (links - 1) + limits.retries
