"""Auth lock: one writer of auth.json among all threads and processes, Hermes Agent's too, and a file never half there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import token_hex
from threading import local

from hermes_fallback.credentials.auth_edit import AuthEdit
from hermes_fallback.credentials.private_file import acquired, flush_folder, release, write_new, writing

__all__ = ["locked", "set_aside"]

_VERSION = 1
_PRIVATE_FOLDER = 0o700
_FEWEST_PARTS = 3
"""Folders with fewer parts (`/`, `/home`) are nobody's own."""
_held = local()


@contextmanager
def locked(path: str, read: Callable[[], dict[str, object]], timeout_s: float) -> Iterator[AuthEdit]:
    """What `AuthFile.locked` promises, of the file at *path*, whose content is what *read* gives."""
    key = os.path.realpath(path)
    edits: dict[str, AuthEdit] = vars(_held).setdefault("edits", {})
    if key in edits:
        yield edits[key]
        return
    with _lock(Path(path), timeout_s):
        edits[key] = AuthEdit(read(), partial(_write, Path(path)), path=path)
        try:
            yield edits[key]
            edits[key].save()
        finally:
            del edits[key]


def set_aside(path: str, data: bytes) -> None:
    """Keep *data*, which *path* holds and nobody can read, as a copy beside it."""
    aside = Path(f"{path}.corrupt")
    with suppress(OSError):  # for good measure: the file itself stays as it is
        if not aside.exists() or aside.read_bytes() != data:
            aside.unlink(missing_ok=True)
            write_new(aside, data)


@contextmanager
def _lock(path: Path, timeout_s: float) -> Iterator[None]:
    with ExitStack() as handles:
        with writing(path):
            path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            for lock in _locks(path):
                handles.callback(release, acquired(lock, path, timeout_s=timeout_s))
        yield


def _locks(path: Path) -> dict[Path, None]:
    """The lock beside *path*; of a link also that beside the file, which other homes may use under that name."""
    return {each.parent.resolve() / each.with_suffix(".lock").name: None for each in (path, path.resolve())}


def _write(path: Path, document: Mapping[str, object]) -> None:
    stamped = {"version": _VERSION, **document, "updated_at": datetime.now(UTC).isoformat()}
    data = f"{json.dumps(stamped, indent=2)}\n".encode()
    target = path.resolve()
    with writing(path):
        _make_private(path.parent.resolve())
        _sweep(target)
        _replace(target, data)


def _make_private(folder: Path) -> None:
    if len(folder.parts) >= _FEWEST_PARTS:
        with suppress(OSError):  # a folder of somebody else's: the file is private all the same
            folder.chmod(_PRIVATE_FOLDER)


def _sweep(target: Path) -> None:
    """Remove what killed writers have left beside *target*: it holds secrets."""
    for each in target.parent.glob(f"{target.name}.tmp.*"):
        writer = each.name.removeprefix(f"{target.name}.tmp.").partition(".")[0]
        if writer.isdigit() and not _is_running(int(writer)):
            each.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)  # signal 0 only asks
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _replace(target: Path, data: bytes) -> None:
    beside = Path(f"{target}.tmp.{os.getpid()}.{token_hex(16)}")
    try:
        write_new(beside, data, like=target)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    flush_folder(target)
