"""Many processes at once: nothing is lost, nobody fails, and one alone tries out what was benched."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

from benches import HOST, WHOLE, benched
from workers import CONTEXT, ROUNDS, WRITES, crowd, write_on

from hermes_fallback.model.bench import Subject
from hermes_fallback.state.opened import open_state

PROCESSES = 50


def test_fifty_processes_lose_nothing_and_share_out_every_lease(home: Path) -> None:
    """They find no file, make one, and write at once: every bench is kept, each round's lease has one winner."""
    folder = str(home / "fallback")
    said = CONTEXT.SimpleQueue()
    processes = [CONTEXT.Process(target=crowd, args=(folder, number, said)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    answers = [said.get() for _ in processes]
    for process in processes:
        process.join()
    assert {process.exitcode for process in processes} == {0}
    assert {warning for _, warning in answers} == {None}
    assert len(open_state(folder).health().benches) == PROCESSES * WRITES
    assert sorted(won for rounds, _ in answers for won in rounds) == list(range(ROUNDS))
    assert sorted(os.listdir(folder)) == ["state.db", "state.db-shm", "state.db-wal"]


def test_a_writer_that_is_killed_leaves_a_whole_file(home: Path) -> None:
    """All that it had written is there; the file is sound, others go on, and its leases end by themselves."""
    folder = str(home / "fallback")
    for _ in range(3):
        said = CONTEXT.SimpleQueue()
        process = CONTEXT.Process(target=write_on, args=(folder, said))
        process.start()
        written = [said.get() for _ in range(20)]
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        state = open_state(folder)
        assert {Subject(host=host) for host in written} <= set(state.health().benches)
        with sqlite3.connect(home / "fallback" / "state.db") as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        file.close()
        state.bench(benched(HOST), generation=0)
        first = [Subject(host=written[0])]
        assert not state.lease(first, owner="other", now=1010.0, until=1050.0)
        assert state.lease(first, owner="other", now=1030.0, until=1050.0)
        state.release("other")
        assert state.warning is None


def test_a_reset_in_one_process_is_seen_by_all_and_beats_older_writers(home: Path) -> None:
    """A turn that began before the reset benches nothing any more, one that began after it does."""
    folder = str(home / "fallback")
    said = CONTEXT.SimpleQueue()
    state = open_state(folder)
    state.bench(benched(HOST), generation=0)
    before = state.health().generation
    assert [bench.subject for bench in state.reset(WHOLE)] == [HOST]
    process = CONTEXT.Process(target=_bench, args=(folder, (before, state.health().generation), said))
    process.start()
    assert [said.get(), said.get()] == [(), (HOST,)]
    process.join()
    assert set(state.health().benches) == {HOST}


def _bench(folder: str, generations: tuple[int, ...], said: object) -> None:
    state = open_state(folder)
    for generation in generations:
        state.bench(benched(HOST), generation=generation)
        said.put(tuple(state.health().benches))  # type: ignore[attr-defined]
