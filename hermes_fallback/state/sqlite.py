"""A content that all processes share, in a file that is made when there is something to keep."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakSet

from hermes_fallback.state.content import EMPTY, Change, Content
from hermes_fallback.state.memory import MemoryStore
from hermes_fallback.state.unusable import Unusable

if TYPE_CHECKING:
    from hermes_fallback.state.database import Database

__all__ = ["SqliteStore"]

_T = TypeVar("_T")

_UNREAD = -1
"""No version of any file."""


class SqliteStore:
    """The content of the file at *path*, for many threads. Where it cannot be used, this process goes on without."""

    def __init__(self, path: Path) -> None:
        self.warning: str | None = None
        self._path = path
        self._lock = RLock()
        self._database: Database | None = None
        self._file: tuple[int, int] | None = None
        self._known = _UNREAD, EMPTY
        self._memory: MemoryStore | None = None
        _stores.add(self)

    def read(self) -> Content:
        """What the file holds now; nothing where there is none."""
        return self._with(self._read, MemoryStore.read)

    def read_again(self) -> Content:
        """What the file holds, nothing of it remembered from before."""
        with self._lock:
            self._close()
            return self.read()

    def change(self, change: Change) -> tuple[Content, Content]:
        """Make *change* in the file, which is made where there is a difference to keep."""
        return self._with(lambda: self._change(change), lambda memory: memory.change(change))

    def hold(self) -> None:
        """Keep every thread out, and close the file: a process that is forked must not inherit an open one."""
        self._lock.acquire()
        self._close()

    def let_go(self) -> None:
        """Undo `hold`; the file is opened again when it is needed."""
        self._lock.release()

    def _with(self, shared: Callable[[], _T], alone: Callable[[MemoryStore], _T]) -> _T:
        with self._lock:
            if self._memory is None:
                try:
                    return shared()
                except (Unusable, OSError) as error:
                    self._memory = self._forsake(error)
            return alone(self._memory)

    def _read(self) -> Content:
        database = self._opened()
        if database is None:
            self._known = _UNREAD, EMPTY
        elif database.version != self._known[0]:
            self._known = database.read()
        return self._known[1]

    def _change(self, change: Change) -> tuple[Content, Content]:
        before = self._read()
        after = change(before)
        if after is before:
            return before, after
        if self._database is None:
            _lay_out(self._path)
        database = self._opened()
        if database is None:
            raise Unusable("it vanished")
        version, before, after = database.change(self._known, change)
        self._known = version, after
        return before, after

    def _opened(self) -> Database | None:
        """The file that stands there now, be it another than before; None where there is none."""
        file = _identity(self._path)
        if file != self._file:
            self._close()
            if file is not None:
                from hermes_fallback.state.database import Database  # brings sqlite3, 6 ms

                self._database = Database(self._path)
            self._file = file
        return self._database

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
        self._database = self._file = None
        self._known = _UNREAD, self._known[1]

    def _forsake(self, error: Exception) -> MemoryStore:
        """What goes on in memory, from what was known last."""
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        self.warning = f"`{self._path}` cannot be used ({why}): what is benched is known to this process only"
        self._close()
        return MemoryStore(self._known[1])


_stores: WeakSet[SqliteStore] = WeakSet()
_held: list[SqliteStore] = []


def _before_fork() -> None:
    _held[:] = _stores
    for store in _held:
        store.hold()


def _after_fork() -> None:
    while _held:
        _held.pop().let_go()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)


def _lay_out(path: Path) -> None:
    from hermes_fallback.state.database import lay_out  # as above

    lay_out(path)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
