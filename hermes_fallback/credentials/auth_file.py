"""auth.json: the store of keys and sign-ins that Hermes Agent has, read and written as it does."""

from __future__ import annotations

import json
import os
import stat

from hermes_fallback.credentials.auth_content import AuthContent
from hermes_fallback.errors import FallbackError, InvalidFile, SystemRefused

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from hermes_fallback.credentials.auth_edit import AuthEdit

__all__ = ["AuthFile"]

_LOCK_TIMEOUT_S = 15.0
_OLD_SIGN_INS = {"nous_portal": "nous"}
"""What the oldest layout calls the providers, under `systems`."""


class AuthFile:
    """The file at *path*, which need not exist; for many threads and processes."""

    def __init__(self, path: str | Path, *, lock_timeout_s: float = _LOCK_TIMEOUT_S) -> None:
        self.path = str(path)
        self._lock_timeout_s = lock_timeout_s
        self._known: tuple[tuple[int, ...] | None, AuthContent] = None, AuthContent({})

    def read(self) -> AuthContent:
        """What the file holds now; the same object while it does not change. It never raises.

        A file that cannot be read is empty and says so in its `fault`. One that is no JSON is copied aside first, as
        `auth.json.corrupt`: Hermes Agent would write over it.
        """
        identity = _identity(self.path)
        seen, content = self._known
        if identity != seen:
            content = self._content()
            self._known = identity, content
        return content

    def locked(self, *, timeout_s: float | None = None) -> AbstractContextManager[AuthEdit]:
        """The file as it stands, for nobody else to change meanwhile; what the body changes is written at its end.

        An error in the body leaves what was not saved unwritten. Within it, another `locked` of the same thread is
        the same edit.

        Raises, on entering:
            Conflict: another process did not let go of the lock in *timeout_s*; nothing was written.
            InvalidFile: the file is not what it should be; it was copied aside, and nothing was written.
            SystemRefused: the file system said no; nothing was written. Also at the end.
        """
        from hermes_fallback.credentials.auth_lock import locked  # a listing changes nothing

        return locked(self.path, self._document, self._lock_timeout_s if timeout_s is None else timeout_s)

    def _content(self) -> AuthContent:
        try:
            return AuthContent(self._document())
        except FallbackError as error:
            return AuthContent({}, error)

    def _document(self) -> dict[str, object]:
        """The whole file, as a value of the caller's own."""
        data = _bytes_of(self.path)
        if data is None:
            return {}
        try:
            return _modern(_parsed(data, self.path))
        except InvalidFile:
            from hermes_fallback.credentials.auth_lock import set_aside  # as above

            set_aside(self.path, data)
            raise


def _identity(path: str) -> tuple[int, ...] | None:
    """What changes whenever the file does; None where there is none."""
    try:
        found = os.stat(path)
    except OSError as error:
        return None if isinstance(error, FileNotFoundError) else (error.errno or 0,)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _bytes_of(path: str) -> bytes | None:
    """The bytes of the regular file *path*; None where there is none."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a named pipe must not hang us
            raise SystemRefused(f"`{path}` cannot be read", why="it is not a regular file", kind="file")
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SystemRefused(
            f"`{path}` cannot be read", why=error.strerror, hint="mend its permissions, or move it away"
        ) from error


def _parsed(data: bytes, path: str) -> dict[str, object]:
    try:
        found = json.loads(data)
    except json.JSONDecodeError as error:
        is_cut = error.msg.startswith("Unterminated") or not error.doc[error.pos :].strip()
        why = "it is not valid JSON there" + (": it breaks off" if is_cut else "")
        raise _invalid(path, why, error.lineno, error.colno) from None
    except (ValueError, RecursionError):
        raise _invalid(path, "it is not JSON text") from None
    if not isinstance(found, dict):
        raise _invalid(path, "it holds no JSON object")
    return found


def _invalid(path: str, why: str, line: int | None = None, column: int | None = None) -> InvalidFile:
    place = f" line {line}, column {column}" if line else ""
    return InvalidFile(
        f"`{path}`{place} cannot be used",
        path=path,
        line=line,
        column=column,
        why=why,
        hint=f"mend it, or move it away and sign in again; `{path}.corrupt` is a copy of it",
    )


def _modern(document: dict[str, object]) -> dict[str, object]:
    """*document* with its sign-ins where they stand today."""
    systems = document.get("systems")
    if not isinstance(systems, dict) or isinstance(document.get("providers"), dict):
        return document
    moved = {name: systems[old] for old, name in _OLD_SIGN_INS.items() if isinstance(systems.get(old), dict)}
    left = {old: each for old, each in systems.items() if _OLD_SIGN_INS.get(old) not in moved}
    others = {key: each for key, each in document.items() if key != "systems"}
    active = {"active_provider": next(iter(moved), None)}
    return {**active, **others, "providers": moved, **({"systems": left} if left else {})}
