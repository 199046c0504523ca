"""Steps driven by hand against links that were benched: what is tried out, what is waited for, what is remembered."""

from __future__ import annotations

import pytest
from storm import ROUTES, WALL, Caller, World

from hermes_fallback.errors import Interrupted
from hermes_fallback.journal.writer import Journal
from hermes_fallback.model.bench import Bench, Grain
from hermes_fallback.model.limits import Limits, Policy
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.session.flow import step
from hermes_fallback.session.turn import Flow
from hermes_fallback.state.kept import KeptState
from hermes_fallback.state.memory import MemoryStore
from hermes_fallback.transcript.conversation import Conversation, Message, Options

BIG, SMALL, ELSEWHERE, OTHER = ROUTES


def flow_over(world: World, *routes: Route, **policy: object) -> Flow:
    return Flow(
        Plan(routes=routes, limits=Limits(deadline_s=60.0), policy=Policy(**policy)),
        KeptState(MemoryStore()),
        Journal(None),
        now=lambda: world.now,
        wall=lambda: WALL + world.now,
        draw=lambda: 0.5,
    )


def bench(flow: Flow, route: Route, grain: Grain, until: float, *, since: float = WALL - 500) -> None:
    flow.state.bench(
        Bench(subject=route.subject.at(grain), reason=Reason.CONNECTION, since=since, until=until),
        generation=0,
    )


def begun(flow: Flow, world: World) -> Caller:
    turn = flow.turn()
    steps = step(flow, turn, Conversation((Message.user("hello"),)), Options())
    caller = Caller(flow=flow, world=world, turn=turn, steps=steps, ends_s=world.now + 60.0)
    caller.begin()
    return caller


def finished(caller: Caller) -> Caller:
    while not caller.is_over:
        caller.perform(yes=True)
    return caller


def test_a_host_that_is_tried_out_is_open_to_the_step_that_does_so() -> None:
    """The next link at the same host is not passed over because of the step's own lease."""
    world = World()
    world.behaves[0] = "503"
    flow = flow_over(world, BIG, SMALL)
    bench(flow, BIG, Grain.HOST, WALL - 1)
    caller = finished(begun(flow, world))
    assert (caller.has_answered, caller.asked[-1]) == (True, SMALL)


def test_a_link_that_is_benched_anew_during_the_wait_is_waited_for_again() -> None:
    """What was waited for has moved on: nothing is sent before it ends."""
    world = World()
    flow = flow_over(world, BIG, when_all_benched="wait")
    bench(flow, BIG, Grain.MODEL, WALL + 5)
    caller = begun(flow, world)
    bench(flow, BIG, Grain.MODEL, WALL + 20, since=WALL + 4)
    finished(caller)
    assert (caller.has_answered, caller.slept_s) == (True, 20.0)


@pytest.mark.parametrize("policy", [{"midstream": "raise"}])
def test_answers_that_break_off_are_counted_although_none_is_replayed(policy: dict[str, str]) -> None:
    """Three in a row bench the model, whoever is told of it."""
    world = World()
    world.behaves[0] = "cut"
    flow = flow_over(world, BIG, OTHER, **policy)
    for _ in range(3):
        with pytest.raises(Interrupted):
            finished(begun(flow, world))
    assert finished(begun(flow, world)).asked == [OTHER]


def test_a_lost_race_for_the_last_resort_leads_to_the_next_benched_link() -> None:
    """Another caller took the soonest: the one after it is tried, rather than nothing."""
    world = World()
    flow = flow_over(world, BIG, OTHER)
    bench(flow, BIG, Grain.MODEL, WALL + 10)
    bench(flow, OTHER, Grain.MODEL, WALL + 20)
    lease = flow.state.lease

    def beaten(subjects, *, owner, now, until):  # type: ignore[no-untyped-def]
        lease([BIG.subject.at(Grain.MODEL)], owner="another", now=now, until=until)
        return lease(subjects, owner=owner, now=now, until=until)

    flow.state.lease = beaten  # type: ignore[method-assign]
    caller = finished(begun(flow, world))
    assert caller.asked == [OTHER]


def test_a_later_step_of_a_turn_remembers_who_was_passed_over() -> None:
    """The receipt of a turn says why the primary was not asked, tool loops included."""
    world = World()
    flow = flow_over(world, BIG, OTHER)
    bench(flow, BIG, Grain.MODEL, WALL + 40)
    caller = finished(begun(flow, world))
    steps = step(flow, caller.turn, Conversation((Message.user("hello"),)), Options())
    again = Caller(flow=flow, world=world, turn=caller.turn, steps=steps, ends_s=world.now + 60)
    again.begin()
    finished(again)
    assert [each.position for each in caller.turn.receipt(world.now).skipped] == [0]


def test_a_step_that_fails_was_served_by_nobody() -> None:
    world = World()
    flow = flow_over(world, BIG)
    caller = finished(begun(flow, world))
    world.behaves[0] = "400"
    steps = step(flow, caller.turn, Conversation((Message.user("hello"),)), Options())
    again = Caller(flow=flow, world=world, turn=caller.turn, steps=steps, ends_s=world.now + 60)
    again.begin()
    finished(again)
    assert caller.turn.receipt(world.now).served_by is None
