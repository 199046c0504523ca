"""Menu: rows under a filter, and a cursor on one of those it lets through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar, cast

from hermes_fallback.cli.prompts.protocol import Row
from hermes_fallback.cli.views.canvas import cells

__all__ = ["Menu"]

T = TypeVar("T")


class Menu(Generic[T]):
    """A list that is being chosen from. *shown* are the rows that `typed` lets through, *at* is the cursor's."""

    def __init__(self, rows: Sequence[Row[T]], *, start: int = 0, free_text: str | None = None) -> None:
        self.rows = tuple(rows)
        self.typed = ""
        self.shown = self.rows
        self.at = self._start = start
        self.text_cells = max((cells(row.text) for row in rows), default=0)
        self.most_lines = len(list(self.lines())) + (free_text is not None)
        self._free_text = free_text
        self._own: Row[T] | None = None
        self._lowered = [f"{row.text} {row.note} {row.also}".lower() for row in rows]
        self._place = {row.text: place for place, row in enumerate(rows)}
        self._names = [_names(row) for row in rows]

    def filter(self, typed: str) -> None:
        """Let through the rows that have every word of *typed*; the cursor goes to the one of that name, if any.

        Else it goes to what was typed, where that can be chosen and is a whole name of its own, such as `gpt-5` beside
        `gpt-5.5`; else to the first whose name begins so, and else to the first.
        """
        words = typed.lower().split()
        found = [
            row
            for row, text in zip(self.rows, self._lowered, strict=True)
            if all(word in text for word in words)
        ]
        self.typed, self._own = typed, self._own_row(typed.strip())
        self.shown = (self._own, *found) if self._own else tuple(found)
        self.at = self._home(typed.strip(), has_found=bool(found))

    def _own_row(self, name: str) -> Row[T] | None:
        if self._free_text is None or not name or name in self._place:
            return None
        return Row(cast("T", name), self._free_text.replace("{}", name))

    def _home(self, name: str, *, has_found: bool) -> int:
        if not name:
            return self._start
        if name in self._place:
            return self.shown.index(self.rows[self._place[name]])
        return self._nearest(name.lower(), 1 if self._own and has_found else 0)

    def _nearest(self, name: str, first: int) -> int:
        by_row = dict(zip(map(id, self.rows), self._names, strict=True))
        names = [by_row.get(id(row), frozenset()) for row in self.shown]
        exact = (at for at, each in enumerate(names) if name in each)
        begun = [at for at, each in enumerate(names) if any(word.startswith(name) for word in each)]
        is_own = bool(begun and self._own and any(_is_whole(name, word) for word in names[begun[0]]))
        return next(exact, 0 if is_own else next(iter(begun), first))

    def move(self, by: int) -> None:
        """Put the cursor *by* rows further down, or up, as far as there are rows."""
        self.at = max(0, min(self.at + by, len(self.shown) - 1))

    @property
    def current(self) -> Row[T] | None:
        """The row the cursor is on; None where nothing is shown."""
        return self.shown[self.at] if self.shown else None

    @property
    def answer(self) -> str:
        """What choosing the current row answers, in words."""
        if self.current is None or self.current is self._own:
            return self.typed.strip()
        return self.current.text

    def lines(self) -> Iterator[str | int]:
        """The indices of the rows that are shown, each group's heading before its first."""
        group = ""
        for index, row in enumerate(self.shown):
            if row.group not in {group, ""}:
                yield row.group
            group = row.group
            yield index


def _is_whole(name: str, longer: str) -> bool:
    """True where *longer* begins with *name*, and goes on neither within a word nor within the same path."""
    if not (longer.startswith(name) and name[-1].isalnum()):
        return False
    follows = longer[len(name) : len(name) + 1]
    return follows != "/" and not (name[-1].isalpha() and follows.isalpha())


def _names(row: Row[T]) -> frozenset[str]:
    """What *row* is called: its text, the part of it before a comma, and the words of `also`."""
    text = row.text.lower()
    return frozenset([text, text.partition(",")[0], *row.also.lower().split()])
