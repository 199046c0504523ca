"""Several credentials of one link: which failures go on to the next of them, and when one is renewed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from hermes_fallback.failover.action import Action, Ask, GiveUp, Send
from hermes_fallback.failover.candidate import Candidate
from hermes_fallback.failover.decide import USUAL
from hermes_fallback.failover.step import Step
from hermes_fallback.failover.turn import Turn
from hermes_fallback.failover.verdict import About, Verdict
from hermes_fallback.model.bench import Bench, Grain, Health, Subject
from hermes_fallback.model.limits import Limits, Policy
from hermes_fallback.model.reason import Reason


def candidate(position: int, key: str, **facts: Any) -> Candidate:
    host = f"https://host-{position}.test"
    return Candidate(position=position, subject=Subject(host, key, "m", f"{position}-{key}"), **facts)


A1, A2, A3 = candidate(0, "a1"), candidate(0, "a2"), candidate(0, "a3")
B1, B2 = candidate(1, "b1"), candidate(1, "b2")
RENEWABLE = candidate(0, "sign-in", renewable=True)


def begun(*candidates: Candidate, policy: Policy = USUAL, health: Health | None = None, **also: Any) -> Step:
    step = Step(candidates, Limits(attempts=10), policy, started_s=0, health=health or Health(), **also)
    step.begin(now_s=0)
    return step


def fail(step: Step, reason: Reason, *, asked: float | None = None, about: About = About.USUAL) -> Action:
    verdict = Verdict(reason=reason, rule="test", retry_after_s=asked, about=about)
    return step.failed(verdict, now_s=1.0, draw=0.5).action


def tried_out(key: Candidate) -> Bench:
    """A bench of *key* that is over, so that one caller may try it out."""
    return Bench(subject=key.subject.at(Grain.CREDENTIAL), reason=Reason.QUOTA, since=-900, until=-1)


def asked(action: Action) -> Candidate:
    assert isinstance(action, Send), action
    return action.candidate


class TestRotation:
    @pytest.mark.parametrize("reason", [Reason.RATE_LIMIT, Reason.QUOTA, Reason.AUTH])
    def test_trouble_with_a_key_goes_on_to_the_next_key(self, reason):
        """The next credential of the same link comes before the next link, at once."""
        step = begun(A1, A2, B1)
        following = fail(step, reason)
        assert asked(following) is A2
        assert (following.after_s, step.switches) == (0.0, 0)

    @pytest.mark.parametrize(
        "reason", [Reason.TIMEOUT, Reason.MODEL_NOT_FOUND, Reason.ENDPOINT_NOT_FOUND, Reason.CONNECTION]
    )
    def test_trouble_with_the_host_leaves_all_keys(self, reason):
        """Another key would meet the same host, the same model, the same path."""
        assert asked(fail(begun(A1, A2, B1), reason)) is B1

    @pytest.mark.parametrize("about", [About.UPSTREAM, About.HOST])
    def test_limit_behind_an_aggregator_leaves_all_keys(self, about):
        """A firewall or an upstream's limit does not look at the key."""
        assert asked(fail(begun(A1, A2, B1), Reason.AUTH, about=about)) is B1

    def test_next_key_comes_before_a_wait(self):
        """A provider that asks for two seconds is not waited for while another key is free."""
        assert asked(fail(begun(A1, A2), Reason.RATE_LIMIT, asked=2.0)) is A2

    def test_last_key_is_waited_for(self):
        """With the other keys spent, a short wait that the provider asks for is sat out."""
        step = begun(A1, A2)
        fail(step, Reason.QUOTA)
        following = fail(step, Reason.RATE_LIMIT, asked=2.0)
        assert (asked(following), following.after_s) == (A2, 2.0)

    def test_every_key_then_the_next_link(self):
        """Each credential is tried once, in order; then the next link."""
        step = begun(A1, A2, A3, B1)
        assert [asked(fail(step, Reason.QUOTA)) for _ in range(3)] == [A2, A3, B1]
        assert step.switches == 1

    def test_benched_key_is_passed_over(self):
        """What is benched for one key leaves the others of the link."""
        bench = Bench(subject=A2.subject.at(Grain.CREDENTIAL), reason=Reason.QUOTA, since=0, until=900)
        step = begun(A1, A2, A3, health=Health(benches={bench.subject: bench}))
        assert asked(fail(step, Reason.QUOTA)) is A3

    def test_rotation_is_no_switch(self):
        """Neither the count of switches nor the leave to make them has a say in it."""
        step = begun(A1, A2, B1, policy=Policy(max_switches=0), switches_left=0, may_switch=False)
        assert asked(fail(step, Reason.QUOTA)) is A2
        assert fail(step, Reason.QUOTA) == GiveUp("no-switches")

    def test_switch_behind_a_rotation_wants_leave(self):
        """Going on to the next link is asked about, however many keys were tried before."""
        step = begun(A1, A2, B1, may_switch=False)
        fail(step, Reason.QUOTA)
        assert isinstance(fail(step, Reason.QUOTA), Ask)

    def test_link_that_was_left_is_not_entered_with_another_key(self):
        """After a host failed, its other keys are no last resort either."""
        bench = Bench(subject=A1.subject.at(Grain.CREDENTIAL), reason=Reason.QUOTA, since=0, until=900)
        step = Step([A1, A2], Limits(), started_s=0, health=Health(benches={bench.subject: bench}))
        assert asked(step.begin(now_s=0)) is A2
        assert fail(step, Reason.TIMEOUT) == GiveUp("exhausted", soonest=31.0)

    def test_benched_key_of_a_link_that_was_left_is_no_last_resort(self):
        """Passed over on the way in, it is not come back to once another link has been tried."""
        bench = Bench(subject=A2.subject.at(Grain.CREDENTIAL), reason=Reason.QUOTA, since=0, until=900)
        step = begun(A1, A2, B1, health=Health(benches={bench.subject: bench}))
        fail(step, Reason.QUOTA)
        assert fail(step, Reason.QUOTA) == GiveUp("exhausted", soonest=900)

    def test_next_key_is_free_after_a_retry_that_no_key_would_have_helped(self):
        """The host was unwell, and is asked again with the same key; what it then says is about that key alone."""
        step = begun(A1, A2)
        assert asked(fail(step, Reason.SERVER_ERROR)) is A1
        assert asked(fail(step, Reason.RATE_LIMIT)) is A2

    def test_key_that_another_caller_tries_out_leaves_its_link_entered(self):
        """The key behind it is of the link that was switched to already: no second switch, and no second question."""
        health = Health(benches={tried_out(B2).subject: tried_out(B2)})
        last = candidate(1, "b3")
        step = begun(A1, B1, B2, last, health=health, switches_left=1, may_switch=False)
        fail(step, Reason.QUOTA)
        step.permitted(now_s=1.0, yes=True)
        assert asked(fail(step, Reason.QUOTA)) is B2
        assert asked(step.denied(now_s=1.0)) is last

    def test_leave_for_a_link_is_leave_for_all_its_keys(self):
        """Whichever of them is free is asked, and the user is not asked again."""
        step = begun(
            A1, B1, B2, health=Health(benches={tried_out(B1).subject: tried_out(B1)}), may_switch=False
        )
        fail(step, Reason.QUOTA)
        assert asked(step.permitted(now_s=1.0, yes=True)) is B1
        assert asked(step.denied(now_s=1.0)) is B2

    def test_no_to_what_a_link_costs_is_no_to_all_its_keys(self):
        """They cost the same."""
        paid = [candidate(1, key, costs=True) for key in ("p1", "p2")]
        step = begun(A1, *paid, policy=Policy(metered="ask"))
        assert isinstance(fail(step, Reason.QUOTA), Ask)
        assert isinstance(step.permitted(now_s=1.0, yes=False), GiveUp)


class TestRenewal:
    def test_refused_sign_in_is_renewed_and_sent_again(self):
        """One more try of the same credential, renewed, before anything is benched."""
        step = begun(RENEWABLE, B1)
        following = step.failed(Verdict(reason=Reason.AUTH, rule="test"), now_s=1.0, draw=0.5)
        assert (following.action.candidate, following.action.renews) == (RENEWABLE, True)
        assert following.bench is None

    def test_second_refusal_goes_on(self):
        """A credential is renewed once; then it is benched and the next is tried."""
        step = begun(RENEWABLE, A2, B1)
        fail(step, Reason.AUTH)
        assert asked(fail(step, Reason.AUTH)) is A2

    def test_each_credential_is_renewed_once(self):
        """The next sign-in of the pool has its own try."""
        other = candidate(0, "other", renewable=True)
        step = begun(RENEWABLE, other, B1)
        sent = [fail(step, Reason.AUTH) for _ in range(4)]
        assert [asked(each) for each in sent] == [RENEWABLE, other, other, B1]
        assert [each.renews for each in sent] == [True, False, True, False]

    @pytest.mark.parametrize(
        ("reason", "about"),
        [(Reason.QUOTA, About.USUAL), (Reason.AUTH, About.HOST), (Reason.AUTH, About.MODEL)],
    )
    def test_nothing_else_is_renewed(self, reason, about):
        """A spent quota, a firewall and a model that is not for us outlive a fresh token."""
        assert asked(fail(begun(RENEWABLE, B1), reason, about=about)) is B1

    def test_renewal_that_failed_is_not_repeated(self):
        """Nothing was sent, and the host has refused nothing."""
        verdict = Verdict(reason=Reason.AUTH, rule="test")
        following = begun(RENEWABLE, B1).failed(verdict, now_s=1.0, draw=0.5, was_sent=False)
        assert asked(following.action) is B1

    def test_nothing_is_renewed_after_the_deadline(self):
        """There would be no time left to send it."""
        verdict = Verdict(reason=Reason.AUTH, rule="test")
        step = begun(RENEWABLE, B1)
        assert step.failed(verdict, now_s=Limits().deadline_s, draw=0.5).action == GiveUp("deadline")

    def test_renewal_needs_no_retry_token(self):
        """The budget of retries is for hosts that are unwell."""
        step = begun(RENEWABLE, B1)
        verdict = Verdict(reason=Reason.AUTH, rule="test")
        assert step.failed(verdict, now_s=1.0, draw=0.5, has_token=False).action.renews


class TestTurn:
    def test_key_that_answered_stays_and_its_siblings_come_next(self):
        """The next step begins where the last one ended; the other keys of that link are its first way out."""
        turn = Turn([A1, A2, B1, B2], Limits())
        turn.step(now_s=0).begin(now_s=0)
        turn.answered(B2)
        step = turn.step(now_s=1)
        order = [asked(step.begin(now_s=1)), *(asked(fail(step, Reason.QUOTA)) for _ in range(3))]
        assert order == [B2, B1, A1, A2]

    def test_siblings_stand_side_by_side(self):
        """However a turn is rolled, the keys of one link are tried one after the other."""
        for served in (A1, A2, B1, B2):
            turn = Turn([A1, A2, B1, B2], Limits(attempts=9))
            turn.step(now_s=0)
            turn.answered(served)
            step = turn.step(now_s=1)
            order = [asked(step.begin(now_s=1)), *(asked(fail(step, Reason.QUOTA)) for _ in range(3))]
            assert sum(a.position != b.position for a, b in pairwise(order)) == 1


def test_credential_that_cannot_be_had_goes_on_and_is_held_against_this_route_alone() -> None:
    """Nobody has refused it: the same key at another host, or for another model, is not benched."""
    step = begun(RENEWABLE, A2)
    verdict = Verdict(reason=Reason.AUTH, rule="renewal:keyring-locked", about=About.UNHAD)
    following = step.failed(verdict, now_s=1.0, draw=0.5)
    assert following.action.candidate is A2
    assert following.bench is not None
    assert (following.bench.subject.grain, following.bench.until) == (Grain.ROUTE, 16.0)
