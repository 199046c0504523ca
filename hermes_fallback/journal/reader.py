"""What the journal tells: receipts of past turns, the newest first, and no more of them read than are asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from hermes_fallback.errors import SystemRefused
from hermes_fallback.journal.document import receipt_of
from hermes_fallback.journal.files import files_of
from hermes_fallback.model.receipt import Receipt

__all__ = ["receipts", "receipts_of", "receipts_since"]

_BLOCK_BYTES = 64 * 1024
_DISORDER_S = 60.0
"""So much earlier may one turn have ended than the turn whose line stands before it: clocks are set, groups wait."""


def receipts(folder: str | Path) -> Iterator[Receipt]:
    """Every turn in *folder* once, as its last line has it; the one written last comes first.

    Lines that are no receipts, such as a killed writer's last, are passed over.

    Raises:
        SystemRefused: a file is there and cannot be read.
    """
    seen: set[str] = set()
    for line in _all_lines(folder):
        receipt = _receipt(line)
        if receipt and receipt.turn not in seen:
            seen.add(receipt.turn)
            yield receipt


def receipts_of(folder: str | Path, turn: str) -> tuple[Receipt, ...]:
    """The turn whose id *turn* is, else every one whose id begins with it, the newest first."""
    found = tuple(each for each in receipts(folder) if each.turn.startswith(turn))
    return tuple(each for each in found if each.turn == turn) or found


def receipts_since(folder: str | Path, time: float) -> tuple[Receipt, ...]:
    """The turns that ended at *time* (seconds since the epoch) or later, in the order they began."""
    found = []
    for each in receipts(folder):
        ended = each.began_at + each.ms / 1000
        if ended < time - _DISORDER_S:
            break
        if ended >= time:
            found.append(each)
    return tuple(sorted(found, key=lambda each: each.began_at))


def _receipt(line: bytes) -> Receipt | None:
    try:
        return receipt_of(json.loads(line))
    except (ValueError, RecursionError):
        return None


def _all_lines(folder: str | Path) -> Iterator[bytes]:
    for path in files_of(Path(folder)):
        try:
            yield from _lines(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise SystemRefused(
                f"the journal `{path}` cannot be read", why=error.strerror, kind="journal"
            ) from None


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, the last one first, read block by block from its end."""
    with path.open("rb") as file:
        start, rest = file.seek(0, os.SEEK_END), b""
        while start:
            length = min(start, _BLOCK_BYTES)
            start = file.seek(start - length)
            rest, *whole = (file.read(length) + rest).split(b"\n")
            yield from reversed(whole)
        yield rest
