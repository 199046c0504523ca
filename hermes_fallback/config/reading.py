"""Reading: a file taken whole, as it stands at one moment."""

from __future__ import annotations

import errno
import os
import stat

from hermes_fallback.config.document import Document
from hermes_fallback.errors import SystemRefused
from hermes_fallback.fact import Fact

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Snapshot", "read", "read_document", "refused"]

_CHUNK = 1 << 20


class Snapshot(Fact, kw_only=False):
    """What a file held and what kind of file it was; `status` is None where there was none."""

    data: bytes
    status: os.stat_result | None = None

    @property
    def existed(self) -> bool:
        """True when there was a file."""
        return self.status is not None


def read_document(path: str) -> Document:
    """The config file *path* as it stands; one that is missing reads as an empty one.

    Raises:
        InvalidFile: it is not valid.
        SystemRefused: it cannot be read.
    """
    try:
        snapshot = read(path)
    except OSError as error:
        raise refused(f"`{path}` cannot be read", error, path) from error
    return Document.parse(snapshot.data, path)


def refused(what: str, error: OSError, path: str) -> SystemRefused:
    """The failure *what*, which *error* caused on the way to *path*."""
    return SystemRefused(
        what,
        why=error.strerror or type(error).__name__,
        hint=f"check the owner and mode of `{error.filename or path}`, and the space left",
        kind="file",
    )


def read(path: str | Path) -> Snapshot:
    """The bytes of the regular file *path*; nothing where there is none.

    Raises:
        OSError: it cannot be read, or is no regular file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a named pipe must not hang us
    except FileNotFoundError:
        return Snapshot(b"")
    try:
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        return Snapshot(_read_all(handle), status)
    finally:
        os.close(handle)


def _read_all(handle: int) -> bytes:
    parts = []
    while part := os.read(handle, _CHUNK):
        parts.append(part)
    return b"".join(parts)
