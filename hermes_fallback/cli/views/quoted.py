"""A line of a file, shown with a caret under the place that is meant."""

from __future__ import annotations

from collections.abc import Iterator

from hermes_fallback.cli.views.canvas import Canvas, cells

__all__ = ["quoted_lines"]


def quoted_lines(text: str, line: int | None, column: int | None, canvas: Canvas) -> Iterator[str]:
    """*text* behind its number, and a caret under the column; a long line is shown around it."""
    lead = f"  {line or ''} | "
    room = max((canvas.width or 120) - len(lead), 10)
    at = min(column or 1, len(text) + 1) - 1
    start = max(0, at - room + 10) if len(text) > room else 0
    yield lead + canvas.plain(text[start : start + room])
    if column:
        gap = " " * cells(canvas.plain(text[start:at]))
        yield " " * (len(lead) - 2) + "| " + gap + canvas.paint("^", "red")
