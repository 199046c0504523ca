"""Marks that tell a provider which beginnings of a prompt to keep for the next request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hermes_fallback.model.route import Route

__all__ = ["bare", "limit", "mark", "wants_marks"]

_FIELD = "cache_control"
_MOST = 4
"""So many marks are taken: platform.claude.com, prompt caching, 2026-11."""
_UNMARKED = frozenset({"thinking", "redacted_thinking"})
Block = dict[str, Any]


def wants_marks(route: Route) -> bool:
    """True where the model of *route* caches what is marked."""
    return bool(route.demands.cache_marks) and route.model.startswith(route.demands.cache_marks)


def limit(groups: Iterable[Sequence[Block]]) -> bool:
    """True where the caller has marked blocks of *groups*; of more than are taken, the first lose their marks."""
    marks = [block for group in groups for block in group if _FIELD in block]
    for block in marks[:-_MOST]:
        del block[_FIELD]
    return bool(marks)


def mark(head: Sequence[Block], turns: Sequence[Sequence[Block]]) -> None:
    """Mark the end of the *head*, which stays the same, and the ends of the last of *turns*."""
    for group in (head, *turns[1 - _MOST :]):
        for block in reversed(group):
            if block.get("type") not in _UNMARKED:
                block[_FIELD] = {"type": "ephemeral"}
                break


def bare(block: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The fields of a block but for its mark, for who does not know it."""
    return ((name, value) for name, value in block if name != _FIELD)
