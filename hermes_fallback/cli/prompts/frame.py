"""Frame: a menu as the lines of a window, however small; each a list of styles and texts."""

from __future__ import annotations

from collections.abc import Sequence

from prompt_toolkit.utils import get_cwidth

from hermes_fallback.cli.prompts.menu import Menu
from hermes_fallback.cli.prompts.protocol import Row
from hermes_fallback.cli.views.canvas import Canvas

__all__ = ["CURSOR", "Line", "clip", "folded", "footer", "menu_lines", "question_lines"]

Line = list[tuple[str, str]]

CURSOR = ("[SetCursorPosition]", "")
_MARK = "? "
_MOST_ROWS = 15
_FEWEST_ROWS = 3
_LEAST_NOTE = 4
"""Columns; what is left of a note in fewer says nothing."""


def clip(text: str, width: int) -> str:
    """*text* in *width* columns: whole where it fits, else ending in `…`."""
    if get_cwidth(text) <= width:
        return text
    while text and get_cwidth(text) >= width:
        text = text[:-1]
    return f"{text}…"


def folded(canvas: Canvas, text: str, style: str, *, first: str = "", indent: str = "") -> list[Line]:
    """*text* from anywhere, between words and, where a word is wider than the page, within it."""
    lines = canvas.fold(canvas.plain(text), first=first, indent=indent).split("\n")
    return [[(style, part)] for line in lines for part in _parts(line, canvas.width or len(line) + 1)]


def _parts(line: str, width: int) -> list[str]:
    parts = [""]
    for char in line:
        if get_cwidth(parts[-1]) + get_cwidth(char) > width:
            parts.append("")
        parts[-1] += char
    return parts


def question_lines(canvas: Canvas, question: str, answer: str, *, is_done: bool) -> list[Line]:
    """*question*, and behind it what was answered; before that, what is typed, as much of its end as fits."""
    lines = folded(canvas, question, "class:question", first=_MARK, indent="  ")
    lines[0] = [("class:qmark", _MARK), ("class:question", lines[0][0][1].removeprefix(_MARK))]
    answer = canvas.plain(answer)
    width = canvas.width or 0
    room = width - sum(get_cwidth(text) for _, text in lines[-1]) - 2
    if answer and room <= get_cwidth(answer):
        if is_done:
            return lines + folded(canvas, answer, "class:answer", first="  ", indent="  ")
        lines.append([])
        room = width - 2
    if answer:
        lines[-1].append(("class:answer", "  " + _tail(answer, room - 1)))
    lines[-1].append(CURSOR)
    return lines


def _tail(text: str, width: int) -> str:
    if get_cwidth(text) <= width:
        return text
    while text and get_cwidth(text) >= width:
        text = text[1:]
    return f"…{text}"


def footer(canvas: Canvas, keys: Sequence[str], *, hint: str = "", fault: str = "") -> list[Line]:
    """What is wrong, what helps, and the *keys*, none of which is broken at the end of a line."""
    shown = ", ".join(key.replace(" ", "\N{NO-BREAK SPACE}") for key in keys)
    lines = folded(canvas, shown, "class:footer")
    if hint:
        lines = folded(canvas, hint, "class:footer") + lines
    if fault:
        lines = folded(canvas, fault, "class:fault") + lines
    return [[(style, text.replace("\N{NO-BREAK SPACE}", " ")) for style, text in line] for line in lines]


def menu_lines(
    menu: Menu[object], canvas: Canvas, head: list[Line], foot: list[Line], rows: int
) -> list[Line]:
    """*head*, as many rows of *menu* around its cursor as a window of *rows* rows has room for, and *foot*.

    Under that, where there is room left, the note of the current row, if it does not stand beside it whole. The foot
    gives way before the last rows do; its place does not change while the filter does.
    """
    wanted = max(min(menu.most_lines, _MOST_ROWS), 1)
    foot = foot[: max(rows - len(head) - min(wanted, _FEWEST_ROWS), 0)]
    height = max(min(wanted, rows - len(head) - len(foot)), 1)
    body = _rows(menu, canvas, height)
    rest = _rest(menu, canvas)[: max(rows - len(head) - height - len(foot), 0)]
    return [*head, *body, *([[]] * (height - len(body))), *foot, *rest]


def _rows(menu: Menu[object], canvas: Canvas, height: int) -> list[Line]:
    width = canvas.width or 0
    if not menu.shown:
        nothing = f"nothing matches `{menu.typed.strip()}`" if menu.typed else "the list is empty"
        return [[("class:fault", clip(canvas.plain(nothing), width))]]
    lines = list(menu.lines())
    at = lines.index(menu.at)
    top = max(0, min(at - height // 2, len(lines) - height))
    return [_line(menu, line, canvas, width) for line in lines[top : top + height]]


def _rest(menu: Menu[object], canvas: Canvas) -> list[Line]:
    """The note of the current row, folded, where it does not stand beside it whole."""
    row = menu.current
    if row is None or not row.note:
        return []
    shown = _row(row, canvas, canvas.width or 0, pad=menu.text_cells, is_current=True)
    is_whole = shown[-1][1].endswith(canvas.plain(row.note))
    return [] if is_whole else folded(canvas, row.note, "class:note", first="  ", indent="  ")


def _line(menu: Menu[object], line: str | int, canvas: Canvas, width: int) -> Line:
    if isinstance(line, str):
        return [("class:heading", clip(canvas.plain(line), width))]
    return _row(menu.shown[line], canvas, width, pad=menu.text_cells, is_current=line == menu.at)


def _row(row: Row[object], canvas: Canvas, width: int, *, pad: int, is_current: bool) -> Line:
    text = clip(canvas.plain(row.text), width - 2)
    style, mark = ("class:pointer", "> ") if is_current else ("", "  ")
    gap = max(min(pad, width // 2) - get_cwidth(text), 0) + 2
    room = width - 2 - get_cwidth(text) - gap
    note = canvas.plain(row.note)
    if room < min(get_cwidth(note), _LEAST_NOTE):
        return [(style, mark + text)]
    return [(style, mark + text), ("class:note", " " * gap + clip(note, room))]
