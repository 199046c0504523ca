"""Private file: replaced whole, under a lock, readable by its owner alone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from hermes_fallback.errors import Conflict, SystemRefused

__all__ = ["acquired", "flush_folder", "release", "rewrite", "write_new", "writing"]

_POLL_S = 0.05
_MODE = 0o600


def rewrite(path: Path, change: Callable[[bytes], bytes], *, lock_timeout_s: float) -> bool:
    """Replace the bytes of *path* with what *change* makes of them; True when they differ.

    A missing file reads as empty; its folder is made (0700). A symbolic link stays, its target is replaced.
    The new file is written beside, flushed to disk and put in place in one step: no reader sees a part.

    Raises:
        Conflict: somebody held the lock for *lock_timeout_s*, or wrote without it; nothing was written.
        SystemRefused: the file system said no; nothing was written.
    """
    target = Path(os.path.realpath(path))
    with writing(path):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(target, lock_timeout_s):
            before = _read(target)
            after = change(before or b"")
            if after == (before or b""):
                return False
            _replace(target, before, after)
            return True


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the file system says while *path* is written into an error of ours.

    Raises:
        SystemRefused: it said no; nothing was written.
    """
    try:
        yield
    except OSError as error:
        raise SystemRefused(
            f"`{path}` cannot be written; nothing changed",
            why=error.strerror or str(error),
            hint="mend the permissions of the file and its folder",
        ) from error


def acquired(lock: Path, target: Path, *, timeout_s: float) -> int:
    """The handle of *lock*, which guards *target* and is held until its `release`.

    Raises:
        Conflict: somebody held it for *timeout_s*.
        OSError: it cannot be made or opened.
    """
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, _MODE)
    try:
        _acquire(handle, target, monotonic() + timeout_s)
    except BaseException:
        os.close(handle)
        raise
    return handle


def release(handle: int) -> None:
    """Let go of the lock of *handle*, which a child that was forked meanwhile has as well."""
    try:
        fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)


def write_new(path: Path, data: bytes, *, like: Path | None = None) -> None:
    """A new file at *path* with *data*, private, on disk when this returns; of the owner of *like*, if that is there.

    Raises:
        OSError: it stands already, or cannot be made.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
    with os.fdopen(handle, "wb") as file:
        if like and like.exists():
            owner = like.stat()
            if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(target: Path) -> None:
    """Bring to disk that *target* stands in its folder.

    Raises:
        SystemRefused: the folder could not be flushed; *target* is written.
    """
    try:
        handle = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise SystemRefused(
            f"`{target}` was written, but its folder could not be flushed to disk", why=error.strerror
        ) from error


@contextmanager
def _locked(target: Path, timeout_s: float) -> Iterator[None]:
    handle = acquired(Path(f"{target}.lock"), target, timeout_s=timeout_s)
    try:
        yield
    finally:
        release(handle)


def _acquire(lock: int, target: Path, until: float) -> None:
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= until:
                raise Conflict(
                    f"`{target}` is locked by another program; nothing was written",
                    hint="wait for it to end, and try again",
                    kind="locked",
                ) from None
            sleep(_POLL_S)


def _read(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None


def _replace(target: Path, before: bytes | None, after: bytes) -> None:
    beside = Path(f"{target}.new")
    beside.unlink(missing_ok=True)  # of a writer that was killed: the lock is ours
    try:
        write_new(beside, after, like=target)
        if _read(target) != before:
            raise Conflict(
                f"`{target}` changed underneath; nothing was written", hint="try again", kind="changed"
            )
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    flush_folder(target)
