"""Pool order: which credential of a pool is taken first, and whose turn is next."""

from __future__ import annotations

from collections.abc import Sequence

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.pool_entry import PoolEntry
from hermes_fallback.errors import FallbackError

__all__ = ["FILL_FIRST", "STRATEGIES", "note_use", "ordered"]

FILL_FIRST = "fill_first"
STRATEGIES = (FILL_FIRST, "round_robin", "random", "least_used")
"""What `credential_pool_strategies` may say of a provider."""
_PATIENCE_S = 0.5
"""A turn does not wait longer for the lock: whose turn is next is no reason to fail."""


def ordered(entries: Sequence[PoolEntry], strategy: str, *, draw: float) -> tuple[PoolEntry, ...]:
    """*entries*, which stand by priority, in the order in which one step tries them; *draw* is from 0 to 1.

    `round_robin` keeps the priorities, because `note_use` moves whatever was used behind the others.
    """
    if strategy == "random":
        from random import Random  # 3 ms, and few pools are shuffled

        return tuple(Random(draw).sample(entries, len(entries)))  # noqa: S311 it hides nothing
    if strategy == "least_used":
        return tuple(sorted(entries, key=lambda entry: entry.request_count))
    return tuple(entries)


def note_use(auth: AuthFile, provider: str, subject: str, strategy: str) -> None:
    """Remember, for every process, that the credential *subject* of *provider* was used: the next turn is another's.

    Writes nothing where *strategy* does not ask for it, and never raises: a file that cannot be written keeps its
    order.
    """
    if strategy not in {"round_robin", "least_used"}:
        return
    entry = next((each for each in auth.read().pool(provider) if each.subject == subject and each.id), None)
    if entry is None:
        return
    try:
        with auth.locked(timeout_s=_PATIENCE_S) as edit:
            if strategy == "round_robin":
                edit.rotate(provider, entry.id)
            elif now := edit.content.entry(provider, entry.id):
                edit.put(provider, entry.id, {"request_count": now.request_count + 1})
    except FallbackError:
        return
