"""Two hundred conversations in four processes, while the primary dies and recovers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from hermes_fallback.journal.reader import receipts
from hermes_fallback.loopback.process import LoopbackProcess
from hermes_fallback.model.receipt import Attempt
from hermes_fallback.state.opened import open_state
from tests.journeys.callers import CONTEXT, in_tasks, in_threads
from tests.journeys.conftest import KEYS, World

WAYS = (in_threads, in_tasks, in_threads, in_tasks)
SESSIONS = 50
BENCH_S = 3
AT_ONCE_S = 1.5
"""Whoever begins so soon after a bench has looked before it was written: one of fifty threads may have to wait."""
AGAIN_S = 5.0


@dataclass(frozen=True)
class Asked:
    """One request to the primary. Times are seconds since the epoch."""

    began: float
    ended: float
    attempt: Attempt

    @property
    def bench_until(self) -> float:
        benched = self.attempt.benched
        return benched.until if benched else 0.0


class Crowd:
    """The processes, and what they say of each turn."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._said = CONTEXT.SimpleQueue()
        self._over = CONTEXT.Event()
        arguments = (world.home, world.environ, SESSIONS, self._said, self._over)
        self._processes = [CONTEXT.Process(target=way, args=arguments) for way in WAYS]
        for process in self._processes:
            process.start()
        self.served: list[str] = []

    def hear(self, model: str, times: int) -> None:
        """Wait until *model* has answered so many more turns."""
        wanted = self.served.count(model) + times
        while self.served.count(model) < wanted:
            self.served.append(self._said.get())

    def hear_until(self, claim: Callable[[], bool]) -> None:
        """Wait until *claim* holds, turns being answered all the while."""
        while not claim():
            self.served.append(self._said.get())

    def go_home(self) -> None:
        """Let every conversation finish its turn, and wait for all processes."""
        self._over.set()
        while any(process.is_alive() for process in self._processes):
            while not self._said.empty():
                self.served.append(self._said.get())
            time.sleep(0.01)
        assert {process.exitcode for process in self._processes} == {0}


@pytest.fixture
def world(home: Path) -> Iterator[World]:
    """Two providers in a process of their own; the spare takes its time, so that turns overlap."""
    providers = [{"name": name, "key": KEYS[f"{name.upper()}_KEY"]} for name in ("main", "spare", "third")]
    for each in providers[:2]:
        each["script"] = {"behaviour": "ok", "pace_s": 0.05}
    with LoopbackProcess({"providers": providers}) as loopback:
        world = World(home, loopback)
        world.configure(
            patience="0s", timeouts="{connect: 30s, first_token: 30s, between_tokens: 30s}", notify="false"
        )
        yield world


def asked_of_main(world: World) -> list[Asked]:
    """Every request to the primary, as the receipts tell it."""
    found = []
    for receipt in receipts(world.home / "fallback" / "journal"):
        for each in receipt.attempts:
            if each.position == 0:
                began = receipt.began_at + each.began_ms / 1000
                found.append(Asked(began, began + each.ms / 1000, each))
    return sorted(found, key=lambda each: each.began)


@pytest.mark.parametrize("fault", ["rate_limit", "overloaded"])
def test_a_dying_primary_is_left_alone_but_for_probes_and_used_again_when_it_is_well(
    world: World, fault: str
) -> None:
    """Every turn is answered; after each bench one caller tries; within 5 s of the last one all are back."""
    crowd = Crowd(world)
    crowd.hear("main-model", 60)
    world.loopback.script("main", {"behaviour": fault, "retry_after": BENCH_S})
    state = open_state(str(world.home / "fallback"))
    crowd.hear_until(lambda: any(bench.strikes >= 3 for bench in state.health().benches.values()))
    world.loopback.script("main", {"behaviour": "ok", "pace_s": 0.05})
    crowd.hear("main-model", 200)
    crowd.go_home()
    assert set(crowd.served) == {"main-model", "spare-model"}
    asked = asked_of_main(world)
    assert len(asked) == len(world.loopback.received("main"))
    failed = [each for each in asked if each.bench_until]
    judge_bench(asked, failed)
    last = max(each.bench_until for each in failed)
    back = [each for each in asked if each.began >= last]
    assert back[0].attempt.is_probe
    assert back[0].began - last < AGAIN_S
    assert not state.health().leases


def judge_bench(asked: list[Asked], failed: list[Asked]) -> None:
    """While a bench stands nobody asks, and after each but the first one caller alone has asked."""
    first = min(each.ended for each in failed)
    burst = [each for each in failed if each.began < first + AT_ONCE_S]
    probes = [each for each in failed if each not in burst]
    assert len(probes) >= 2
    assert all(each.attempt.is_probe for each in probes)
    ends = [max(each.bench_until for each in burst), *(each.bench_until for each in probes)]
    assert all(each.began >= end for each, end in zip(probes, ends, strict=False))
    for begins, over in pairwise([first, *ends]):
        assert not [each for each in asked if begins + AT_ONCE_S < each.began < over]
