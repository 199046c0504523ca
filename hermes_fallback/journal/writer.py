"""Journal: where the receipts of turns go. A turn never waits for it, and never fails because of it."""

from __future__ import annotations

import atexit
import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from hermes_fallback.journal.document import document_of
from hermes_fallback.journal.files import FILE_BYTES, append
from hermes_fallback.masking import mask_keys, mask_shapes, mask_values
from hermes_fallback.model.receipt import Receipt
from hermes_fallback.secret import Secret

__all__ = ["Journal", "open_journal"]

_LOG = logging.getLogger(__name__)
_SCHEMA = 1
_GROUP_S = 0.1
_LONGEST_QUEUE = 10_000
"""Receipts that wait for a disk that does not answer; beyond it the oldest go."""
_PROSE = frozenset({"detail", "what"})
"""Fields in anybody's words, where a long run of random characters may be a secret of whatever make."""


class Journal:
    """The receipts of one home, written in groups by a thread of its own; for any number of threads.

    *folder* is made at the first write; None keeps nothing.
    """

    def __init__(self, folder: str | Path | None, *, file_bytes: int = FILE_BYTES) -> None:
        self._folder = None if folder is None else Path(folder)
        self._file_bytes = file_bytes
        self._has_complained = False
        self.begin()

    def begin(self) -> None:
        """Forget what waits and the thread it waits for: in a fork's child they are the parent's."""
        self._queue: deque[tuple[Receipt, tuple[Secret, ...]]] = deque(maxlen=_LONGEST_QUEUE)
        self._filled = threading.Event()
        self._committing = threading.Lock()
        self._starting = threading.Lock()
        self._has_thread = False

    def write(self, receipt: Receipt, secrets: Iterable[Secret] = ()) -> None:
        """Have *receipt* written within a tenth of a second, with stars for each of *secrets* in it.

        The same turn may be written again as it goes on: its last line counts.
        """
        if self._folder is None:
            return
        self._queue.append((receipt, tuple(secrets)))
        self._filled.set()
        if not self._has_thread:
            self._start()

    def flush(self) -> None:
        """Write what waits, now; returns when it is in the file, or the file has refused it."""
        with self._committing:
            waiting = [self._queue.popleft() for _ in range(len(self._queue))]
            if self._folder is None or not waiting:
                return
            last = {receipt.turn: (receipt, secrets) for receipt, secrets in waiting}
            lines = "".join(f"{_line(receipt, secrets)}\n" for receipt, secrets in last.values())
            try:
                append(self._folder, lines.encode(), file_bytes=self._file_bytes)
            except OSError as error:
                self._complain(error)

    def _start(self) -> None:
        with self._starting:
            if self._has_thread:
                return
            thread = threading.Thread(target=self._commit_groups, name="hermes-journal", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the interpreter ends, or there are too many threads
                self.flush()
            else:
                self._has_thread = True

    def _commit_groups(self) -> None:
        while self._filled.wait():
            time.sleep(_GROUP_S)
            self._filled.clear()  # before the queue is read, so that what comes meanwhile is seen the next time
            self.flush()

    def _complain(self, error: OSError) -> None:
        if not self._has_complained:
            self._has_complained = True
            _LOG.warning(
                "receipts of turns cannot be kept in %s: %s",
                self._folder,
                error.strerror or type(error).__name__,
            )


_OPEN: dict[str, Journal] = {}


def open_journal(folder: str | Path | None) -> Journal:
    """The journal in *folder*, one for all of this process, flushed at its end; for None one that keeps nothing."""
    if folder is None:
        return Journal(None)
    path = os.path.abspath(folder)
    return _OPEN.get(path) or _OPEN.setdefault(path, Journal(path))


def _all(do: Callable[[Journal], None]) -> None:
    for journal in tuple(_OPEN.values()):
        do(journal)


atexit.register(_all, Journal.flush)
os.register_at_fork(after_in_child=lambda: _all(Journal.begin))


def _line(receipt: Receipt, secrets: tuple[Secret, ...]) -> str:
    document = {"schema": _SCHEMA, **document_of(receipt)}
    return json.dumps(_masked(document, secrets), separators=(",", ":"))


def _masked(value: object, secrets: tuple[Secret, ...], name: str = "") -> object:
    """*value* with stars for *secrets* and for whatever is shaped like one, all the way down."""
    if isinstance(value, Mapping):
        return {key: _masked(each, secrets, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_masked(each, secrets) for each in value]
    if not isinstance(value, str):
        return value
    value = mask_values(value, secrets)
    return mask_shapes(value) if name in _PROSE else mask_keys(value)
