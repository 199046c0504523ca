"""The journal's files: whole lines appended by any number of processes, the oldest file dropped in time."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

__all__ = ["FILE_BYTES", "append", "files_of"]

FILE_BYTES = 2 * 1024 * 1024
"""A file that has grown past this is put behind the others, and a new one begun."""
_OLDER = 4
"""So many are kept besides the one that is written."""
_LOCK = "rotate.lock"


def files_of(folder: Path) -> tuple[Path, ...]:
    """The files of *folder*, the newest first; any of them may be missing."""
    numbers = ("", *(f".{number}" for number in range(1, _OLDER + 1)))
    return tuple(folder / f"turns{number}.jsonl" for number in numbers)


def append(folder: Path, lines: bytes, *, file_bytes: int = FILE_BYTES) -> None:
    """Put *lines*, each with its end, behind what *folder* holds. It is made where it is missing.

    They go out in one write to the end of the file, so that nobody else's get between them. What a killed
    writer left without an end is closed first: it costs its own line and no other.

    Raises:
        OSError: the system refuses.
    """
    _make(folder.absolute())
    handle = os.open(files_of(folder)[0], os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(handle).st_size
        rest = lines if not size or os.pread(handle, 1, size - 1) == b"\n" else b"\n" + lines
        while rest:
            rest = rest[os.write(handle, rest) :]
    finally:
        os.close(handle)
    if size + len(lines) >= file_bytes:
        _rotate(folder, file_bytes)


def _make(folder: Path) -> None:
    """*folder* and what is missing above it, for the user alone."""
    if folder.is_dir():
        return
    _make(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)


def _rotate(folder: Path, file_bytes: int) -> None:
    """Each file one place back, unless another process is at it or has done it.

    Whoever has the newest open meanwhile still writes into it, under its new name: no line is lost.
    """
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        files = files_of(folder)
        with suppress(FileNotFoundError):
            if files[0].stat().st_size >= file_bytes:
                _move_back(files)
        fcntl.flock(lock, fcntl.LOCK_UN)  # a child that was forked meanwhile has this handle too
    except BlockingIOError:
        return
    finally:
        os.close(lock)


def _move_back(files: tuple[Path, ...]) -> None:
    for newer, older in reversed(tuple(pairwise(files))):
        with suppress(FileNotFoundError):
            newer.replace(older)
