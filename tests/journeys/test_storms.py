"""Outages that last: what is sent to a dead provider is bounded, however many ask and however long."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from hermes_fallback import Session, Unanswered
from hermes_fallback.model.receipt import SkipKind
from hermes_fallback.state.opened import open_state
from hermes_fallback.state.protocol import State
from hermes_fallback.transport.synchronous import Carrier
from tests.journeys.callers import CONTEXT, ask_once
from tests.journeys.conftest import World

TEAPOT = {"behaviour": "server_error", "status": 418, "message": "short and stout", "code": None}
"""No rule knows it, so it benches nobody: only the retry tokens hold the traffic back."""


def state(world: World) -> State:
    return open_state(str(world.home / "fallback"))


def asked(world: World) -> Counter[str]:
    return Counter(world.asked())


def test_a_thousand_turns_send_a_dead_primary_a_handful_of_requests(world: World) -> None:
    """It is asked, asked again, benched, and from then on only tried out: once after each end of its bench."""
    world.loopback.script("main", "server_error")
    plan = world.runtime.plan()
    with Carrier() as carrier:
        for _ in range(1000):
            with Session(plan, carrier=carrier) as session:
                assert session.ask("hello").served_by.model == "spare-model"
    assert asked(world)["main"] <= 10
    assert asked(world)["spare"] == 1000


@pytest.mark.parametrize(
    "fault",
    [
        "rate_limit",
        "quota",
        "unauthorized",
        "model_not_found",
        "not_found",
        "overloaded",
        "bad_gateway",
        "reset",
    ],
)
def test_many_turns_at_once_leave_a_dead_primary_alone(world: World, fault: str) -> None:
    """Whoever is on the way when it dies finds out alone; with the bench there, nobody else goes."""
    world.loopback.script("main", fault)
    plan = world.runtime.plan()
    with Carrier() as carrier, ThreadPoolExecutor(8) as pool:

        def ask(_: int) -> str:
            with Session(plan, carrier=carrier) as session:
                return session.ask("hello").served_by.model

        assert set(pool.map(ask, range(200))) == {"spare-model"}
    assert asked(world)["main"] <= 2 * 8


def test_while_all_are_dead_a_turn_is_one_request_at_most(world: World) -> None:
    """The first finds out; each one after it tries the soonest, once, and fails at once where others do so."""
    for name in ("main", "spare", "third"):
        world.loopback.script(name, "server_error")
    plan = world.runtime.plan()
    turns = []
    for _ in range(30):
        with Session(plan) as session, pytest.raises(Unanswered) as caught:
            session.ask("hello")
        turns.append([each.is_probe for each in caught.value.attempts])
    assert all(each == [True] for each in turns[1:])
    assert asked(world).total() == len(turns[0]) + 29


def test_many_sessions_do_not_double_the_traffic_to_a_provider_in_trouble(world: World) -> None:
    """Ten retries at first and one for ten requests after that, whoever asks: the tokens are shared."""
    world.loopback.script("main", TEAPOT)
    plan = world.runtime.plan()
    with Carrier() as carrier, ThreadPoolExecutor(20) as pool:

        def ask(_: int) -> None:
            with Session(plan, carrier=carrier) as session:
                session.ask("hello")

        list(pool.map(ask, range(100)))
    assert 100 < asked(world)["main"] <= 100 + 10 + 10
    assert not state(world).health().benches


def test_a_lease_of_a_process_that_was_killed_ends_by_itself(world: World) -> None:
    """Until then the link is passed over as being tried; nothing waits for the dead."""
    world.configure(patience="0", timeouts="{first_token: 60s}", deadline="60s")
    world.loopback.script("main", [{"behaviour": "rate_limit", "retry_after": 0.05}, "hang"])
    with Session(world.runtime.plan()) as session:
        session.ask("hello")
    eventually(lambda: all(bench.until < time.time() for bench in state(world).health().benches.values()))
    process = CONTEXT.Process(target=ask_once, args=(world.home, world.environ))
    process.start()
    eventually(lambda: asked(world)["main"] == 2)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    with Session(world.runtime.plan()) as session:
        receipt = session.ask("hello").receipt
    assert [(each.model, each.kind) for each in receipt.skipped] == [("main-model", SkipKind.BEING_TRIED)]
    ((subject, ends),) = state(world).health().leases.items()
    assert ends < time.time() + 60 + 31
    assert not state(world).lease([subject], owner="another", now=ends - 1, until=ends + 60)
    assert state(world).lease([subject], owner="another", now=ends, until=ends + 60)


def eventually(claim: Callable[[], bool], *, within_s: float = 30.0) -> None:
    ends_s = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < ends_s, "it never came to that"
        time.sleep(0.005)
