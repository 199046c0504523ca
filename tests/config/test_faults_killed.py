"""Killed at any instant: the config is the old one or the new one, whole, and everything that was told is in it."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

import pytest
from editing import added
from forks import NOBODY, Fault, Forks, Outcome, counted, open_to_all, store_in

from hermes_fallback.errors import NotFound

OLD = b"# mine\r\nmodel: x   # main\r\n\r\nfallback_providers:\r\n- {provider: a, model: b}\r\n# end\r\n"
NEW = added(OLD)
MODE = 0o640


def _fresh(home: Path, kind: str) -> None:
    """Make a *home* to kill an edit in."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    config = home / "config.yaml"
    if kind == "link":
        config = home / "dotfiles" / "hermes.yaml"
        config.parent.mkdir()
        (home / "config.yaml").symlink_to(config)
    if kind != "absent":
        config.write_bytes(OLD)
        config.chmod(MODE)
    if kind == "undo":
        store_in(home).edit(lambda doc: added(doc.data))
    if kind == "nobody":
        for path in (home, config):
            os.chown(path, NOBODY, NOBODY)


def _state(home: Path) -> bytes | None:
    config = home / "config.yaml"
    return config.read_bytes() if config.exists() else None


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        pytest.param("plain", OLD, NEW, id="an-edit"),
        pytest.param("link", OLD, NEW, id="an-edit-through-a-link"),
        pytest.param("nobody", OLD, NEW, id="an-edit-as-nobody"),
        pytest.param("absent", None, added(b""), id="a-first-edit"),
        pytest.param("undo", NEW, OLD, id="an-undo"),
    ],
)
def test_a_kill_at_any_call_leaves_the_old_file_or_the_new(
    forks: Forks, home: Path, kind: str, old: bytes | None, new: bytes
) -> None:
    """Before each system call from the lock to the end, in turn; then the next edit works, and sweeps."""
    action = "undo" if kind == "undo" else "add"
    user = _user(home, kind)
    _fresh(home, kind)
    calls = forks.calls(home, action, user)
    assert _state(home) == new
    found = []
    for call, number in calls:
        _fresh(home, kind)
        killed = forks.run(home, action, Fault(call, str(number), "signal=SIGKILL"), user=user)
        assert killed.code is None
        found.append(_state(home))
        assert found[-1] in (old, new)
        assert old is None or (home / "config.yaml").stat().st_mode & 0o777 == MODE
        _check_usable(forks, home, user, undoable=(found[-1] == new) is (action == "add"))
    replaced = found.index(new)
    assert found == [old] * replaced + [new] * (len(calls) - replaced)
    assert replaced >= 20


def _user(home: Path, kind: str) -> int:
    if kind != "nobody":
        return 0
    if os.geteuid() != 0:
        pytest.skip("only root can become nobody")
    open_to_all(home.parent)
    return NOBODY


def _check_usable(forks: Forks, home: Path, user: int, *, undoable: bool) -> None:
    """What took place can be undone, and what did not is passed over; edits go on, and sweep what was left."""
    if undoable:
        store_in(home).undo()
    else:
        with pytest.raises(NotFound):
            store_in(home).undo()
    assert forks.run(home, "add", user=user) == Outcome(code=0)
    folder = (home / "config.yaml").resolve().parent
    assert not [path for path in folder.iterdir() if path.name.endswith(".tmp")]


def test_ctrl_c_at_any_call_leaves_the_old_file_or_the_new(forks: Forks, home: Path) -> None:
    """Interrupted rather than killed: nothing is half-done, the lock is free, and what took place can be undone."""
    _fresh(home, "plain")
    for call, number in forks.calls(home, "add"):
        _fresh(home, "plain")
        outcome = forks.run(home, "add", Fault(call, str(number), "signal=SIGINT"))
        assert outcome.said in ("", "KeyboardInterrupt()")
        assert _state(home) in ((OLD, NEW) if outcome.said else (NEW,))
        _check_usable(forks, home, 0, undoable=_state(home) == NEW)


def test_a_hundred_kills_fall_between_the_lock_and_the_rename(forks: Forks, home: Path) -> None:
    """What the table above kills at, counted: three kinds of edit of a file that is there."""
    kills = 0
    for kind in ("plain", "link", "nobody"):
        user = _user(home, kind)
        _fresh(home, kind)
        kills += [name for name, _ in forks.calls(home, "add", user)].index("renameat2") + 1
    assert kills >= 100


def test_the_new_text_is_on_disk_before_it_has_the_name(forks: Forks, home: Path) -> None:
    """Backup and text are flushed before the exchange and the folder after it, so that no power cut tears them."""
    _fresh(home, "plain")
    calls = [name for name, _ in forks.calls(home, "add")]
    exchange = calls.index("renameat2")
    written = exchange - calls[exchange::-1].index("write")
    assert "fsync" in calls[written:exchange]
    assert calls[:written].count("fsync") >= calls[:written].count("write") == 2
    assert "fsync" in calls[exchange:]


def test_five_hundred_kills_break_nothing_and_lose_nothing(forks: Forks, home: Path) -> None:
    """SIGKILL at a random moment: the file is byte for byte what the last told edit left, or the next one's."""
    config = home / "config.yaml"
    config.write_bytes(counted(0))
    draw = random.Random(7)
    last = 0
    for _ in range(500):
        told = forks.count_until_killed(home, lambda: time.sleep(draw.random() * 0.006))
        data = config.read_bytes()
        assert data in (counted(told), counted(told + 1))
        assert told > last
        last = told
    store_in(home).edit(lambda doc: added(doc.data))
    assert not [path for path in home.iterdir() if path.name.endswith(".tmp")]
