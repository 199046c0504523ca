"""Where the entries of a list stand in the text, which comments are theirs, and the list written anew.

A list is cut into cells. A cell is an entry with its own comments: the comment lines directly above it, and those
directly below that are indented deeper than its dash. What stands between two cells (blank lines, comments apart
from any entry) is a gap. When entries move, cells move and gaps stay; when one leaves, a blank gap leaves with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hermes_fallback.config.lines import BREAK, Lines
from hermes_fallback.config.tree import Kind, Node

__all__ = [
    "BlockList",
    "Cell",
    "FlowLines",
    "FlowRun",
    "Splice",
    "cell_end",
    "content_end",
    "cut_block",
    "cut_flow",
    "lead_start",
    "shifted",
    "skip",
    "splice",
]

_SPACE = r"[ \t\r\n\x85\u2028\u2029]"
_COMMENT = rf"(?:(?<={_SPACE})|(?<![^\n]))#[^\r\n\x85\u2028\u2029]*+"
_SKIP = re.compile(rf"(?:{_SPACE}++|{_COMMENT})*+")
_SKIP_PROPERTIES = re.compile(rf"(?:{_SPACE}++|{_COMMENT}|[&!][^ \t\r\n]*+)*+")
_HEADER = re.compile(r"(?:[&!]\S*\s+)*[|>]([-+0-9]*)")
_BREAKS = "\r\n\x85\u2028\u2029"
_BLANKS = " \t" + _BREAKS
_AFTER_ITEM = re.compile(r"(?:[ \t]*,)?(?P<tail>[ \t]*(?:#[^\r\n]*)?)")


@dataclass(frozen=True, slots=True)
class Splice:
    """*text* in place of what stands from *start* to *end*."""

    start: int
    end: int
    text: str


def splice(text: str, splices: Sequence[Splice]) -> str:
    """*text* with all *splices* made; they do not overlap. Of two at one place the first comes first."""
    parts: list[str] = []
    at = 0
    for change in sorted(splices, key=lambda change: (change.start, change.end)):
        if change.start < at:
            msg = "two changes of one text overlap"
            raise ValueError(msg)
        parts += text[at : change.start], change.text
        at = change.end
    return "".join((*parts, text[at:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """An entry's own text, and the gap before it."""

    text: str
    """Its lines, without the last break; in flow style without the comma."""
    gap: str = ""
    tail: str = ""
    """What follows the comma on its last line, in flow style."""
    ending: str = ""
    """Its last line's break; empty at the end of the text, and for a cell that is new."""
    inner: str = ""
    """The entry alone, in flow style."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockList:
    """A list with dashes, cut into cells; it fills the text from `start` to `end`."""

    start: int
    end: int
    cells: tuple[Cell, ...]
    column: int
    """Of the dashes, from 0."""
    gap: int
    """Columns from a dash to its entry."""
    newline: str
    inline: str | None = None
    """What stands between the colon and a first dash on the same line, as after `? key`."""

    def write(self, cells: Sequence[int | Cell]) -> str:
        """The text of the list made of *cells*: numbers are its own, in any order, others are new."""
        lead, placed, trail = _placed(self.cells, cells, _blank_separator(self.cells))
        ends_open = bool(self.cells) and not self.cells[-1].ending
        text = lead
        for i, cell in enumerate(placed):
            last = i == len(placed) - 1 and not trail and ends_open
            text += cell.gap + cell.text + ("" if last else cell.ending or self.newline)
        if self.inline is not None and cells:
            kept = cells[0] == 0 and not lead
            text = self.inline + text[self.column :] if kept else self.newline + text
        return text + trail

    @property
    def loose(self) -> str:
        """The comments between the cells that are no entry's own."""
        return "".join(cell.gap for cell in self.cells if cell.gap.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLines:
    """A list in brackets with each entry on lines of its own; `start` to `end` are those lines."""

    start: int
    end: int
    cells: tuple[Cell, ...]
    indent: str
    newline: str
    ends_with_comma: bool

    def write(self, cells: Sequence[int | Cell]) -> str:
        """The lines of *cells*, with a comma after each but the last, or after each, as it was."""
        lead, placed, trail = _placed(self.cells, cells, "")
        text = lead
        for i, cell in enumerate(placed):
            comma = "," if i < len(placed) - 1 or self.ends_with_comma else ""
            text += cell.gap + cell.text + comma + cell.tail + (cell.ending or self.newline)
        return text + trail

    def new(self, item: str) -> Cell:
        """A cell for *item*, indented as the others are."""
        return Cell(text=self.indent + item, inner=item)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRun:
    """A list in brackets that is written in a run; `start` to `end` is from the first entry to the last."""

    start: int
    end: int
    cells: tuple[Cell, ...]
    separator: str

    def write(self, cells: Sequence[int | Cell]) -> str:
        """*cells* with commas between, spaced as they were."""
        kept = sum(isinstance(cell, int) for cell in cells)
        gaps = [self.cells[i].gap for i in sorted(cell for cell in cells if isinstance(cell, int))]
        text, used = "", 0
        for i, cell in enumerate(cells):
            own = isinstance(cell, int) and 0 < used < kept
            text += (gaps[used] if own else self.separator) if i else ""
            text += self.cells[cell].text if isinstance(cell, int) else cell.text
            used += isinstance(cell, int)
        return text

    def new(self, item: str) -> Cell:
        """A cell for *item*."""
        return Cell(text=item, inner=item)


def skip(text: str, index: int) -> int:
    """The first index from *index* on that is neither blank nor in a comment."""
    found = _SKIP.match(text, index)
    return found.end() if found else index


def content_end(text: str, node: Node) -> int:
    """The index behind the last character that is part of *node*'s own content."""
    while node.items and not node.flow:
        node = node.items[-1]
    return _block_scalar_end(text, node) if node.style in ("|", ">") else node.end


def _block_scalar_end(text: str, node: Node) -> int:
    header = _HEADER.match(text, node.start)
    keeps = header is not None and "+" in header[1]  # then trailing blank lines are content
    end = node.end
    while end > node.start and text[end - 1] in (" \t" if keeps else _BLANKS):
        end -= 1
    if keeps and text[end - 1] in _BREAKS:
        end -= 2 if text[end - 2 : end] == "\r\n" else 1
    return end


def lead_start(lines: Lines, index: int, floor: int) -> int:
    """The start of the comment lines that stand directly above the line starting at *index*, down to *floor*."""
    while index > floor:
        above = lines.start(index - 1)
        if above < floor or not lines.text[above:index].lstrip(" \t").startswith("#"):
            break
        index = above
    return index


def cell_end(lines: Lines, last: int, column: int) -> int:
    """The start of the first line that is no more part of an entry whose content ends at *last*.

    Comment lines that follow directly, indented deeper than *column*, are.
    """
    stop = lines.after(last)
    while stop < len(lines.text):
        after = lines.after(stop)
        line = lines.text[stop:after]
        body = line.lstrip(" \t")
        if not body.startswith("#") or len(line) - len(body) <= column:
            break
        stop = after
    return stop


def shifted(text: str, columns: int, newline: str) -> str:
    """*text* with each line moved *columns* to the right, or to the left as far as it goes."""
    return newline.join(_moved(line, columns) for line in BREAK.split(text)) if columns else text


def _moved(line: str, columns: int) -> str:
    if not line.strip():
        return line
    if columns > 0:
        return " " * columns + line
    return line[min(-columns, len(line) - len(line.lstrip(" "))) :]


def cut_block(lines: Lines, node: Node, floor: int) -> BlockList:
    """The cells of the block list *node*; comments above *floor* are not its own."""
    text = lines.text
    dashes = _dashes(text, node)
    column = lines.column(dashes[0])
    first_line = lines.start(dashes[0])
    is_inline = bool(text[first_line : dashes[0]].strip(" \t"))
    cells: list[Cell] = []
    at = start = dashes[0] if is_inline else lead_start(lines, first_line, floor)
    for item, dash in zip(node.items, dashes, strict=True):
        begin = at if is_inline and not cells else lead_start(lines, lines.start(dash), at)
        stop = cell_end(lines, max(content_end(text, item), dash + 1), column)
        ending = lines.ending(stop - 1)
        own = text[begin : stop - len(ending)]
        pad = " " * column if is_inline and not cells else ""
        cells.append(Cell(gap=text[at:begin], text=pad + own, ending=ending))
        at = stop
    before = text[first_line : dashes[0]]
    inline = before[len(before.rstrip(" \t")) :] if is_inline else None
    return BlockList(
        start=start - len(inline or ""),
        end=at,
        cells=tuple(cells),
        column=column,
        gap=_dash_gap(lines, node, dashes),
        newline=lines.newline(dashes[-1]),
        inline=inline,
    )


def cut_flow(lines: Lines, node: Node) -> FlowLines | FlowRun | None:
    """The cells of the entries in brackets of *node*, or of *node* alone if it is a mapping in braces.

    None when comments stand between entries that share lines, so that nobody can say whose they are.
    """
    items = node.items if node.kind is Kind.SEQUENCE else [node]
    if node.kind is Kind.SEQUENCE and (found := _cut_lines(lines, node)) is not None:
        return found
    text = lines.text
    cells: list[Cell] = []
    at = items[0].start
    for item in items:
        if _has_comment(text[at : item.start]):
            return None
        own = text[item.start : item.end]
        cells.append(Cell(gap=text[at : item.start] if cells else "", text=own, inner=own))
        at = item.end
    if node.kind is Kind.SEQUENCE and _has_comment(text[at : node.end]):
        return None
    separator = cells[1].gap if len(cells) > 1 else ", "
    return FlowRun(start=items[0].start, end=at, cells=tuple(cells), separator=separator)


def _cut_lines(lines: Lines, node: Node) -> FlowLines | None:
    """The cells of a list in brackets, if each entry has its lines to itself."""
    text = lines.text
    floor = lines.after(text.index("[", node.start))
    first, last = lines.start(node.items[0].start), node.items[-1]
    if first < floor:
        return None
    start = at = lead_start(lines, first, floor)
    cells: list[Cell] = []
    for item in node.items:
        cell = _line_cell(lines, item, at)
        if cell is None:
            return None
        cells.append(cell)
        at = lines.after(item.end)
    return FlowLines(
        start=start,
        end=at,
        cells=tuple(cells),
        indent=text[lines.start(last.start) : last.start],
        newline=lines.newline(last.start),
        ends_with_comma="," in text[last.end : at].split("#")[0],
    )


def _line_cell(lines: Lines, item: Node, at: int) -> Cell | None:
    """The cell of *item*, which follows the one that ends at *at*; None if it shares a line."""
    text = lines.text
    line = lines.start(item.start)
    behind = _AFTER_ITEM.match(text, item.end)
    if line < at or text[line : item.start].strip() or not behind or behind.end() != lines.end(item.end):
        return None
    begin = lead_start(lines, line, at)
    return Cell(
        gap=text[at:begin],
        text=text[begin : item.end],
        tail=behind["tail"],
        ending=lines.ending(item.end),
        inner=text[item.start : item.end],
    )


def _has_comment(text: str) -> bool:
    return re.search(r"(?:^|\s)#", text) is not None


def _dashes(text: str, node: Node) -> list[int]:
    """The index of each item's dash."""
    found: list[int] = []
    properties = _SKIP_PROPERTIES.match(text, node.start)
    at = properties.end() if properties else node.start
    for item in node.items:
        at = skip(text, at)
        if text[at : at + 1] != "-":
            msg = f"no dash at {at}"
            raise ValueError(msg)
        found.append(at)
        at = max(content_end(text, item), at + 1)
    return found


def _dash_gap(lines: Lines, node: Node, dashes: list[int]) -> int:
    """Columns from dash to key, as the last entry has it that begins on its dash's line."""
    for item, dash in zip(reversed(node.items), reversed(dashes), strict=True):
        if item.kind is Kind.MAPPING and item.items and not item.flow:
            return max(lines.column(item.items[0].start) - lines.column(dash), 2)
    return 2


def _placed(own: Sequence[Cell], wanted: Sequence[int | Cell], separator: str) -> tuple[str, list[Cell], str]:
    """What leads, the cells in their new order with the gaps before them, and what trails."""
    kept = {cell for cell in wanted if isinstance(cell, int)}
    gaps: list[str] = []
    pending = ""
    for i, cell in enumerate(own):
        pending = _joined(pending, cell.gap)
        if i in kept:
            gaps.append(pending)
            pending = ""
    lead = gaps[0] if gaps and gaps[0].strip() else ""
    trail = pending if pending.strip() else ""
    placed: list[Cell] = []
    used = 0
    for want in wanted:
        cell = own[want] if isinstance(want, int) else want
        between = gaps[used] if isinstance(want, int) and used else separator
        used += isinstance(want, int)
        placed.append(replace(cell, gap=between if placed else ""))
    return lead, placed, trail


def _joined(one: str, other: str) -> str:
    """The gap that is left when the cell between two gaps goes."""
    if one.strip() and other.strip():
        return one + other
    if one.strip() or other.strip():
        return one if one.strip() else other
    return max(one, other, key=len)


def _blank_separator(cells: Sequence[Cell]) -> str:
    """Blank lines, where each entry is set off by them; else nothing."""
    gaps = [cell.gap for cell in cells[1:]]
    return gaps[-1] if gaps and all(gap and not gap.strip() for gap in gaps) else ""
