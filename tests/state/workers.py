"""What other processes do to a state while a test looks on. Each runs in a process of its own."""

from __future__ import annotations

import itertools
from multiprocessing.context import ForkServerContext
from multiprocessing.queues import SimpleQueue

from benches import benched

from hermes_fallback.model.bench import Subject
from hermes_fallback.state.opened import open_state

CONTEXT = ForkServerContext()
CONTEXT.set_forkserver_preload(["hermes_fallback.state.opened", "hermes_fallback.state.database"])
WRITES = 10
ROUNDS = 5


def crowd(folder: str, number: int, said: SimpleQueue[tuple[list[int], str | None]]) -> None:
    """Bench what no other process does, and try for the one lease of each round; says the rounds that it won."""
    state = open_state(folder)
    won = []
    for n in range(WRITES):
        state.bench(benched(Subject(host=f"https://{number}.{n}")), generation=0)
        tried = [Subject(host=f"https://round.{n}"), Subject(host=f"https://round.{n}", model="m")]
        if n < ROUNDS and state.lease(tried, owner=str(number), now=1030.0, until=1090.0):
            won.append(n)
    said.put((won, state.warning))


def write_on(folder: str, said: SimpleQueue[str]) -> None:
    """Bench one host after another, for ever, and say each that is written."""
    state = open_state(folder)
    for n in itertools.count():
        subject = Subject(host=f"https://{n}")
        state.bench(benched(subject), generation=0)
        state.lease([subject], owner="killed", now=1000.0, until=1030.0)
        said.put(subject.host)
