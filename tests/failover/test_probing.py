"""Steps driven by hand where links are benched: what is tried out, what is waited for, and what is remembered."""

from __future__ import annotations

from typing import Any

from storm import KEYED, ROUTES, WALL, Caller, World

from hermes_fallback.journal.writer import Journal
from hermes_fallback.model.bench import Bench, Grain
from hermes_fallback.model.limits import Limits, Policy
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Receipt
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.session.flow import step
from hermes_fallback.session.ops import Permit, Read, Sleep
from hermes_fallback.session.turn import Flow, TurnState
from hermes_fallback.state.kept import KeptState
from hermes_fallback.state.memory import MemoryStore
from hermes_fallback.transcript.conversation import Conversation, Message, Options

BIG, SMALL, _, OTHER = ROUTES
"""The first two share a host and a key."""
KEY, SIGN_IN, *_ = KEYED
"""Two credentials of one link."""
AT_SIGN_IN = len(ROUTES) + 1
LIMITS = Limits(deadline_s=60.0)


class Table:
    """A flow over *routes* on a clock of its own, and what is done with it."""

    def __init__(self, *routes: Route, may_switch: bool = True, **policy: Any) -> None:
        self.world = World((*ROUTES, *KEYED))
        self.flow = Flow(
            Plan(routes=routes, limits=LIMITS, policy=Policy(**policy), may_switch=may_switch),
            KeptState(MemoryStore()),
            Journal(None),
            now=lambda: self.world.now,
            wall=lambda: WALL + self.world.now,
            draw=lambda: 0.5,
        )

    def bench(self, route: Route, grain: Grain, ends_s: float, *, began_s: float = -500.0) -> None:
        subject = route.subject.at(grain)
        bench = Bench(subject=subject, reason=Reason.OVERLOADED, since=WALL + began_s, until=WALL + ends_s)
        self.flow.state.bench(bench, generation=0)

    def begin(self, turn: TurnState | None = None) -> Caller:
        turn = turn or self.flow.turn()
        steps = step(self.flow, turn, Conversation((Message.user("hello"),)), Options())
        caller = Caller(
            flow=self.flow, world=self.world, turn=turn, steps=steps, ends_s=self.world.now + 60.0
        )
        caller.begin()
        return caller

    def play(self, turn: TurnState | None = None, *, yes: bool = True) -> Caller:
        return finish(self.begin(turn), yes=yes)

    def receipt(self, caller: Caller) -> Receipt:
        return caller.turn.receipt(self.world.now)


def finish(caller: Caller, *, yes: bool = True) -> Caller:
    while not caller.is_over:
        caller.perform(yes=yes)
    return caller


def test_a_host_is_open_to_the_step_that_tries_it_out() -> None:
    """The lease keeps others out: the next link at the same host is still there for its owner."""
    table = Table(BIG, SMALL)
    table.world.behaves[0] = "503"
    table.bench(BIG, Grain.HOST, -1)
    caller = table.play()
    assert caller.has_answered
    assert caller.asked == [BIG, SMALL]


def test_a_link_that_is_benched_anew_is_waited_for_anew() -> None:
    """`when_all_benched: wait` sends nothing before the bench ends, however often it is moved on."""
    table = Table(BIG, when_all_benched="wait")
    table.bench(BIG, Grain.MODEL, 5)
    caller = table.begin()
    table.bench(BIG, Grain.MODEL, 20, began_s=4)
    finish(caller)
    assert (caller.has_answered, caller.slept_s) == (True, 20.0)
    assert [each.waited_s for each in table.receipt(caller).attempts] == [20.0]


def test_answers_that_break_off_are_counted_although_none_is_replayed() -> None:
    """With `midstream: raise` too, the third in a row benches the model."""
    table = Table(BIG, OTHER, midstream="raise")
    table.world.behaves[0] = "cut"
    ends = [table.play().error for _ in range(3)]
    assert [error and error.kind for error in ends] == ["interrupted"] * 3
    assert table.play().asked == [OTHER]


def test_a_receipt_says_who_was_passed_over_in_any_step_of_the_turn() -> None:
    """A tool loop does not forget why it began where it did."""
    table = Table(BIG, OTHER)
    table.bench(BIG, Grain.MODEL, 40)
    caller = table.play()
    table.play(caller.turn)
    assert [each.position for each in table.receipt(caller).skipped] == [BIG.position]


def test_who_was_tried_after_all_was_not_passed_over() -> None:
    """What is said of a link that had been benched is how its attempt went."""
    table = Table(BIG, OTHER)
    table.bench(BIG, Grain.MODEL, 1)
    caller = table.play()
    table.world.now, table.world.behaves[3] = 2.0, "401"
    table.play(caller.turn)
    receipt = table.receipt(caller)
    assert [each.position for each in receipt.attempts] == [3, 3, 0]
    assert not receipt.skipped


def test_nobody_served_a_turn_whose_last_step_failed() -> None:
    """Who answered an earlier step has not given the answer."""
    table = Table(BIG)
    caller = table.play()
    table.world.behaves[0] = "400"
    table.play(caller.turn)
    assert (table.receipt(caller).outcome, table.receipt(caller).served_by) == ("refused", None)


def test_a_no_in_a_later_step_leaves_the_earlier_answer_an_answer() -> None:
    """What has been recorded of one step is not rewritten by the next."""
    table = Table(BIG, OTHER, may_switch=False)
    caller = table.play()
    table.bench(BIG, Grain.MODEL, 40)
    later = table.play(caller.turn, yes=False)
    assert later.error is not None
    assert [each.action for each in table.receipt(caller).attempts] == ["answer"]


def test_an_answer_lifts_no_bench_that_began_after_it_was_asked_for() -> None:
    """Somebody has learnt more since: a probe that ends well says nothing of that."""
    table = Table(BIG)
    table.bench(BIG, Grain.MODEL, -1)
    caller = table.begin()
    table.bench(BIG, Grain.CREDENTIAL, 3600, began_s=1)
    finish(caller)
    assert {each.grain for each in table.flow.state.health().benches} == {Grain.CREDENTIAL}


def test_the_time_of_a_renewal_is_not_the_hosts() -> None:
    """However long the new token took, the host then has all the time that is its own."""
    table = Table(SIGN_IN)
    table.world.behaves[AT_SIGN_IN], table.world.renews = "stale", "drags"
    caller = table.begin()
    while not (caller.renewed and isinstance(caller.op, Read)):
        caller.perform(yes=True)
    assert caller.op.limit_s > LIMITS.timeouts.first_token_s - 1


def test_a_key_that_is_waited_for_anew_is_rotated_to_all_the_same() -> None:
    """The record says what followed in the end: another credential of the link, and no other link."""
    table = Table(KEY, SIGN_IN, when_all_benched="wait")
    table.world.behaves[0] = "402"
    table.bench(SIGN_IN, Grain.CREDENTIAL, 5)
    caller = table.begin()
    while not isinstance(caller.op, Sleep):
        caller.perform(yes=True)
    table.bench(SIGN_IN, Grain.CREDENTIAL, 20, began_s=4)
    finish(caller)
    assert [each.action for each in table.receipt(caller).attempts] == ["rotate", "answer"]


def test_a_link_with_all_keys_benched_is_free_again_with_the_first_of_them() -> None:
    """The record names it once, and the soonest of its times."""
    table = Table(KEY, SIGN_IN, OTHER)
    table.bench(KEY, Grain.CREDENTIAL, 40)
    table.bench(SIGN_IN, Grain.CREDENTIAL, 4000)
    (skipped,) = table.receipt(table.play()).skipped
    assert (skipped.position, skipped.until) == (0, WALL + 40)


def test_a_link_that_is_benched_anew_while_the_user_thinks_is_not_tried_out() -> None:
    """Its bench was over when leave was asked for; somebody else has tried it since, and another link is free."""
    table = Table(BIG, ROUTES[2], OTHER, may_switch=False)
    table.bench(BIG, Grain.HOST, 500)
    table.bench(ROUTES[2], Grain.HOST, -1)
    caller = table.begin()
    assert isinstance(caller.op, Permit)
    table.bench(ROUTES[2], Grain.HOST, 500, began_s=1)
    assert finish(caller).asked == [OTHER]
