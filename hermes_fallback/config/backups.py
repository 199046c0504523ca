"""The files as they were before our last edits, and what is needed to know that an edit is still the last word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from hermes_fallback.config.files import flush_folder, write_new
from hermes_fallback.config.reading import Snapshot

__all__ = ["KEPT", "Backup", "Backups", "digest"]

KEPT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One edit that can be undone: the digests of the file after and before it, and where the old bytes are."""

    number: int
    wrote: str
    previous: str
    existed: bool
    content: Path


class Backups:
    """The folder that keeps them; only the holder of the file's lock may change it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, before: Snapshot, *, wrote: str) -> Backup:
        """Keep *before*, which an edit is about to turn into what has the digest *wrote*; on disk on return."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = max(self._numbers(), default=0) + 1
        self._remove(number)
        backup = Backup(
            number=number,
            wrote=wrote,
            previous=digest(before.data, existed=before.existed),
            existed=before.existed,
            content=self._content(number),
        )
        note = {"schema": 1, "wrote": wrote, "previous": backup.previous, "existed": backup.existed}
        try:
            write_new(backup.content, before.data)
            write_new(self._note(number), json.dumps(note).encode())
            flush_folder(self._folder)
        except OSError:
            self._remove(number)
            raise
        return backup

    def newest_first(self) -> Iterator[Backup]:
        """What can be undone, the last edit first. A note that says something else ends the row.

        Raises:
            OSError: the folder or a note cannot be read.
        """
        for number in sorted(self._numbers(), reverse=True):
            backup = self._read(number)
            if backup is None:
                return
            yield backup

    def drop(self, backup: Backup) -> None:
        """Forget *backup*."""
        self._remove(backup.number)

    def prune(self) -> None:
        """Forget all but the last ten."""
        with suppress(OSError):  # the edit stands by now, and one too many does no harm
            for number in sorted(self._numbers(), reverse=True)[KEPT:]:
                self._remove(number)

    def _read(self, number: int) -> Backup | None:
        text = self._note(number).read_bytes()
        try:
            note = json.loads(text)
            return Backup(
                number=number,
                wrote=str(note["wrote"]),
                previous=str(note["previous"]),
                existed=bool(note["existed"]),
                content=self._content(number),
            )
        except (ValueError, KeyError, TypeError):
            return None

    def _numbers(self) -> list[int]:
        try:
            names = [entry.name for entry in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        stems = (
            name.removesuffix(".json").removeprefix("config-") for name in names if name.endswith(".json")
        )
        return [int(stem) for stem in stems if stem.isdecimal()]

    def _remove(self, number: int) -> None:
        self._note(number).unlink(missing_ok=True)
        self._content(number).unlink(missing_ok=True)

    def _note(self, number: int) -> Path:
        return self._folder / f"config-{number:06d}.json"

    def _content(self, number: int) -> Path:
        return self._folder / f"config-{number:06d}.yaml"


def digest(data: bytes, *, existed: bool = True) -> str:
    """What tells one state of the file from another; a file that is not there has its own."""
    return f"sha256:{sha256(data).hexdigest()}" if existed else "absent"
