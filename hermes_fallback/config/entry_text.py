"""An entry of the chain as text: one that is new, in the style of its siblings, or one that moves, with its comments."""

from __future__ import annotations

from collections.abc import Sequence

from hermes_fallback.config.chain_plan import Holder, Part, Shape
from hermes_fallback.config.document import Document
from hermes_fallback.config.layout import (
    BlockList,
    Cell,
    cell_end,
    content_end,
    cut_block,
    cut_flow,
    lead_start,
    shifted,
)
from hermes_fallback.config.lines import BREAK
from hermes_fallback.config.mapping_text import MappingText
from hermes_fallback.config.style import Style, entry, flow, is_json, style_of
from hermes_fallback.config.tree import Kind, Node
from hermes_fallback.config.values import find
from hermes_fallback.errors import InvalidFile

__all__ = ["EntryText", "pair_of"]


class EntryText:
    """Writes single entries for one document, and knows where those that stand have their lines."""

    def __init__(self, document: Document, mapping: MappingText, holders: Sequence[Holder]) -> None:
        self._document = document
        self._mapping = mapping
        self._lines = mapping.lines
        self._text = document.source.text
        self._nodes = [node for holder in holders for node in holder.entries]
        self._style = self._entry_style()

    def cells(
        self, parts: Sequence[Part], *, column: int, gap: int, newline: str, home: Holder | None = None
    ) -> list[Cell]:
        """Cells for all *parts*, those of *home* included; comments beside other keys come along."""
        cells: list[int | Cell] = [self.cell(part, column, gap, newline) for part in parts]
        commented = self.with_key_comment(parts, cells, home, column, newline)
        return [cell for cell in commented if isinstance(cell, Cell)]

    def items(self, parts: Sequence[Part]) -> list[str]:
        """Each of *parts* as it stands between brackets."""
        return [self.item(part) for part in parts]

    def item(self, part: Part) -> str:
        """*part* as it stands between brackets."""
        if part.node is None:
            return flow(part.fields, self._style)
        if part.holder is None or part.holder.shape is not Shape.FLOW:
            raise self.refusal("an entry written with dashes cannot move into brackets", part.node)
        return self._text[part.node.start : part.node.end]

    def with_key_comment(
        self, parts: Sequence[Part], cells: list[int | Cell], home: Holder | None, column: int, newline: str
    ) -> list[int | Cell]:
        """*cells* with the comment beside a key that goes set above the first entry that leaves it."""
        told: set[str] = set()
        result: list[int | Cell] = []
        for part, cell in zip(parts, cells, strict=True):
            holder = part.holder
            comment = ""
            if isinstance(cell, Cell) and holder and holder is not home and holder.key not in told:
                told.add(holder.key)
                comment = self.key_comment(holder)
            result.append(_below(comment, cell, column, newline))
        return result

    def key_comment(self, holder: Holder) -> str:
        """The comment that stands on the key's own line."""
        name, value = pair_of(holder)
        at = value.end if value.flow else self._mapping.colon(name)
        rest = self._text[at : self._lines.end(at)].strip()
        return rest if rest.startswith("#") else ""

    def block(self, holder: Holder) -> BlockList:
        """The list with dashes that *holder* has."""
        name, value = pair_of(holder)
        return cut_block(self._lines, value, self._lines.after(self._mapping.colon(name)))

    def mapping_lines(self, holder: Holder) -> tuple[int, int]:
        """The lines of a single block mapping, comments of its own included."""
        name, value = pair_of(holder)
        first = self._lines.start(value.start)
        if self._text[first : value.start].strip(" "):
            raise self.refusal("the mapping begins on a line with something else", value)
        column = self._lines.column(value.start)
        start = lead_start(self._lines, first, self._lines.after(self._mapping.colon(name)))
        return start, cell_end(self._lines, content_end(self._text, value), column - 1)

    def refusal(self, what: str, node: Node) -> InvalidFile:
        """An error for what cannot be written, at *node*."""
        return self._document.refusal(
            f"the chain cannot be edited here: {what}", node, hint="hermes config edit"
        )

    def cell(self, part: Part, column: int, gap: int, newline: str) -> Cell:
        """*part* with a dash at *column* and its keys *gap* columns further, its own comments with it."""
        if part.holder is None:
            return Cell(text=newline.join(self._new_lines(part, column, gap)))
        if part.holder.shape is Shape.BLOCK:
            block = self.block(part.holder)
            return Cell(text=shifted(block.cells[part.index].text, column - block.column, newline))
        if part.holder.shape is Shape.MAPPING:
            return Cell(text=self._dashed_mapping(part.holder, column, gap, newline))
        return Cell(text=self._dashed_flow(part, column, gap, newline))

    def _new_lines(self, part: Part, column: int, gap: int) -> list[str]:
        mappings = [node for node in self._nodes if node.kind is Kind.MAPPING]
        if mappings and all(node.flow for node in mappings):
            return [" " * column + "-" + " " * (gap - 1) + flow(part.fields, self._style)]
        return entry(part.fields, column=column, gap=gap, style=self._style)

    def _dashed_mapping(self, holder: Holder, column: int, gap: int, newline: str) -> str:
        _, value = pair_of(holder)
        start, stop = self.mapping_lines(holder)
        first = self._lines.start(value.start)
        own = self._lines.column(value.start)
        ending = len(self._lines.ending(stop - 1))
        lead, body = self._text[start:first], self._text[first : stop - ending]
        moved = shifted(body, column + gap - own, newline)
        dashed = " " * column + "-" + " " * (gap - 1) + moved[column + gap :]
        return shifted(lead, column - own, newline) + dashed

    def _dashed_flow(self, part: Part, column: int, gap: int, newline: str) -> str:
        holder = part.holder
        if holder is None or part.node is None:
            return ""
        _, value = pair_of(holder)
        layout = cut_flow(self._lines, value)
        if layout is None:
            raise self.refusal("comments stand among entries that share lines", value)
        cell = layout.cells[part.index]
        first, *rest = BREAK.split(cell.inner)
        shift = column + gap - self._lines.column(part.node.start)
        text = [
            " " * column + "-" + " " * (gap - 1) + first,
            *(shifted(line, shift, newline) for line in rest),
        ]
        text[-1] += cell.tail
        above = BREAK.split(cell.text[: len(cell.text) - len(cell.inner)])[:-1]
        return newline.join([*(" " * column + line.strip() for line in above), *text])

    def _entry_style(self) -> Style:
        root = self._document.root
        if is_json(root):
            return Style(json=True)
        if any(node.kind is Kind.MAPPING for node in self._nodes):
            return style_of(self._nodes, self._text)
        model = find(root, "model") if root else None
        return Style(quote=style_of([model[1]], self._text).quote) if model else Style()


def _below(comment: str, cell: int | Cell, column: int, newline: str) -> int | Cell:
    if isinstance(cell, Cell) and comment:
        return Cell(text=" " * column + comment + newline + cell.text)
    return cell


def pair_of(holder: Holder) -> tuple[Node, Node]:
    """The key and the value of a chain key that stands in the file."""
    if holder.name is None or holder.value is None:
        msg = f"`{holder.key}` stands nowhere"
        raise ValueError(msg)
    return holder.name, holder.value
