"""Others at the same file: whoever saves while we edit keeps what they saved, and slow systems lose nothing."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from editing import added, names
from forks import PAUSE, Fault, Forks, Outcome, store_in

OLD = b"# mine\nmodel: x   # main\nfallback_providers:\n  - {provider: a, model: b}\n# end\n"
SAVED = OLD.replace(b"model: x", b"model: y")


def _fresh(home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    config = home / "config.yaml"
    config.write_bytes(OLD)
    return config


def _by_rename(config: Path) -> None:
    fresh = config.with_name("fresh")
    fresh.write_bytes(SAVED)
    fresh.replace(config)


def _by_removal(config: Path) -> None:
    config.unlink()
    config.write_bytes(SAVED)


def _in_place(config: Path) -> None:
    config.write_bytes(SAVED)


@pytest.mark.parametrize("save", [_by_rename, _by_removal, _in_place], ids=["rename", "removal", "in-place"])
def test_a_save_at_any_call_is_not_lost(forks: Forks, home: Path, save: Callable[[Path], None]) -> None:
    """We stand still after each call in turn while an editor saves: our edit is made on its text, or came before."""
    calls = forks.calls(_fresh(home).parent, "add")
    for place, (call, number) in enumerate(calls):
        config = _fresh(home)
        outcome = forks.run(home, "add", Fault(call, str(number), PAUSE), meanwhile=partial(save, config))
        assert outcome == Outcome(code=0)
        before_exchange = place < calls.index(("renameat2", 1))
        assert config.read_bytes() == (added(SAVED) if before_exchange else SAVED), (call, number)
        assert sorted(os.listdir(home)) == [".config.yaml.lock", "backups", "config.yaml"]


@pytest.mark.parametrize("error", ["EIO", "ENOSYS", "EBUSY"])
def test_a_save_is_given_back_even_when_the_second_exchange_fails(
    forks: Forks, home: Path, error: str
) -> None:
    """What was swapped out proves to be an editor's save: it returns to its name one way or another."""
    calls = forks.calls(_fresh(home).parent, "add")
    last_look = calls[calls.index(("renameat2", 1)) - 1]
    config = _fresh(home)
    faults = Fault(*_numbered(last_look), PAUSE), Fault("renameat2", "2", f"error={error}")
    outcome = forks.run(home, "add", *faults, meanwhile=partial(_by_rename, config))
    assert outcome == Outcome(code=0)
    assert config.read_bytes() == added(SAVED)


def _numbered(call: tuple[str, int]) -> tuple[str, str]:
    return call[0], str(call[1])


@pytest.mark.parametrize("call", ["flock", "write", "fsync", "renameat2", "unlink"])
def test_a_slow_call_loses_nobodys_edit(forks: Forks, home: Path, call: str) -> None:
    """One editor hangs in the system while another edits, and a third reads: both edits stand, every read is whole."""
    config = _fresh(home)
    other = threading.Thread(
        target=lambda: store_in(home).edit(lambda doc: added(doc.data, {"provider": "p", "model": "m"}))
    )
    slow = Fault(call, "1+", "delay_enter=20000")
    other.start()
    outcome = forks.run(home, "add", slow)
    other.join()
    assert outcome.code == 0
    assert sorted(names(config.read_bytes())) == ["a:b", "p:m", "zai:glm-4.6"]
