"""The SQLite file a content is kept in: laid out, opened, read and changed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkstemp
from weakref import finalize

from hermes_fallback.state.content import Change, Content
from hermes_fallback.state.rows import TABLES, Rows, content_of, rows_of
from hermes_fallback.state.unusable import Unusable

__all__ = ["Database", "lay_out"]

_SCHEMA = 1
_BUSY_S = 0.25
_ROUNDS = 8
"""Waiting for the lock is no queue, and among many who wait one can be passed over again and again."""


class Database:
    """One connection to the file at *path*, which must exist; for one thread at a time.

    Raises, like everything it does:
        Unusable: it is no such file, is of a newer version, locked for long, or cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        with _translated():
            self._connection = _connect(path)
        self.close = finalize(self, self._connection.close)
        self.close.atexit = False  # it would flush to disk, and keep waiting who wants the program to end
        if fault := _fault(self._connection):
            self.close()
            raise Unusable(fault)

    @property
    def version(self) -> int:
        """A number that changes when somebody else has changed the file."""
        try:  # asked before every request: `_translated` costs as much again
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise Unusable(str(error)) from error

    def read(self) -> tuple[int, Content]:
        """The version, and all that the file holds at it."""
        with _translated(), self._transaction("DEFERRED"):
            return self.version, self._content()

    def change(self, known: tuple[int, Content], change: Change) -> tuple[int, Content, Content]:
        """Make *change* while no other process can; the version, and what was before and after.

        *known* is what was read before: while its version lasts, it is not read again.
        """
        with _translated(), self._transaction("IMMEDIATE"):
            version = self.version
            before = known[1] if version == known[0] else self._content()
            after = change(before)
            self._write(before, after)
        return version, before, after

    def _content(self) -> Content:
        tables = {name: self._connection.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}  # noqa: S608 the names are ours
        try:
            return content_of(tables)
        except (ValueError, TypeError) as error:
            raise Unusable(f"somebody else wrote into it: {error}") from error

    def _write(self, before: Content, after: Content) -> None:
        old, new = rows_of(before), rows_of(after)
        for table in TABLES:
            self._write_table(table, old[table], new[table])

    def _write_table(self, table: str, old: Rows, new: Rows) -> None:
        keys, others = TABLES[table]
        written = [(*key, *row) for key, row in new.items() if old.get(key) != row]
        gone = [key for key in old if key not in new]
        self._connection.executemany(
            f"REPLACE INTO {table} VALUES ({_marks(len(keys) + len(others))})",  # noqa: S608 as above
            written,
        )
        self._connection.executemany(
            f"DELETE FROM {table} WHERE ({', '.join(keys)}) = ({_marks(len(keys))})",  # noqa: S608 as above
            gone,
        )

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[None]:
        self._begin(kind)
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _begin(self, kind: str) -> None:
        for tries_left in reversed(range(_ROUNDS)):
            try:
                self._connection.execute(f"BEGIN {kind}")
                return
            except sqlite3.OperationalError as error:
                if not (tries_left and error.sqlite_errorcode == sqlite3.SQLITE_BUSY):
                    raise


def lay_out(path: Path) -> None:
    """Make an empty file at *path*, and its folder where that is missing, unless somebody makes it meanwhile.

    It is made beside and put in place whole: nobody sees a part of it.

    Raises:
        Unusable: it cannot be made.
        OSError: the same.
    """
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = mkstemp(dir=path.parent, prefix="state.", suffix=".new")  # readable by its owner alone
    os.close(handle)
    beside = Path(name)
    try:
        _fill(beside)
        _discard_leftovers(path)
        path.hardlink_to(beside)
    except FileExistsError:
        return
    finally:
        beside.unlink()


def _fill(path: Path) -> None:
    with _translated(), closing(_connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for table, (keys, others) in TABLES.items():
            columns = ", ".join((*keys, *others))
            connection.execute(
                f"CREATE TABLE {table} ({columns}, PRIMARY KEY ({', '.join(keys)})) WITHOUT ROWID"
            )
        connection.execute(f"PRAGMA user_version = {_SCHEMA}")


def _discard_leftovers(path: Path) -> None:
    """Remove what a file that is gone has left behind: it would be taken for a part of the new one."""
    left = [each for each in (Path(f"{path}-wal"), Path(f"{path}-shm")) if each.exists()]
    if not path.exists():
        for each in left:
            each.unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.as_uri()}?mode=rw",  # it is never made here, where others could read it
        uri=True,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )


def _fault(connection: sqlite3.Connection) -> str | None:
    """What is wrong with the file, if anything is."""
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        (found,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        return str(error)
    if found == _SCHEMA:
        return None
    return "a newer version wrote it" if found > _SCHEMA else "it is not what it should be"


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, UnicodeError, OverflowError) as error:  # the latter where a value does not fit in
        raise Unusable(str(error)) from error


def _marks(count: int) -> str:
    return ", ".join("?" * count)
