"""What can be asked, whichever kind of terminal it is asked on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

__all__ = ["BACK", "Back", "Check", "Prompts", "Row", "fault_in"]

BACK = "<"
"""Typed alone, it goes back wherever that is offered."""

T = TypeVar("T")

Check = Callable[[str], str | None]
"""What is wrong with an answer, or None."""


class Back(Exception):
    """The person wants the question before this one."""


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """One line of a list: what choosing it gives, its text, a *note* beside it, the heading it stands under.

    It is found by the words of *also*, too, which are not shown.
    """

    value: T
    text: str
    note: str = ""
    group: str = ""
    also: str = ""


class Prompts(Protocol):
    """Questions on stderr, answers from the terminal.

    Each raises `KeyboardInterrupt` on Ctrl-C, on Escape, and on Ctrl-D where nothing is typed, and `Back` where
    *can_go_back* is True and `<` is typed alone.
    """

    def choose(
        self,
        question: str,
        rows: Sequence[Row[T]],
        *,
        start: int = 0,
        can_go_back: bool = False,
        free_text: str | None = None,
        hint: str = "",
    ) -> T:
        """The value of one of *rows*, which typing filters; the cursor is on row *start* at first.

        With *free_text*, a label such as "use `{}` as typed", what was typed can be chosen too, where it is no
        row's text; then the values are text.
        """

    def act(
        self, title: Sequence[str], rows: Sequence[Row[T]], keys: Mapping[str, str], *, start: int = 0
    ) -> tuple[str, int]:
        """The key that was pressed, and the index of the row the cursor was on; 0 where there are no *rows*.

        *keys* maps single characters, and `enter`, to what each of them does.
        """

    def text(
        self,
        question: str,
        *,
        default: str = "",
        check: Check | None = None,
        can_go_back: bool = False,
        hint: str = "",
    ) -> str:
        """What was typed, without blanks around it; asked until *check* finds nothing wrong."""

    def secret(
        self, question: str, *, check: Check | None = None, can_go_back: bool = False, hint: str = ""
    ) -> str:
        """The same, and never shown; unseen characters, which copying adds to a key, are for *check* to judge."""

    def confirm(self, question: str, *, default: bool, can_go_back: bool = False) -> bool:
        """True for yes; Enter alone means *default*."""

    def waiting(self, what: str) -> AbstractContextManager[None]:
        """Say *what* is waited for while the body runs."""


def fault_in(typed: str) -> str | None:
    """What is wrong with *typed* as an answer to anything, or None: keys can turn into control characters."""
    return None if typed.isprintable() else "there are control characters in it"
