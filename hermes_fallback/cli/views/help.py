"""Help pages: what a command is for, what it takes, and examples to copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hermes_fallback.cli.views.canvas import Canvas, cells

__all__ = ["Page", "page_text"]

Row = tuple[str, str]

_WIDEST_TERM = 28
_INDENT = "  "
_JOINED = " \\"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The help of one command; rows are (term, explanation)."""

    usage: str
    about: str
    commands: tuple[Row, ...] = ()
    arguments: tuple[Row, ...] = ()
    options: tuple[Row, ...] = ()
    global_options: tuple[Row, ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def sections(self) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """The titled lists of the page, in order."""
        return (
            ("Commands", self.commands),
            ("Arguments", self.arguments),
            ("Options", self.options),
            ("Global options", self.global_options),
        )


def page_text(page: Page, canvas: Canvas) -> str:
    """*page* as text, folded to the canvas."""
    return "\n".join(_lines(page, canvas))


def _lines(page: Page, canvas: Canvas) -> Iterator[str]:
    yield canvas.fold(page.usage, first=canvas.paint("Usage:", "bold") + " ", indent=_INDENT * 2)
    for paragraph in page.about.split("\n\n"):
        yield ""
        yield canvas.fold(" ".join(paragraph.split()))
    for title, rows in page.sections:
        if rows:
            yield from ("", canvas.paint(f"{title}:", "bold"))
            yield from _table(rows, canvas)
    if page.examples:
        yield from ("", canvas.paint("Examples:", "bold"))
        yield from (_example(example, canvas) for example in page.examples)


def _example(example: str, canvas: Canvas) -> str:
    """A line to copy; where it does not fit, several that the shell joins again."""
    if canvas.width is None or canvas.fits(_INDENT, example):
        return _INDENT + example
    narrower = canvas.but(width=canvas.width - len(_JOINED))
    folded = narrower.fold(example, first=_INDENT, indent=_INDENT * 2)
    return folded.replace("\n", f"{_JOINED}\n")


def _table(rows: tuple[Row, ...], canvas: Canvas) -> Iterator[str]:
    """Terms and their explanations side by side, or one below the other where the page is narrow."""
    room = _WIDEST_TERM if canvas.width is None else min(_WIDEST_TERM, canvas.width // 3)
    column = max((cells(term) for term, _ in rows if cells(term) <= room), default=room)
    margin = " " * (column + 4)
    for term, text in rows:
        if cells(term) <= column:
            yield canvas.fold(text, first=f"{_INDENT}{term:<{column}}  ", indent=margin).rstrip()
        else:
            yield _INDENT + term
            yield canvas.fold(text, first=margin, indent=margin)
