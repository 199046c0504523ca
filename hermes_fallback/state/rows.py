"""A content as rows of tables, and rows as a content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from hermes_fallback.model.bench import Bench, Lesson, Subject
from hermes_fallback.model.reason import Reason
from hermes_fallback.state.content import Content, Lease
from hermes_fallback.state.protocol import Unmatched

__all__ = ["TABLES", "Row", "Rows", "content_of", "rows_of"]

Row = tuple[str | float | None, ...]
Rows = Mapping[Row, Row]
"""The rows of one table: the cells that name each, and the others."""

_T = TypeVar("_T")

_SUBJECT = ("host", "credential", "model", "link")
_BENCH = ("reason", "since", "until", "is_given", "strikes", "config")

TABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "benches": (_SUBJECT, _BENCH),
        "credentials": (_SUBJECT, _BENCH),
        "leases": (_SUBJECT, ("owner", "since", "until")),
        "lessons": (("link",), ("context_length", "tools", "images", "at")),
        "unmatched": (
            ("digest",),
            ("provider", "status", "exception", "text", "count", "first", "last"),
        ),
        "resets": (_SUBJECT, ("generation",)),
    }
)
"""The columns of each table: those that name a row, and the others."""


def rows_of(content: Content) -> Mapping[str, Rows]:
    """*content* as the rows of each table."""
    return {
        "benches": _bench_rows(content.benches),
        "credentials": _bench_rows(content.credentials),
        "leases": {key: (each.owner, each.since, each.until) for key, each in content.leases.items()},
        "lessons": {
            (key,): (each.context_length, each.tools, each.images, each.at)
            for key, each in content.lessons.items()
        },
        "unmatched": {(key,): _unmatched_row(each) for key, each in content.unmatched.items()},
        "resets": {key: (generation,) for key, generation in content.resets.items()},
    }


def content_of(tables: Mapping[str, Iterable[tuple[Any, ...]]]) -> Content:
    """The content whose rows these are.

    Raises:
        ValueError, TypeError: somebody else has written them.
    """
    return Content(
        benches=_benches(tables["benches"]),
        credentials=_benches(tables["credentials"]),
        leases={
            Subject(*key): Lease(owner=str(owner), since=float(since), until=float(until))
            for *key, owner, since, until in tables["leases"]
        },
        lessons={
            link: Lesson(
                context_length=_or_none(int, length),
                tools=_or_none(bool, tools),
                images=_or_none(bool, images),
                at=_or_none(float, at),
            )
            for link, length, tools, images, at in tables["lessons"]
        },
        unmatched={key: _unmatched(row) for key, *row in tables["unmatched"]},
        resets={Subject(*key): int(generation) for *key, generation in tables["resets"]},
    )


def _bench_rows(benches: Mapping[Subject, Bench]) -> Rows:
    return {
        subject: (each.reason.value, each.since, each.until, each.is_given, each.strikes, each.config)
        for subject, each in benches.items()
    }


def _benches(rows: Iterable[tuple[Any, ...]]) -> dict[Subject, Bench]:
    return {bench.subject: bench for bench in map(_bench, rows)}


def _bench(row: tuple[Any, ...]) -> Bench:
    *key, reason, since, until, is_given, strikes, config = row
    return Bench(
        subject=Subject(*key),
        reason=Reason(reason),
        since=float(since),
        until=float(until),
        is_given=bool(is_given),
        strikes=int(strikes),
        config=str(config),
    )


def _unmatched_row(seen: Unmatched) -> Row:
    return seen.provider, seen.status, seen.exception, seen.text, seen.count, seen.first, seen.last


def _unmatched(row: list[Any]) -> Unmatched:
    provider, status, exception, text, count, first, last = row
    return Unmatched(
        provider=str(provider),
        status=_or_none(int, status),
        exception=_or_none(str, exception),
        text=str(text),
        count=int(count),
        first=float(first),
        last=float(last),
    )


def _or_none(kind: Callable[[Any], _T], cell: Any) -> _T | None:
    return None if cell is None else kind(cell)
