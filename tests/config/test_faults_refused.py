"""What the system refuses, it refuses for real: the config is the old one or the new one, whole, and we say which."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from editing import added, names
from forks import NOBODY, Fault, Forks, Outcome, open_to_all, store_in

from hermes_fallback.errors import SystemRefused

OLD = b"# mine\nmodel: x   # main\nfallback_providers:\n  - {provider: a, model: b}\n# end\n"
NEW = added(OLD)
CALLS = (
    "openat", "read", "write", "close", "fsync", "fchown", "fchmod", "listxattr", "newfstatat", "getdents64", "mkdir",
    "rename", "renameat2", "link", "unlink", "lseek", "ioctl", "flock",
)  # fmt: skip
ERRORS = (
    "ENOSPC",
    "EIO",
    "EDQUOT",
    "EROFS",
    "EPERM",
    "EACCES",
    "EXDEV",
    "EBUSY",
    "EINVAL",
    "ENOSYS",
    "ENOLCK",
)
UNCHANGED = ("nothing was changed", "nothing was written", "cannot be read")


def _fresh(home: Path, kind: str = "an-edit") -> None:
    """Make a *home* for one fault."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    if kind != "a-first-edit":
        (home / "config.yaml").write_bytes(OLD)
    if kind == "an-undo":
        store_in(home).edit(lambda doc: added(doc.data))


def _state(home: Path) -> bytes | None:
    config = home / "config.yaml"
    return config.read_bytes() if config.exists() else None


def _check(home: Path, outcome: Outcome, old: bytes | None, new: bytes) -> None:
    """The file is what *outcome* says it is."""
    if outcome.code == 0:
        assert _state(home) == new, outcome.said
    else:
        assert _state(home) == old, outcome.said
        assert outcome.code in (6, 8), outcome.said
        assert any(said in outcome.said for said in UNCHANGED), outcome.said


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_always_fails_leaves_the_file_whole(
    forks: Forks, home: Path, call: str, error: str
) -> None:
    """Whichever error a system call ends in, each time: done another way, or refused with exit 6 or 8."""
    _fresh(home)
    outcome = forks.run(home, "add", Fault(call, "1+", f"error={error}"))
    _check(home, outcome, OLD, NEW)
    if outcome.code == 0:
        store_in(home).undo()
    assert forks.run(home, "add") == Outcome(code=0)
    assert sorted(os.listdir(home)) == [".config.yaml.lock", "backups", "config.yaml"]


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [("an-edit", OLD, NEW), ("a-first-edit", None, added(b"")), ("an-undo", NEW, OLD)],
    ids=["an-edit", "a-first-edit", "an-undo"],
)
def test_a_call_that_fails_once_leaves_the_file_whole(
    forks: Forks, home: Path, kind: str, old: bytes | None, new: bytes, error: str
) -> None:
    """Each single call from the lock to the end, in turn; what was not done can be done afterwards."""
    action = "undo" if kind == "an-undo" else "add"
    _fresh(home, kind)
    calls = [call for call in forks.calls(home, action) if call[0] in CALLS]
    assert len(calls) >= 30
    for call, number in calls:
        _fresh(home, kind)
        outcome = forks.run(home, action, Fault(call, str(number), f"error={error}"))
        _check(home, outcome, old, new)
        assert outcome.code == 0 or forks.run(home, action) == Outcome(code=0)
        assert _state(home) == new


def test_the_command_says_that_nothing_was_changed(home: Path, forks: Forks) -> None:
    """Exit 8; what happened, why, and what to look at, on stderr."""
    _fresh(home)
    assert (
        forks.run(home, "add", Fault("fsync", "1", "error=EIO")).code == 8
    )  # or strace cannot be had, and we skip
    command = [
        sys.executable,
        "-m",
        "hermes_fallback",
        "--home",
        str(home),
        "fallback",
        "add",
        "zai",
        "glm-4.6",
    ]
    strace = [
        "strace",
        "--follow-forks",
        "--output=/dev/null",
        "--trace=fsync",
        "--inject=fsync:error=ENOSPC",
    ]
    done = subprocess.run([*strace, *command, "--force"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (8, "")
    assert "could not be written: nothing was changed" in done.stderr
    assert "No space left on device" in done.stderr
    assert _state(home) == OLD


def _edit(store_home: Path) -> tuple[str, ...]:
    return store_in(store_home).edit(lambda doc: added(doc.data)).warnings


@contextmanager
def _mounted(place: Path, *arguments: str) -> Iterator[None]:
    """A mount at *place* for the body; a skipped test where mounting is not allowed."""
    done = subprocess.run(["mount", *arguments, str(place)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("limit", ["size=64k", "nr_inodes=8"], ids=["no-space", "no-inodes"])
def test_a_full_disk_leaves_the_file_whole(home: Path, limit: str) -> None:
    """Nothing is lost and nothing is left over; with room made, the same edit works."""
    with _mounted(home, "-t", "tmpfs", "-o", limit, "tmpfs"):
        (home / "config.yaml").write_bytes(OLD)
        before = _fill(home)
        with pytest.raises(SystemRefused, match="nothing was changed") as caught:
            _edit(home)
        assert caught.value.why == "No space left on device"
        assert (home / "config.yaml").read_bytes() == OLD
        assert set(os.listdir(home)) - before <= {".config.yaml.lock", "backups"}
        for path in home.glob("fill-*"):
            path.unlink()
        _edit(home)
        assert (home / "config.yaml").read_bytes() == NEW


def _fill(folder: Path) -> set[str]:
    """Take all the room of *folder*; what is in it."""
    try:
        for number in range(64):
            (folder / f"fill-{number}").write_bytes(bytes(4096))
    except OSError:
        return set(os.listdir(folder))
    pytest.fail(f"{folder} does not get full")


def test_a_read_only_mount_is_refused(home: Path) -> None:
    """Also as root, whom no mode stops."""
    with _mounted(home, "-t", "tmpfs", "tmpfs"):
        (home / "config.yaml").write_bytes(OLD)
        subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)
        with pytest.raises(SystemRefused, match="nothing was changed") as caught:
            _edit(home)
        assert caught.value.why == "Read-only file system"


@pytest.mark.parametrize("where", ["home", "dotfiles"])
def test_a_read_only_folder_is_refused(forks: Forks, home: Path, where: str) -> None:
    """As nobody; also when only the folder is closed that the link leads to."""
    if os.geteuid() != 0:
        pytest.skip("only root can become nobody")
    open_to_all(home)
    dotfiles = home.parent / "dotfiles"
    dotfiles.mkdir()
    (dotfiles / "hermes.yaml").write_bytes(OLD)
    (home / "config.yaml").symlink_to(dotfiles / "hermes.yaml")
    os.chown(dotfiles if where == "home" else home, NOBODY, NOBODY)
    outcome = forks.run(home, "add", user=NOBODY)
    assert outcome.code == 8
    assert "nothing was changed: Permission denied" in outcome.said
    assert _state(home) == OLD


@contextmanager
def _single(home: Path) -> Iterator[Path]:
    """A config that is mounted as a single file, as containers do it; and the file that it is outside."""
    outside = home.parent / "outside.yaml"
    outside.write_bytes(OLD)
    (home / "config.yaml").touch()
    with _mounted(home / "config.yaml", "--bind", str(outside)):
        yield outside


def test_a_single_mounted_file_is_written_in_place(home: Path) -> None:
    """It cannot be replaced; the user hears of it, and undo works."""
    with _single(home) as outside:
        assert "mounted as a single file" in _edit(home)[0]
        assert outside.read_bytes() == NEW
        store_in(home).undo()
        assert outside.read_bytes() == OLD


def test_a_single_mounted_file_is_put_back_when_writing_fails(forks: Forks, home: Path) -> None:
    """The system takes the text but not the flush: the old text is there again."""
    with _single(home) as outside:
        outcome = forks.run(home, "add", Fault("fsync", "5", "error=EIO"))
        assert outcome.code == 8
        assert "nothing was changed" in outcome.said
        assert outside.read_bytes() == OLD


@pytest.mark.parametrize("what", ["error=EIO", "signal=SIGKILL"], ids=["refused", "killed"])
def test_a_single_mounted_file_that_is_torn_can_be_brought_back(forks: Forks, home: Path, what: str) -> None:
    """Where it can neither be written nor put back, the message says so, and the backup is kept."""
    with _single(home) as outside:
        outcome = forks.run(home, "add", Fault("ftruncate", "1+", what))
        assert outcome.code is None or (outcome.code, "only in part" in outcome.said) == (8, True)
        outside.write_bytes(NEW[:20])
        store_in(home).undo(force=True)
        assert outside.read_bytes() == OLD


@pytest.mark.parametrize("error", ["EINVAL", "ENOSYS", "EBUSY", "EPERM", "EIO"])
@pytest.mark.parametrize("call", ["rename", "write", "fsync", "ftruncate", "unlink"])
def test_a_file_system_without_exchange_keeps_the_file_whole(
    forks: Forks, home: Path, error: str, call: str
) -> None:
    """Another way is taken, and when that fails too the old text stands."""
    _fresh(home)
    faults = Fault("renameat2", "1+", f"error={error}"), Fault(call, "3+", "error=ENOSPC")
    _check(home, forks.run(home, "add", *faults), OLD, NEW)


@pytest.mark.parametrize("umask", [0o000, 0o077], ids=oct)
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666], ids=oct)
def test_a_file_keeps_its_mode_under_any_umask(forks: Forks, home: Path, umask: int, mode: int) -> None:
    """And what we make ourselves is private under any."""
    _fresh(home)
    (home / "config.yaml").chmod(mode)
    assert forks.run(home, "add", umask=umask) == Outcome(code=0)
    assert stat.S_IMODE((home / "config.yaml").stat().st_mode) == mode
    ours = [path for path in home.rglob("*") if path.is_file() and path.name != "config.yaml"]
    assert len(ours) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in ours} == {0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_owner_keeps_the_file_or_is_named(forks: Forks, home: Path) -> None:
    """Root's edit leaves the file with its owner; who may not give files away is told that it is theirs now."""
    _fresh(home)
    open_to_all(home)
    os.chown(home / "config.yaml", NOBODY, NOBODY)
    assert forks.run(home, "add") == Outcome(code=0)
    assert (home / "config.yaml").stat().st_uid == NOBODY
    _fresh(home)
    os.chown(home, NOBODY, NOBODY)
    outcome = forks.run(home, "add", user=NOBODY)
    assert outcome.code == 0
    assert "belongs to another user; now it belongs to you" in outcome.said
    assert _state(home) == NEW


def test_a_dangling_link_leads_to_the_new_file(forks: Forks, home: Path) -> None:
    """Dotfiles that are not there yet are made where the link leads, folders too; the link stays."""
    target = home.parent / "dotfiles" / "hermes" / "config.yaml"
    (home / "config.yaml").symlink_to(target)
    assert forks.run(home, "add") == Outcome(code=0)
    assert (home / "config.yaml").is_symlink()
    assert names(target.read_bytes()) == ["zai:glm-4.6"]


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/tty", "/"])
def test_a_device_or_folder_is_refused_without_hanging(forks: Forks, home: Path, device: str) -> None:
    """Also behind a link; an endless one is not read."""
    (home / "config.yaml").symlink_to(device)
    outcome = forks.run(home, "add")
    assert outcome.code == 8
    assert "cannot be read" in outcome.said
    assert os.listdir(home) == ["config.yaml"]
