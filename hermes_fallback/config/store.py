"""ConfigStore: config.yaml read, edited and restored, so that nobody's edit is lost and nobody sees half of one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hermes_fallback.config import files
from hermes_fallback.config.document import Document
from hermes_fallback.config.files import Moved, Torn
from hermes_fallback.config.reading import Snapshot, read, read_document, refused
from hermes_fallback.config.tree import uncollected
from hermes_fallback.errors import Conflict, NotFound, SystemRefused

if TYPE_CHECKING:
    from hermes_fallback.config.backups import Backup, Backups

__all__ = ["Change", "ConfigStore", "Edited", "Guard"]

Change = Callable[[Document], Document | bytes]
"""An edit: pure, because it may run more than once when others edit too. What it has parsed is not parsed again."""

Guard = Callable[["Edited"], None]
"""Raises where an edit may not be made; asked before anything is written."""

_ATTEMPTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What an edit came to. *old* and *new* are the whole file; of a dry run, *new* was not written."""

    path: str
    old: bytes
    new: bytes
    parsed: Document | None = None
    """What *new* says, where the edit knows it already."""
    warnings: tuple[str, ...] = ()
    made_at: float | None = None
    """When the edit that was undone had been made, in seconds since 1970."""

    @property
    def changed(self) -> bool:
        """True when the edit made, or would make, a difference."""
        return self.old != self.new

    @property
    def diff(self) -> str:
        """The difference as a unified diff, secrets masked."""
        from hermes_fallback.config.diff import unified  # 10 ms that a quiet edit does not pay

        return unified(self.old, self.new, self.path)

    @property
    def before(self) -> Document:
        """The document that was."""
        return Document.parse(self.old, self.path)

    @property
    def after(self) -> Document:
        """The document that is, or would be."""
        return self.parsed or Document.parse(self.new, self.path)


class ConfigStore:
    """One config file. *backups* is the folder for its previous versions; *guard* may refuse an edit.

    Reading takes no lock: a file is replaced in one step, so it is always whole.
    """

    def __init__(
        self,
        path: str | Path,
        backups: str | Path,
        *,
        guard: Guard | None = None,
        lock_timeout_s: float = 10.0,
    ) -> None:
        self._path = Path(path)
        self._guard = guard
        self._backups_folder = Path(backups)
        self._lock_timeout_s = lock_timeout_s

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def read(self) -> Document:
        """The file as it stands; one that is missing reads as an empty one.

        Raises:
            InvalidFile: it is not valid.
            SystemRefused: it cannot be read.
        """
        return read_document(str(self._path))

    @uncollected
    def edit(self, change: Change, *, dry_run: bool = False, seen: Document | None = None) -> Edited:
        """The file with *change* made, under a lock, on what the file holds at that moment.

        *seen* is the file as it was read before; while it still holds the same bytes, it is not parsed again.
        A change that makes no difference touches nothing, not even the lock.

        Raises:
            Conflict: the lock was not to be had in time, or the file kept changing; nothing was written.
            InvalidFile: the file is invalid, or *change* refuses it.
            SystemRefused: the system refused; says whether anything changed.
        """
        planned = self._planned(change, self._snapshot(self._path), seen)
        if dry_run or not planned.changed:
            return planned
        self._allow(planned)
        with self._locked() as real:
            for _ in range(_ATTEMPTS):
                before = self._snapshot(real)
                if before.data != planned.old:
                    planned = self._planned(change, before, None)
                    if not planned.changed:
                        return planned
                    self._allow(planned)
                try:
                    warnings = self._write(real, before, planned.new)
                except Moved:
                    continue
                return replace(planned, warnings=warnings)
        raise self._restless()

    def _planned(self, change: Change, before: Snapshot, seen: Document | None) -> Edited:
        """What *change* makes of *before*, which *seen* may be already."""
        document = seen if seen and seen.data == before.data else self._document(before)
        made = change(document)
        new, parsed = (made.data, made) if isinstance(made, Document) else (made, None)
        return Edited(path=str(self._path), old=before.data, new=new, parsed=parsed)

    def text(self) -> bytes:
        """What the file holds, valid or not; nothing where there is none.

        Raises:
            SystemRefused: it cannot be read.
        """
        return self._snapshot(self._path).data

    def replace(self, seen: bytes, new: bytes) -> Edited:
        """The file with *new* in place of *seen*, which is what somebody edited by hand, under a lock.

        Raises:
            Conflict: it holds something else by now, or the lock was not to be had in time; nothing was written.
            InvalidFile: the edit is not allowed.
            SystemRefused: the system refused; says whether anything changed.
        """
        self._allow(Edited(path=str(self._path), old=seen, new=new))
        with self._locked() as real:
            before = self._snapshot(real)
            try:
                warnings = self._write(real, before, new) if before.data == seen else None
            except Moved:
                warnings = None
        if warnings is None:
            raise self._edited_meanwhile()
        return Edited(path=str(self._path), old=seen, new=new, warnings=warnings)

    def undo(self, *, force: bool = False) -> Edited:
        """The file as it was before our last edit that still stands, byte for byte; gone if there was none.

        With *force*, changes that others made since are undone too; they are kept, for another `undo`.

        Raises:
            Conflict: the file is not as we left it, and *force* is not given.
            NotFound: there is no edit to undo.
            SystemRefused: the system refused; says whether anything changed.
        """
        if not self._path.parent.is_dir():
            raise self._nothing_to_undo()
        with self._locked() as real:
            for _ in range(_ATTEMPTS):
                try:
                    return self._undo(real, force=force)
                except Moved:
                    continue
        raise self._restless()

    def _undo(self, real: Path, *, force: bool) -> Edited:
        from hermes_fallback.config.backups import digest  # reading needs none of it

        backups = self._backups()
        now = self._snapshot(real)
        state = digest(now.data, existed=now.existed)
        with self._refusals(f"`{self._path}` could not be restored: nothing was changed"):
            backup = self._standing(backups, state)
            if backup.wrote != state and not force:
                raise self._changed_since()
            data = backup.content.read_bytes()
            made_at = backup.content.stat().st_mtime
            self._allow(Edited(path=str(self._path), old=now.data, new=data))
            kept = None if backup.wrote == state else backups.keep(now, wrote=backup.previous)
            try:
                warnings = self._restore(real, now, backup, data)
            except (Moved, OSError):
                if kept:
                    backups.drop(kept)
                raise
            with suppress(OSError):  # the file is restored; a backup too many is passed over by the next undo
                backups.drop(backup)
        return Edited(path=str(self._path), old=now.data, new=data, warnings=warnings, made_at=made_at)

    def _allow(self, edited: Edited) -> None:
        if self._guard:
            self._guard(edited)

    def _standing(self, backups: Backups, state: str) -> Backup:
        """The last edit that took place. One that was killed before it wrote left a backup of what still stands."""
        for backup in backups.newest_first():
            if backup.wrote == state or backup.previous != state:
                return backup
            backups.drop(backup)
        raise self._nothing_to_undo()

    def _restore(self, real: Path, now: Snapshot, backup: Backup, data: bytes) -> tuple[str, ...]:
        if backup.existed:
            return files.replace(real, now, data)
        return files.delete(real, now) if now.existed else ()

    def _write(self, real: Path, before: Snapshot, data: bytes) -> tuple[str, ...]:
        from hermes_fallback.config.backups import digest  # reading needs none of it

        with self._refusals(f"`{self._path}` could not be written: nothing was changed"):
            backups = self._backups()
            backup = backups.keep(before, wrote=digest(data))
            try:
                warnings = files.replace(real, before, data)
            except (Moved, OSError):
                backups.drop(backup)
                raise
            backups.prune()
            return warnings

    def _backups(self) -> Backups:
        from hermes_fallback.config.backups import Backups  # reading needs none of it

        return Backups(self._backups_folder)

    def _document(self, snapshot: Snapshot) -> Document:
        return Document.parse(snapshot.data, str(self._path))

    def _snapshot(self, path: Path) -> Snapshot:
        with self._refusals(f"`{self._path}` cannot be read"):
            return read(path)

    @contextmanager
    def _locked(self) -> Iterator[Path]:
        """Hold the file's lock; gives the real path, past symbolic links, so that a link stays one."""
        from hermes_fallback.config.lock import held  # reading needs none of it

        real = Path(os.path.realpath(self._path))  # unlike `resolve`, it raises nothing for a loop of links
        with ExitStack() as stack:
            with self._refusals(f"`{self._path}` could not be locked: nothing was changed"):
                real.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                lock = held(
                    real.with_name(f".{real.name}.lock"),
                    for_file=str(self._path),
                    timeout_s=self._lock_timeout_s,
                )
                stack.enter_context(lock)
                files.sweep(real)
            yield real

    @contextmanager
    def _refusals(self, what: str) -> Iterator[None]:
        try:
            yield
        except Torn as error:
            raise SystemRefused(
                f"`{self._path}` could be written only in part, and not be put back",
                why=f"it is mounted as a single file, and the system refused: {error}",
                hint="make space, then bring the old text back: hermes config undo --force",
                kind="file",
            ) from error
        except OSError as error:
            raise refused(what, error, str(self._path)) from error

    def _changed_since(self) -> Conflict:
        return Conflict(
            f"`{self._path}` has changed since our last edit: nothing was undone",
            why="undoing it would lose that change",
            hint="hermes config undo --force, which keeps the present file for another undo",
        )

    def _edited_meanwhile(self) -> Conflict:
        return Conflict(
            f"`{self._path}` has changed since it was opened: nothing was written",
            why="writing it would lose that change",
            hint="look at the file as it is now, and edit it again: hermes config edit",
        )

    def _restless(self) -> Conflict:
        return Conflict(
            f"`{self._path}` kept changing while it was edited: nothing was written",
            why=f"another program wrote it {_ATTEMPTS} times in a row",
            hint="close the editor or stop the program that saves it, and try again",
        )

    def _nothing_to_undo(self) -> NotFound:
        return NotFound(
            f"there is no edit of `{self._path}` to undo",
            why="the last ten edits made by these commands are kept",
            kind="nothing-to-undo",
        )
