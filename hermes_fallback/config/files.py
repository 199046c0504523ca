"""A file replaced whole, only if nobody else has changed it: old or new after any crash, never half."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from enum import Enum
from pathlib import Path

from hermes_fallback.config.reading import Snapshot, read

__all__ = ["Moved", "Torn", "delete", "flush_folder", "replace", "sweep", "write_new"]

_EXCHANGE = 2
_AT_FDCWD = -100
_SWAPS = 5
_CRUMB = ".hermes-"


class Moved(Exception):
    """The file is not as it was when it was read: whoever edits it reads it again."""


class Torn(Exception):
    """The file was written in part and could not be put back: its old text is in the backup alone."""


class _Swap(Enum):
    DONE = "done"
    UNSUPPORTED = "unsupported"
    BUSY = "busy"


def replace(path: Path, before: Snapshot, data: bytes) -> tuple[str, ...]:
    """Put *data* in place of what *before* saw at *path*, keeping mode, owner and attributes.

    Returns what the user should know about how it went.

    Raises:
        Moved: the file has changed since; nothing was written.
        OSError: the system refused; nothing was changed.
        Torn: the system refused half-way, and refused to go back too.
    """
    beside = _beside(path)
    try:
        warnings = _write_like(beside, path, before, data)
        if not before.existed:
            return (*warnings, *_create(beside, path))
        _check_unmoved(path, before)
        return (*warnings, *_install(beside, path, before, data))
    finally:
        _discard(beside)


def delete(path: Path, before: Snapshot) -> tuple[str, ...]:
    """Take away the file at *path*, if it is still as *before* saw it.

    Raises:
        Moved: it is not; nothing was taken away.
        OSError: the system refused; nothing was changed.
    """
    _check_unmoved(path, before)
    beside = _beside(path)
    path.rename(beside)
    if _held(beside, path) != before.data:
        with suppress(FileExistsError):  # then a third version stands there, which is newer still
            path.hardlink_to(beside)
        _discard(beside)
        raise Moved
    _discard(beside)
    return _flushed(path)


def _discard(beside: Path) -> None:
    """Remove our temporary file; by now the edit has succeeded or failed, and a crumb does not change that."""
    with suppress(OSError):
        beside.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Remove what killed edits of *path* left beside it. Only the holder of its lock may."""
    for entry in path.parent.iterdir():
        if entry.name.startswith(f".{path.name}{_CRUMB}") and entry.name.endswith(".tmp"):
            with suppress(OSError):  # a crumb that stays does no harm
                entry.unlink()


def write_new(path: Path, data: bytes) -> None:
    """A new private file with *data*, on disk when this returns."""
    handle = _open_new(path)
    try:
        _write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_folder(folder: Path) -> None:
    """Bring the folder's own entries to disk, where its file system can."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}{_CRUMB}{os.getpid()}.tmp")


def _open_new(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.open(path, flags, 0o600)


def _write_like(beside: Path, path: Path, before: Snapshot, data: bytes) -> tuple[str, ...]:
    """Write *data* to the new file *beside*, with everything but the content taken from *path*."""
    handle = _open_new(beside)
    try:
        _write_all(handle, data)
        warnings = _copy_status(handle, path, before.status) if before.status else ()
        os.fsync(handle)
    finally:
        os.close(handle)
    return warnings


def _copy_status(handle: int, path: Path, status: os.stat_result) -> tuple[str, ...]:
    warnings: list[str] = []
    try:
        os.fchown(handle, status.st_uid, status.st_gid)
    except PermissionError:
        warnings.append(f"`{path}` belongs to another user; now it belongs to you")
    os.fchmod(handle, stat.S_IMODE(status.st_mode))
    if hasattr(os, "listxattr"):
        _copy_attributes(handle, path)
    if status.st_nlink > 1:
        warnings.append(f"`{path}` had other hard links; they keep the old content")
    return tuple(warnings)


def _copy_attributes(handle: int, path: Path) -> None:
    with suppress(OSError):  # a file system without attributes, or one that guards some of them
        for name in os.listxattr(path):
            with suppress(OSError):
                os.setxattr(handle, name, os.getxattr(path, name))


def _create(beside: Path, path: Path) -> tuple[str, ...]:
    try:
        path.hardlink_to(beside)  # unlike a rename, this never replaces a file that has come meanwhile
    except FileExistsError:
        raise Moved from None
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}:
            raise
        beside.rename(path)  # a file system without hard links
    return _flushed(path)


def _install(beside: Path, path: Path, before: Snapshot, data: bytes) -> tuple[str, ...]:
    swap = _exchange(beside, path)
    if swap is _Swap.BUSY:
        return _write_through(path, before, data)
    if swap is _Swap.UNSUPPORTED:
        beside.replace(path)
    elif (saved := _held(beside, path)) != before.data:
        _give_back(beside, path, data, saved)
        raise Moved
    return _flushed(path)


def _held(beside: Path, path: Path) -> bytes:
    """What was taken from *path* and is now *beside*; taken back if it cannot be read."""
    try:
        return read(beside).data
    except OSError:
        _swap_back(beside, path)
        raise


def _give_back(beside: Path, path: Path, data: bytes, saved: bytes) -> None:
    """Put the newest save back: *saved*, found in place of what we edited, or one that came while we did so.

    Each swap must bring out what the one before put in, at first our own *data*; anything else is newer still.
    """
    for _ in range(_SWAPS):
        if not _swap_back(beside, path):
            return
        out = read(beside).data
        if out == data:
            return
        data, saved = saved, out


def _swap_back(beside: Path, path: Path) -> bool:
    """Put what is *beside* back at *path*. True if what stood there is now beside, False if it had to go."""
    with suppress(OSError, Moved):
        if _exchange(beside, path) is _Swap.DONE:
            return True
    beside.replace(path)
    return False


def _exchange(one: Path, other: Path) -> _Swap:
    """Swap two names in one step, so that the old file is in hand and can be looked at."""
    import ctypes  # only an edit needs it

    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # not Linux, or a C library before 2018
        return _Swap.UNSUPPORTED
    if renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0:
        return _Swap.DONE
    number = ctypes.get_errno()
    if number in {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}:
        return _Swap.UNSUPPORTED
    if number == errno.EBUSY:
        return _Swap.BUSY
    if number == errno.ENOENT:  # an editor that saves by removing first
        raise Moved
    raise OSError(number, os.strerror(number), str(other))


def _write_through(path: Path, before: Snapshot, data: bytes) -> tuple[str, ...]:
    """Write into the file itself, which is all that a single mounted file allows; put it back if that fails."""
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        try:
            _overwrite(handle, data)
        except OSError:
            _put_back(handle, before.data)
            raise
    finally:
        os.close(handle)
    return (f"`{path}` is mounted as a single file, so it was written in place",)


def _put_back(handle: int, data: bytes) -> None:
    try:
        _overwrite(handle, data)
    except OSError as error:
        raise Torn(error.strerror or type(error).__name__) from error


def _overwrite(handle: int, data: bytes) -> None:
    os.lseek(handle, 0, os.SEEK_SET)
    _write_all(handle, data)
    os.ftruncate(handle, len(data))
    os.fsync(handle)


def _flushed(path: Path) -> tuple[str, ...]:
    """Flush the folder; the change stands by now, so a refusal is only told."""
    try:
        flush_folder(path.parent)
    except OSError as error:
        return (f"`{path}` is written, but its folder could not be flushed to disk: {error.strerror}",)
    return ()


def _check_unmoved(path: Path, before: Snapshot) -> None:
    now = read(path)
    if now.data != before.data or _identity(now) != _identity(before):
        raise Moved


def _identity(snapshot: Snapshot) -> tuple[int, int] | None:
    status = snapshot.status
    return (status.st_dev, status.st_ino) if status else None


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]
