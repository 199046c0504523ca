"""The file a state is kept in: when it is made, who may read it, and what happens when it cannot be used."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from benches import CREDENTIAL, HOST, MODEL, OTHER, WHOLE, benched

from hermes_fallback.errors import SystemRefused, UsageError
from hermes_fallback.model.bench import Health, Lesson
from hermes_fallback.state.kept import KeptState
from hermes_fallback.state.opened import open_state
from hermes_fallback.state.sqlite import SqliteStore


@pytest.fixture
def path(home: Path) -> Path:
    """Where the file would be."""
    return home / "fallback" / "state.db"


@pytest.fixture
def kept(path: Path) -> Path:
    """The file, with HOST benched in it, and nobody who has it open."""
    _opened(path).bench(benched(HOST), generation=0)
    return path


def _opened(path: Path) -> KeptState:
    """A state of its own, as another process would have it."""
    return KeptState(SqliteStore(path))


def test_what_makes_no_difference_makes_no_file(path: Path) -> None:
    """Looking, lifting, giving back and resetting where nothing is kept touch nothing."""
    state = _opened(path)
    assert state.health() == Health()
    state.lift(WHOLE)
    state.release("me")
    state.learn("link", Lesson())
    assert state.reset(None) == ()
    assert not path.parent.exists()


def test_the_file_is_the_owners_alone(path: Path) -> None:
    """It and what SQLite puts beside it, whatever the umask says; the folders above it too."""
    mask = os.umask(0)
    try:
        state = _opened(path.parent / "home" / "fallback" / "state.db")
        state.bench(benched(HOST), generation=0)
    finally:
        os.umask(mask)
    folder = path.parent / "home" / "fallback"
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}
    assert modes == dict.fromkeys(("state.db", "state.db-wal", "state.db-shm"), 0o600)
    assert {stat.S_IMODE(each.stat().st_mode) for each in (folder, folder.parent)} == {0o700}


def test_a_file_that_is_removed_is_made_anew(kept: Path) -> None:
    """With or without what stands beside it: what it held is gone, and sharing goes on."""
    state = _opened(kept)
    for left in (("state.db",), ("state.db", "state.db-wal", "state.db-shm")):
        assert state.health().benches != {}
        for name in left:
            (kept.parent / name).unlink()
        assert state.health() == Health()
        state.bench(benched(MODEL), generation=0)
        assert set(_opened(kept).health().benches) == {MODEL}
    assert state.warning is None


def test_what_a_removed_file_left_behind_does_not_come_back(kept: Path) -> None:
    """SQLite would take its log for that of the new file."""
    holder = _opened(kept)
    holder.bench(benched(OTHER), generation=0)
    kept.unlink()
    assert kept.with_name("state.db-wal").stat().st_size > 0
    state = _opened(kept)
    state.bench(benched(MODEL), generation=0)
    assert set(state.health().benches) == set(holder.health().benches) == {MODEL}


def _corrupt(path: Path) -> None:
    path.write_bytes(b"no database " * 1000)


def _torn(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 2")


def _foreign(path: Path) -> None:
    path.write_bytes(b"")


def _nonsense(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("UPDATE benches SET reason = 'because', since = 'long ago'")


@pytest.mark.parametrize("damage", [_corrupt, _torn, _folder, _newer, _foreign, _nonsense])
def test_a_file_that_cannot_be_used_is_left_alone(kept: Path, damage: Callable[[Path], None]) -> None:
    """One warning names it; the state goes on in this process, and a reset says that it could not be."""
    damage(kept)
    before = kept.is_file() and kept.read_bytes()
    state = _opened(kept)
    state.bench(benched(MODEL), generation=0)
    assert state.lease([MODEL], owner="me", now=1030, until=1090)
    assert set(state.health().benches) == {MODEL}
    warning = state.warning
    assert warning is not None
    assert f"`{kept}` cannot be used" in warning
    with pytest.raises(SystemRefused) as refused:
        state.reset(None)
    assert refused.value.why == state.warning == warning
    assert (kept.is_file() and kept.read_bytes()) == before


def test_a_file_that_breaks_later_leaves_what_was_known(kept: Path) -> None:
    """What was benched before stays benched in this process."""
    state = _opened(kept)
    assert set(state.health().benches) == {HOST}
    _folder(kept)
    assert set(state.health().benches) == {HOST}
    state.lift(WHOLE)
    assert state.health().benches == {}
    assert state.warning is not None


@pytest.mark.parametrize("link", ["half a character: \ud800", "a number beyond all bounds"])
def test_a_value_that_fits_in_no_file_fails_no_turn(kept: Path, link: str) -> None:
    """A provider may say what it likes; it is known to this process."""
    state = _opened(kept)
    lesson = Lesson(context_length=10**30)
    state.learn(link, lesson)
    assert state.health().lessons == {link: lesson}
    assert state.warning is not None


def test_a_lock_that_is_held_for_long_is_waited_for_once(kept: Path) -> None:
    """Then this process goes on without; whoever held it finds nothing changed."""
    state = _opened(kept)
    with closing(sqlite3.connect(kept, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        state.bench(benched(MODEL), generation=0)
        assert "locked" in (state.warning or "")
        state.bench(benched(OTHER), generation=0)
        holder.execute("ROLLBACK")
    assert set(state.health().benches) == {HOST, MODEL, OTHER}
    assert set(_opened(kept).health().benches) == {HOST}


FULL = """
import resource, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from benches import HOST, MODEL, benched
from hermes_fallback.state.opened import open_state
state = open_state(sys.argv[1])
if sys.argv[3] == "later":
    state.bench(benched(HOST), generation=0)
resource.setrlimit(resource.RLIMIT_FSIZE, (4200, 4200))
state.bench(benched(MODEL), generation=0)
assert MODEL in state.health().benches
print(state.warning)
"""


@pytest.mark.parametrize("when", ["at-first", "later"])
def test_a_full_disk_fails_no_turn(home: Path, when: str) -> None:
    """What does not fit into the file is known to this process."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", FULL, str(home / "fallback"), str(Path(__file__).parent), when],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "cannot be used" in done.stdout
    if when == "later":
        assert set(_opened(home / "fallback" / "state.db").health().benches) == {HOST}


@pytest.fixture
def nobody(kept: Path) -> Iterator[None]:
    """The rest of the test runs as a user who may read the file and not write it."""
    if os.geteuid() != 0:
        kept.parent.chmod(0o500)
        kept.chmod(0o400)
        yield
        kept.parent.chmod(0o700)
        return
    folders = list(kept.parents)[: len(kept.parents) - 2]
    modes = {folder: stat.S_IMODE(folder.stat().st_mode) for folder in folders}
    for folder in folders:
        folder.chmod(0o755)
    kept.chmod(0o644)
    os.seteuid(65534)
    yield
    os.seteuid(0)
    for folder, mode in modes.items():
        folder.chmod(mode)


@pytest.mark.usefixtures("nobody")
def test_a_folder_that_is_read_only_fails_no_turn(path: Path) -> None:
    """A reset apart: that one must not pretend."""
    state = _opened(path)
    state.bench(benched(MODEL), generation=0)
    assert MODEL in state.health().benches
    assert state.warning is not None
    with pytest.raises(SystemRefused):
        state.reset(WHOLE)


def test_a_child_goes_on_with_the_same_file(kept: Path) -> None:
    """A process that is forked while the file is open opens its own; neither loses what the other writes."""
    state = _opened(kept)
    state.health()
    child = os.fork()
    if child == 0:
        state.bench(benched(CREDENTIAL), generation=0)
        os._exit(0 if state.warning is None else 1)
    assert os.waitpid(child, 0)[1] == 0
    state.bench(benched(MODEL), generation=0)
    assert set(state.health().benches) == {HOST, CREDENTIAL, MODEL}
    assert set(_opened(kept).health().benches) == {HOST, CREDENTIAL, MODEL}


def test_no_open_file_crosses_a_fork(kept: Path) -> None:
    """SQLite's locks are the process's: a child that inherited the file would hold none and think it did."""
    state = _opened(kept)
    assert state.health().benches != {}
    child = os.fork()
    if child == 0:
        os._exit(1 if _is_open(kept) else 0)
    assert os.waitpid(child, 0)[1] == 0
    assert state.health().benches != {}
    assert _is_open(kept)


def _is_open(path: Path) -> bool:
    """True when this process has *path* open."""
    identity = path.stat().st_ino
    return any(_inode(handle) == identity for handle in range(3, 256))


def _inode(handle: int) -> int | None:
    try:
        return os.fstat(handle).st_ino
    except OSError:
        return None


def test_threads_share_one_state(path: Path) -> None:
    """Nothing that one of them writes is lost, and one of them has the lease."""
    state = _opened(path)
    won: list[bool] = []

    def work(number: int) -> None:
        for n in range(20):
            state.bench(benched(HOST._replace(host=f"{number}.{n}")), generation=0)
        won.append(state.lease([HOST], owner=str(number), now=1030, until=1090))

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(_opened(path).health().benches) == 160
    assert won.count(True) == 1
    assert state.warning is None


def test_all_who_open_a_home_share_one_object(home: Path) -> None:
    """Connection, cache and bucket; without a home everybody has his own."""
    folder = str(home / "fallback")
    assert open_state(folder) is open_state(folder)
    assert open_state(None) is not open_state(None)


def test_another_kind_of_state_is_refused(home: Path) -> None:
    """It says what to set instead; an address may hold a password, which it does not repeat."""
    with pytest.raises(UsageError, match="redis://…` is not available yet") as refused:
        open_state(str(home), "redis://:hunter2@host/0")
    assert refused.value.kind == "not-available"
    assert "fallback.state sqlite" in (refused.value.hint or "")
    assert "hunter2" not in str(refused.value)


def test_a_quiet_state_does_without_sqlite(home: Path) -> None:
    """Its library is imported when there is a file."""
    code = (
        "import sys; from hermes_fallback.state.opened import open_state; "
        "open_state(sys.argv[1]).health(); print('sqlite3' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(home)], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
