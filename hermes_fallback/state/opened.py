"""The state of a home, opened once in each process."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from threading import Lock

from hermes_fallback.errors import UsageError
from hermes_fallback.state.kept import KeptState
from hermes_fallback.state.memory import MemoryStore
from hermes_fallback.state.pooled import Pools
from hermes_fallback.state.protocol import State
from hermes_fallback.state.sqlite import SqliteStore

__all__ = ["open_state"]

_SQLITE = "sqlite"
_KEPT_OPEN = 16
"""A process has one home, or a few; a program that opens many must not run out of files."""
_lock = Lock()


def open_state(folder: str | None, kind: str = _SQLITE, *, pools: Pools | None = None) -> State:
    """The state in the *folder* `fallback/` of a home, the same object for all who ask; None: a new one, in memory.

    Benches of credentials that stand in *pools* are kept there. Nothing is made before there is something to keep.

    Raises:
        UsageError: *kind* is not `sqlite`.
    """
    if folder is None:
        return KeptState(MemoryStore())
    if kind != _SQLITE:
        scheme, mark, _ = kind.partition("://")  # what follows may hold a password
        raise UsageError(
            f"`fallback.state: {scheme}{mark and '://…'}` is not available yet",
            hint="hermes config set fallback.state sqlite",
            kind="not-available",
        )
    with _lock:
        return _shared(os.path.abspath(folder), pools)


@lru_cache(_KEPT_OPEN)
def _shared(folder: str, pools: Pools | None) -> State:
    return KeptState(SqliteStore(Path(folder, "state.db")), pools)
