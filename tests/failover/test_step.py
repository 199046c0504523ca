"""The machine of a step and of a turn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hermes_fallback.failover.action import Action, Ask, GiveUp, Send
from hermes_fallback.failover.candidate import Candidate
from hermes_fallback.failover.decide import USUAL
from hermes_fallback.failover.fit import Misfit, Needs
from hermes_fallback.failover.step import Step
from hermes_fallback.failover.turn import Turn
from hermes_fallback.failover.verdict import Verdict
from hermes_fallback.model.bench import Bench, Grain, Health, Lesson, Subject
from hermes_fallback.model.limits import Limits, Policy
from hermes_fallback.model.reason import Reason


def candidate(position: int, **facts: Any) -> Candidate:
    name = "PABC"[position]
    subject = Subject(f"https://{name.lower()}.test", f"key-{name}", f"model-{name}", f"link-{name}")
    return Candidate(position=position, subject=subject, **facts)


P, A, B = candidate(0), candidate(1), candidate(2)
WALL = 1_000_000.0
"""Seconds since the epoch when the steady clock says 0."""


def benched(
    *held: tuple[Candidate, Grain, float], leased: tuple[Candidate, Grain] | None = None, **also: Any
) -> Health:
    """Health in which each candidate of *held* is benched at a grain until so many seconds from WALL."""
    benches = [
        Bench(subject=c.subject.at(g), reason=Reason.SERVER_ERROR, since=WALL - 500, until=WALL + s, **also)
        for c, g, s in held
    ]
    leases = {leased[0].subject.at(leased[1]): WALL + 60} if leased else {}
    return Health(benches={bench.subject: bench for bench in benches}, leases=leases)


def begun(*candidates: Candidate, health: Health, policy: Policy = USUAL, **also: Any) -> tuple[Step, Action]:
    step = Step(candidates, Limits(), policy, started_s=0, epoch_s=WALL, health=health, **also)
    return step, step.begin(now_s=0)


def verdict(reason: Reason, retry_after_s: float | None = None) -> Verdict:
    return Verdict(reason=reason, rule="test", retry_after_s=retry_after_s, message="")


def fail(step: Step, reason: Reason, *, now_s: float = 1.0, asked: float | None = None) -> Action:
    return step.failed(verdict(reason, asked), now_s=now_s, draw=0.5).action


def test_the_first_send_goes_to_the_primary_with_the_whole_deadline() -> None:
    """A step begins at position 0."""
    assert Step([P, A], Limits(deadline_s=180), started_s=0).begin(now_s=0) == Send(P, 0.0, 180)


def test_each_link_is_tried_in_order_until_none_is_left() -> None:
    """Three dead keys, three attempts, then the end."""
    step = Step([P, A, B], Limits(), started_s=0)
    sends = [step.begin(now_s=0), fail(step, Reason.AUTH), fail(step, Reason.AUTH)]
    assert [send.candidate for send in sends if isinstance(send, Send)] == [P, A, B]
    assert fail(step, Reason.AUTH) == GiveUp("exhausted", soonest=301.0)


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
    action = step.failed(verdict(Reason.TIMEOUT), now_s=250.0, draw=0.5, streamed_s=240.0).action
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
    step = Step([Candidate(position=n) for n in range(links)], limits, started_s=0)
    action, seen, now_s = step.begin(now_s=0), [], 0.0
    for reason in reasons:
        if not isinstance(action, Send):
            break
        seen.append(action.candidate.position)
        assert 0 <= action.after_s <= 8.0
        now_s += action.after_s + 0.01
        action = step.failed(verdict(reason, asked), now_s=now_s, draw=draw).action
    assert seen == sorted(seen)
    assert len(seen) <= links + (links - 1) + limits.retries


@pytest.mark.parametrize("grain", list(Grain))
def test_a_benched_primary_is_passed_over_at_every_grain(grain: Grain) -> None:
    """Host, key, model or link: what covers the primary keeps it from being asked."""
    step, action = begun(P, A, health=benched((P, grain, 40)))
    assert action == Send(A, 0.0, 180.0)
    assert [(each.candidate, each.until, each.reason) for each in step.passed] == [
        (P, WALL + 40, Reason.SERVER_ERROR)
    ]


def test_a_bench_of_one_link_is_nothing_to_another_host() -> None:
    """Health is charged to what failed and to nothing else."""
    _, action = begun(P, A, health=benched((A, Grain.HOST, 40)))
    assert action == Send(P, 0.0, 180.0)


def test_a_bench_that_is_over_is_tried_with_a_lease() -> None:
    """The first caller after its time is the one that finds out."""
    _, action = begun(P, A, health=benched((P, Grain.MODEL, -1)))
    assert action == Send(P, 0.0, 180.0, (P.subject.at(Grain.MODEL),))


def test_while_one_caller_tries_it_the_others_go_on() -> None:
    """Half-open means one."""
    health = benched((P, Grain.MODEL, -1), leased=(P, Grain.MODEL))
    step, action = begun(P, A, health=health)
    assert action == Send(A, 0.0, 180.0)
    assert [(each.candidate, each.until) for each in step.passed] == [(P, None)]


def test_a_lease_that_was_lost_in_a_race_leads_to_the_next_link() -> None:
    """Two saw it free; one got it."""
    step, _ = begun(P, A, health=benched((P, Grain.MODEL, -1)))
    assert step.denied(now_s=0) == Send(A, 0.0, 180.0)


def test_whoever_loses_the_race_for_the_soonest_tries_the_one_after_it() -> None:
    """All are benched, and two callers try two links, rather than one of them none."""
    held = (P, Grain.HOST, 60), (A, Grain.HOST, 30)
    step, action = begun(P, A, health=benched(*held))
    assert isinstance(action, Send)
    assert action.candidate == A
    step.health = benched(*held, leased=(A, Grain.HOST))
    assert step.denied(now_s=0) == Send(P, 0.0, 180.0, (P.subject.at(Grain.HOST),))


def test_a_link_that_was_left_is_no_last_resort() -> None:
    """Where its retry has to wait for another caller, the step is over: it never returns."""
    step, _ = begun(P, health=Health())
    step.health = benched((P, Grain.MODEL, -1))
    again = fail(step, Reason.SERVER_ERROR)
    assert isinstance(again, Send)
    assert again.probes
    step.health = benched((P, Grain.MODEL, -1), leased=(P, Grain.MODEL))
    assert step.denied(now_s=2.0) == GiveUp("exhausted")
    assert not step.passed


def test_failures_that_are_only_counted_bench_nobody() -> None:
    """Two empty answers are a note, not a bench."""
    _, action = begun(P, A, health=benched((P, Grain.MODEL, -500)))
    assert action == Send(P, 0.0, 180.0)


def test_a_clock_that_was_set_back_benches_nobody_for_long() -> None:
    """A bench from the future cannot be trusted: it is tried out."""
    step = Step([P, A], Limits(), started_s=0, epoch_s=WALL - 86_400, health=benched((P, Grain.MODEL, 40)))
    action = step.begin(now_s=0)
    assert isinstance(action, Send)
    assert (action.candidate, len(action.probes)) == (P, 1)


def test_a_link_chosen_by_hand_is_asked_whatever_is_benched() -> None:
    """The user's word counts before our guess."""
    chosen = replace(P, insists=True)
    _, action = begun(chosen, A, health=benched((P, Grain.HOST, 40)))
    assert action == Send(chosen, 0.0, 180.0)


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("probe", Send(A, 0.0, 180.0, (A.subject.at(Grain.HOST),))),
        ("wait", Send(A, 30.0, 150.0, (A.subject.at(Grain.HOST),))),
        ("fail", GiveUp("benched", WALL + 30)),
    ],
)
def test_when_all_are_benched_the_config_says_what_happens(way: str, expected: Action) -> None:
    """The soonest is tried, or waited for, or none."""
    health = benched((P, Grain.HOST, 60), (A, Grain.HOST, 30))
    _, action = begun(P, A, health=health, policy=Policy(when_all_benched=way))
    assert action == expected


def test_who_waits_waits_for_the_caller_who_is_trying_it_out_too() -> None:
    """`when_all_benched: wait`: it looks again and again, and sends when the other has proved it well."""
    health = benched((P, Grain.HOST, -1), leased=(P, Grain.HOST))
    step, action = begun(P, health=health, policy=Policy(when_all_benched="wait"))
    assert action == Send(P, 0.5, 179.5, (P.subject.at(Grain.HOST),))
    again = step.denied(now_s=0.5)
    assert again == Send(P, 0.5, 179.0, (P.subject.at(Grain.HOST),))
    step.health = Health()
    assert step.awoken(again, now_s=1.0) == Send(P, 0.0, 179.0)


def test_a_switch_that_was_denied_is_none() -> None:
    """`max_switches: 1` is not used up by a link that was never asked."""
    health = benched((A, Grain.HOST, -1))
    step, _ = begun(P, A, B, health=health, switches_left=1)
    assert isinstance(fail(step, Reason.AUTH), Send)
    assert step.denied(now_s=1.0) == Send(B, 0.0, 179.0)


def test_a_key_that_was_refused_is_not_sent_again_with_another_model() -> None:
    """What the failure benched counts at once, and not only in the next turn."""
    sister = replace(A, subject=A.subject._replace(credential=P.subject.credential))
    step, _ = begun(P, sister, B, health=Health())
    assert fail(step, Reason.AUTH) == Send(B, 0.0, 179.0)


def test_nobody_waits_for_a_bench_that_outlasts_the_deadline() -> None:
    """A wait that cannot end in an answer is not begun."""
    health = benched((P, Grain.HOST, 500))
    _, action = begun(P, health=health, policy=Policy(when_all_benched="wait"))
    assert action == GiveUp("benched", WALL + 500)


def test_the_soonest_of_the_benched_is_the_last_resort_once() -> None:
    """When all that was free has failed, one benched link is tried, and no second one."""
    step, _ = begun(P, A, B, health=benched((A, Grain.HOST, 60), (B, Grain.HOST, 30)))
    action = fail(step, Reason.AUTH)
    assert isinstance(action, Send)
    assert action.candidate == B
    assert isinstance(fail(step, Reason.AUTH, now_s=2.0), GiveUp)


def test_giving_up_tells_when_something_is_usable_again() -> None:
    """The soonest of all benches, those of this step among them."""
    step, _ = begun(P, health=Health())
    following = step.failed(verdict(Reason.QUOTA, 600.0), now_s=1.0, draw=0.5)
    assert following.action == GiveUp("exhausted", WALL + 601)
    assert following.bench is not None
    assert following.bench.is_given


def test_a_benched_link_counts_for_nothing_when_tries_are_dealt_out() -> None:
    """With the others benched this link is the last usable one, and gets more than one retry."""
    step, _ = begun(P, A, health=benched((A, Grain.HOST, 60)))
    actions = [fail(step, Reason.SERVER_ERROR, now_s=float(n)) for n in (1, 2)]
    assert [action.candidate for action in actions if isinstance(action, Send)] == [P, P]


def test_a_link_that_others_have_benched_meanwhile_is_not_asked_again() -> None:
    """Between a failure and its retry, somebody else may have found out more."""
    step, _ = begun(P, A, health=Health())
    again = fail(step, Reason.SERVER_ERROR)
    assert isinstance(again, Send)
    assert step.awoken(again, now_s=1.5) == Send(P, 0.0, 178.5)
    step.health = benched((P, Grain.MODEL, 15))
    assert step.awoken(again, now_s=1.5) == Send(A, 0.0, 178.5)


def test_switches_are_counted_over_the_turn() -> None:
    """`max_switches: 1` is one way on, however many links and steps there are."""
    turn = Turn([P, A, B], Limits(), Policy(max_switches=1))
    step = turn.step(now_s=0)
    step.begin(now_s=0)
    assert isinstance(fail(step, Reason.AUTH), Send)
    turn.answered(A)
    later = turn.step(now_s=2)
    later.begin(now_s=2)
    assert fail(later, Reason.AUTH, now_s=3.0) == GiveUp("no-switches")


FAR = replace(A, zone="any")
NEAR = replace(A, zone="device")
PAID = replace(A, costs=True)


@pytest.mark.parametrize(
    ("link", "needs", "policy", "misfit"),
    [
        (replace(A, context_length=8000), Needs(prompt_tokens=9000), Policy(), Misfit.PROMPT),
        (replace(A, context_length=8000), Needs(prompt_tokens=8000), Policy(), None),
        (A, Needs(prompt_tokens=10**9), Policy(), None),
        (replace(A, tools=False), Needs(tools=True), Policy(), Misfit.TOOLS),
        (replace(A, tools=False), Needs(), Policy(), None),
        (replace(A, images=False), Needs(images=True), Policy(), Misfit.IMAGES),
        (FAR, Needs(), Policy(zone="lan"), Misfit.ZONE),
        (NEAR, Needs(), Policy(zone="lan"), None),
        (replace(A, zone="lan"), Needs(), Policy(zone="device"), Misfit.ZONE),
        (replace(A, zone="region:eu"), Needs(), Policy(zone="region:eu"), None),
        (replace(A, zone="region:us"), Needs(), Policy(zone="region:eu"), Misfit.ZONE),
        (NEAR, Needs(), Policy(zone="region:eu"), Misfit.ZONE),
        (PAID, Needs(), Policy(metered="never"), Misfit.COST),
        (A, Needs(), Policy(metered="never"), None),
    ],
)
def test_a_link_that_cannot_take_the_request_is_passed_over(
    link: Candidate, needs: Needs, policy: Policy, misfit: Misfit | None
) -> None:
    """Window, tools, images, zone and cost are looked at before anything is sent; what is unknown is tried."""
    step, action = begun(link, health=Health(), policy=policy, needs=needs)
    assert [each.misfit for each in step.passed] == ([misfit] if misfit else [])
    assert action == (GiveUp("unfit") if misfit else Send(link, 0.0, 180.0))


def test_the_primary_may_cost() -> None:
    """Who chose it has chosen what it costs."""
    paid = replace(P, costs=True)
    _, action = begun(paid, health=Health(), policy=Policy(metered="never"))
    assert action == Send(paid, 0.0, 180.0)


def test_before_a_link_that_costs_the_user_is_asked_and_a_no_passes_it_over() -> None:
    """`metered: ask` asks link by link; the next one may be free."""
    step, _ = begun(P, PAID, B, health=Health(), policy=Policy(metered="ask"))
    assert fail(step, Reason.AUTH) == Ask(PAID, costs=True)
    assert step.permitted(now_s=9.0, yes=False) == Send(B, 0.0, 179.0)


def test_what_was_learnt_of_a_link_counts_where_the_config_says_nothing() -> None:
    """Unknown is tried once; the second time it is known."""
    health = Health(lessons={"link-P": Lesson(tools=False), "link-A": Lesson(context_length=10)})
    turn = Turn([P, replace(A, context_length=100)], Limits())
    step = turn.step(now_s=0, health=health, needs=Needs(tools=True, prompt_tokens=50))
    action = step.begin(now_s=0)
    assert isinstance(action, Send)
    assert action.candidate.position == 1


@pytest.mark.parametrize("lacks", ["tools", "images"])
def test_what_a_link_turns_out_to_lack_is_learnt_and_the_next_one_goes_on(lacks: str) -> None:
    """Not benched: it is well, and takes other requests."""
    step, _ = begun(P, A, health=Health())
    following = step.failed(Verdict(reason=Reason.BAD_REQUEST, rule="test", lacks=lacks), now_s=1.0, draw=0.5)
    assert following.action == Send(A, 0.0, 179.0)
    assert (following.lesson, following.bench) == (Lesson(**{lacks: False}), None)


def test_what_does_not_fit_goes_only_to_a_link_that_is_known_to_hold_it() -> None:
    """`context_overflow: larger` passes over the unknown and the smaller."""
    small, large = replace(A, context_length=9000), replace(B, context_length=100_000)
    policy = Policy(context_overflow="larger")
    step, _ = begun(P, candidate(3), small, large, health=Health(), policy=policy)
    said = Verdict(reason=Reason.CONTEXT_OVERFLOW, rule="test", context_length=8192, prompt_tokens=9001)
    following = step.failed(said, now_s=1.0, draw=0.5)
    assert following.action == Send(large, 0.0, 179.0)
    assert following.lesson == Lesson(context_length=8192)


def test_what_fits_nowhere_is_the_callers_to_shorten() -> None:
    """No link known to hold it: refused, as without the setting."""
    step, _ = begun(P, A, health=Health(), policy=Policy(context_overflow="larger"))
    assert fail(step, Reason.CONTEXT_OVERFLOW) == GiveUp("refused")


def test_without_retry_tokens_a_link_is_left_at_its_first_failure() -> None:
    """The bucket is shared by all turns, so that an outage does not double the traffic."""
    step, _ = begun(P, A, health=Health())
    following = step.failed(verdict(Reason.SERVER_ERROR), now_s=1.0, draw=0.5, has_token=False)
    assert following.action == Send(A, 0.0, 179.0)


def test_where_a_switch_lasts_for_the_session_a_turn_begins_where_the_last_one_ended() -> None:
    """`scope: session` is the older, one-shot behaviour."""
    turn = Turn([P, A, B], Limits(), at=1)
    assert turn.step(now_s=0).begin(now_s=0) == Send(A, 0.0, 180.0)


@pytest.mark.parametrize(
    ("at", "position"), [(None, 1), (WALL - 60, 1), (WALL - 90_000, 0), (WALL + 90_000, 0)]
)
def test_a_lesson_counts_for_a_day(at: float | None, position: int) -> None:
    """Models are set up anew, and clocks are set back: then the link is tried once more."""
    health = Health(lessons={"link-P": Lesson(tools=False, at=at)})
    step = Turn([P, A], Limits()).step(now_s=0, epoch_s=WALL, health=health, needs=Needs(tools=True))
    action = step.begin(now_s=0)
    assert isinstance(action, Send)
    assert action.candidate.position == position
