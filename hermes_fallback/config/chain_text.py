"""The changes of text that carry out a plan for the chain, and touch nothing that is not part of its keys."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hermes_fallback.config.chain_plan import Holder, Part, Shape
from hermes_fallback.config.document import Document
from hermes_fallback.config.entry_text import EntryText, pair_of
from hermes_fallback.config.layout import (
    FlowLines,
    FlowRun,
    Splice,
    content_end,
    cut_flow,
)
from hermes_fallback.config.mapping_text import MappingText
from hermes_fallback.config.style import list_offset_of
from hermes_fallback.config.tree import Kind, Node
from hermes_fallback.model.chain import CURRENT_KEY, LEGACY_KEY

__all__ = ["ChainText"]


class ChainText:
    """Writes the lists of one document; each method returns splices and changes nothing itself."""

    def __init__(self, document: Document, holders: Sequence[Holder]) -> None:
        self._mapping = MappingText(document)
        self._entries = EntryText(document, self._mapping, holders)
        self._lines = self._mapping.lines
        self._text = document.source.text
        self._root = document.root
        self._is_flow = self._root is not None and self._root.flow

    def rename(self, holder: Holder) -> list[Splice]:
        """The legacy key under its current name, quoted as it is."""
        name, _ = pair_of(holder)
        token = self._text[name.start : name.end]
        return [Splice(name.start, name.end, token.replace(LEGACY_KEY, CURRENT_KEY))]

    def rewrite(self, target: Holder, parts: Sequence[Part], *, as_list: bool = False) -> list[Splice]:
        """*target* holding *parts* and nothing else; a mapping that stays alone is listed only if *as_list*."""
        if target.shape is Shape.ABSENT:
            return self._create(parts) if parts else []
        if not parts:
            return self._empty(target)
        if len(parts) == 1 and parts[0].node is target.value and not as_list:
            return []
        if target.shape is Shape.BLOCK:
            return self._write_block(target, parts)
        if target.shape is Shape.MAPPING:
            return self._list_mapping(target, parts)
        return self._write_flow(target, parts) if target.shape is Shape.FLOW else self._fill(target, parts)

    def retire(self, legacy: Holder, leftovers: Sequence[Part]) -> list[Splice]:
        """The legacy key gone, or holding only *leftovers*."""
        if legacy.shape is Shape.ABSENT or len(leftovers) == len(legacy.entries) > 0:
            return []
        if leftovers:
            return self.rewrite(legacy, leftovers)
        name, value = pair_of(legacy)
        if self._is_flow:
            return self._mapping.remove(name, value)
        start, stop = self._mapping.span(name, self._stop(legacy))
        return [Splice(start, stop, self._loose_comments(legacy))]

    def _create(self, parts: Sequence[Part]) -> list[Splice]:
        if self._is_flow:
            return self._mapping.append_flow(CURRENT_KEY, f"[{', '.join(self._entries.items(parts))}]")
        indent = self._mapping.column
        column = indent + list_offset_of(self._root)
        newline = self._mapping.newline
        cells = self._entries.cells(parts, column=column, gap=2, newline=newline)
        lines = [f"{' ' * indent}{CURRENT_KEY}:", *(cell.text for cell in cells)]
        return self._mapping.append_lines(newline.join(lines))

    def _empty(self, target: Holder) -> list[Splice]:
        _, value = pair_of(target)
        if target.shape is Shape.BLOCK:
            block = self._entries.block(target)
            return [self._insert_empty(target, block.start), Splice(block.start, block.end, block.write([]))]
        if target.shape is Shape.MAPPING:
            start, stop = self._entries.mapping_lines(target)
            return [self._insert_empty(target, start), Splice(start, stop, "")]
        if value.kind is Kind.SEQUENCE and not value.items:
            return []
        opening = self._after_properties(value)
        if value.bare:
            return [Splice(opening, opening, " []")]
        return [Splice(opening, content_end(self._text, value), "[]")]

    def _insert_empty(self, target: Holder, limit: int) -> Splice:
        name, value = pair_of(target)
        at = self._after_properties(value) if value.anchor or value.tag else self._mapping.colon(name)
        return Splice(min(at, limit), min(at, limit), " []")

    def _write_block(self, target: Holder, parts: Sequence[Part]) -> list[Splice]:
        block = self._entries.block(target)
        cells = [
            part.index
            if part.holder is target
            else self._entries.cell(part, block.column, block.gap, block.newline)
            for part in parts
        ]
        cells = self._entries.with_key_comment(parts, cells, target, block.column, block.newline)
        return [Splice(block.start, block.end, block.write(cells))]

    def _list_mapping(self, target: Holder, parts: Sequence[Part]) -> list[Splice]:
        name, value = pair_of(target)
        start, stop = self._entries.mapping_lines(target)
        column = self._lines.column(name.start) + list_offset_of(self._root)
        newline = self._lines.newline(value.start)
        cells = self._entries.cells(parts, column=column, gap=2, newline=newline, home=target)
        return [self._mapping.put(start, stop, [cell.text for cell in cells], newline)]

    def _fill(self, target: Holder, parts: Sequence[Part]) -> list[Splice]:
        name, value = pair_of(target)
        within = self._text[value.start : value.end]
        if self._is_flow or value.anchor or value.tag or "#" in within:
            return self._fill_flow(target, parts)
        column = self._lines.column(name.start) + list_offset_of(self._root)
        newline = self._lines.newline(name.start)
        cells = self._entries.cells(parts, column=column, gap=2, newline=newline)
        return self._mapping.below(name, value, [cell.text for cell in cells])

    def _fill_flow(self, target: Holder, parts: Sequence[Part]) -> list[Splice]:
        name, value = pair_of(target)
        items = ", ".join(self._entries.items(parts))
        if value.kind is Kind.SEQUENCE:
            opening = self._after_properties(value) + 1
            return [Splice(opening, opening, items)]
        if value.bare:
            colon = self._mapping.colon(name)
            return [Splice(colon, colon, f" [{items}]")]
        return [Splice(value.start, value.end, f"[{items}]")]

    def _write_flow(self, target: Holder, parts: Sequence[Part]) -> list[Splice]:
        _, value = pair_of(target)
        layout = cut_flow(self._lines, value)
        if layout is None:
            raise self._entries.refusal("comments stand among entries that share lines", value)
        if self._wants_block(target, parts):
            return self._reblock(target, parts, layout)
        cells = [
            part.index if part.holder is target else layout.new(self._entries.item(part)) for part in parts
        ]
        written = layout.write(cells)
        if value.kind is Kind.MAPPING:
            written = f"[{written}]"
        return [Splice(layout.start, layout.end, written)]

    def _wants_block(self, target: Holder, parts: Sequence[Part]) -> bool:
        """True when an entry with dashes, or with comments, has to move into brackets, which cannot hold it."""
        comers = {part.holder.key: part.holder for part in parts if part.holder and part.holder is not target}
        return not self._is_flow and any(
            holder.shape is not Shape.FLOW or self._entries.key_comment(holder) for holder in comers.values()
        )

    def _reblock(self, target: Holder, parts: Sequence[Part], layout: FlowLines | FlowRun) -> list[Splice]:
        name, value = pair_of(target)
        around = self._text[value.start : layout.start] + self._text[layout.end : value.end]
        loose = "".join(cell.gap for cell in layout.cells)
        if value.anchor or value.tag or "#" in around or "#" in loose:
            raise self._entries.refusal("its entries cannot be moved out of the brackets", value)
        column = self._lines.column(name.start) + list_offset_of(self._root)
        newline = self._lines.newline(value.start)
        cells = self._entries.cells(parts, column=column, gap=2, newline=newline, home=target)
        return self._mapping.below(name, value, [cell.text for cell in cells])

    def _loose_comments(self, holder: Holder) -> str:
        """The comments in a list that no entry owns; they stay when it goes."""
        if holder.shape is not Shape.BLOCK:
            return ""
        name, _ = pair_of(holder)
        block = self._entries.block(holder)
        head = self._text[self._lines.after(name.start) : block.start]
        return (head if head.strip() else "") + block.loose

    def _stop(self, holder: Holder) -> int:
        """Where the key's last own line ends."""
        _, value = pair_of(holder)
        if holder.shape is Shape.BLOCK:
            return self._entries.block(holder).end
        if holder.shape is Shape.MAPPING:
            return self._entries.mapping_lines(holder)[1]
        return self._lines.after(content_end(self._text, value))

    def _after_properties(self, value: Node) -> int:
        """The index behind an anchor and a tag: where the value itself begins."""
        found = (
            re.compile(r"(?:[&!]\S*\s*)*").match(self._text, value.start)
            if value.anchor or value.tag
            else None
        )
        end = found.end() if found else value.start
        if value.flow or value.kind is Kind.SCALAR:
            return end
        return value.start + len(self._text[value.start : end].rstrip())
