"""One value set or removed by its path, as changes of text; the rest of the file stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from hermes_fallback.config import keypath
from hermes_fallback.config.document import Document
from hermes_fallback.config.keypath import Step
from hermes_fallback.config.layout import (
    Cell,
    FlowLines,
    FlowRun,
    Splice,
    cell_end,
    content_end,
    cut_block,
    cut_flow,
)
from hermes_fallback.config.lines import Lines
from hermes_fallback.config.mapping_text import MappingText
from hermes_fallback.config.style import (
    Style,
    entry,
    flow,
    indent_of,
    is_json,
    list_offset_of,
    scalar,
    style_of,
)
from hermes_fallback.config.tree import Kind, Node
from hermes_fallback.config.values import find, value_of
from hermes_fallback.errors import InvalidFile, NotFound, UsageError

__all__ = ["BY_HAND", "KeyText", "is_empty", "is_same_value"]

BY_HAND = "make this change by hand: hermes config edit"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """How far a path leads into the document: the last node on it, its key, what holds it, and the steps left."""

    node: Node | None
    name: Node | None = None
    """None for a list's item, and for the whole document."""
    holder: Node | None = None
    holder_name: Node | None = None
    left: tuple[Step, ...] = ()


class KeyText:
    """Writes one change of one document; each method returns splices and changes nothing itself."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.source.text
        self._lines = Lines(self._text)
        self._style = Style(json=is_json(document.root))

    def set(self, steps: tuple[Step, ...], value: object) -> list[Splice]:
        """*value* at *steps*; a list's item may be the one behind its last.

        Raises:
            InvalidFile: the path leads through what cannot be edited in place.
            NotFound: an item on the path is not in its list.
            UsageError: the value there holds more than the new one would replace.
        """
        place = self._reach(steps)
        return self._add(place, steps, value) if place.left else self._replace(place, steps, value)

    def remove(self, steps: tuple[Step, ...]) -> list[Splice]:
        """Nothing at *steps* any more; no splices where there is nothing.

        Raises:
            InvalidFile: it cannot be removed in place.
        """
        place = self._reach(steps)
        if place.left or place.node is None or place.holder is None:
            return []
        if place.name is None:
            return self._remove_item(place.holder, place.holder_name, place.node)
        return self._remove_key(place, place.holder, place.name, place.node)

    def _reach(self, steps: tuple[Step, ...]) -> _Place:
        place = _Place(node=self._document.root, left=steps)
        while place.left and place.node is not None:
            found = self._child(place.node, place.left[0])
            if found is None:
                break
            name, node = found
            place = _Place(
                node=node, name=name, holder=place.node, holder_name=place.name, left=place.left[1:]
            )
        return place

    def _child(self, node: Node, step: Step) -> tuple[Node | None, Node] | None:
        if node.kind is Kind.ALIAS:
            raise self._refusal(
                f"the value here is an alias of `&{node.anchor}`",
                node,
                why="an edit inside it would change the other place too",
            )
        if isinstance(step, int):
            inside = node.kind is Kind.SEQUENCE and step < len(node.items)
            return (None, node.items[step]) if inside else None
        pairs = [pair for pair in node.pairs if pair[0].value == step] if node.kind is Kind.MAPPING else []
        if len(pairs) > 1:
            second = pairs[1][0]
            raise self._refusal(
                f"`{step}` stands twice", second, hint="join them into one: hermes config edit"
            )
        return pairs[0] if pairs else None

    def _replace(self, place: _Place, steps: tuple[Step, ...], value: object) -> list[Splice]:
        node = place.node
        if node is None or is_same_value(value_of(node, self._document.source), value):
            return []
        if node.kind is not Kind.ALIAS and node.anchor:
            raise self._refusal(f"the value here carries the anchor `&{node.anchor}`", node)
        if node.items:
            return self._replace_all(place, node, steps, value)
        comment = self._header_comment(node)
        if place.name is not None and self._is_block(place.holder) and _is_entries(value) and not comment:
            return self._below(place, place.name, node, (), value)
        quote = node.style if node.style in {'"', "'"} and isinstance(value, str) else ""
        text = flow(value, replace(self._style, quote=quote))
        if not node.bare:
            return [Splice(node.start, content_end(self._text, node), text + comment)]
        if place.name is None:
            raise self._refusal("an entry here is empty", node)
        colon = MappingText(self._document, lines=self._lines).colon(place.name)
        return [Splice(colon, colon, f" {text}")]

    def _replace_all(self, place: _Place, node: Node, steps: tuple[Step, ...], value: object) -> list[Splice]:
        """A list in place of a list, or a mapping of a mapping, where no comment would go with it."""
        where = keypath.join(steps)
        wanted = dict if node.kind is Kind.MAPPING else list
        if not isinstance(value, wanted):
            kind = "a mapping" if node.kind is Kind.MAPPING else "a list"
            raise UsageError(
                f"`{where}` holds {kind}, on line {node.line}, and not a single value",
                hint=f"set what is in it, or remove it whole: hermes config unset '{where}'",
            )
        end = content_end(self._text, node)
        if node.flow or place.name is None:
            self._check_no_comment(node, node.start, end)
            return [Splice(node.start, end, flow(value, self._style))]
        mapping = MappingText(self._document, place.holder, self._lines)
        colon = mapping.colon(place.name)
        start, stop = self._lines.after(colon), self._lines.after(end)
        if node.start < start:
            raise self._refusal(f"`{where}` begins on the line of its key", node)
        self._check_no_comment(node, start, end)
        if not _is_entries(value):
            return [Splice(colon, colon, f" {flow(value, self._style)}"), Splice(start, stop, "")]
        column = self._lines.column(place.name.start)
        return [mapping.put(start, stop, self._items(value, column), self._lines.newline(colon))]

    def _check_no_comment(self, node: Node, start: int, end: int) -> None:
        if "#" in self._text[start:end]:
            raise self._refusal("comments stand in the value here, which would be lost", node)

    def _header_comment(self, node: Node) -> str:
        """The comment that stands behind the `|` of a block scalar."""
        if node.style not in {"|", ">"}:
            return ""
        _, mark, comment = self._text[node.start : self._lines.end(node.start)].partition(" #")
        return f"  #{comment}" if mark else ""

    def _remove_key(self, place: _Place, holder: Node, name: Node, node: Node) -> list[Splice]:
        mapping = MappingText(self._document, holder, self._lines)
        if holder.flow:
            return mapping.remove(name, node)
        last = max(content_end(self._text, node), name.end)
        stop = cell_end(self._lines, last, self._lines.column(name.start))
        if self._follows_dash(name) and len(holder.items) > 2:
            return self._remove_first(holder, name, self._lines.after(last))
        start, _ = mapping.span(name, 0)
        if len(holder.items) > 2 or holder is self._document.root:
            return [Splice(start, stop, "")]
        if place.holder_name is None or holder.anchor or holder.tag:
            raise self._refusal("this is the only key of its mapping", name)
        colon = mapping.colon(place.holder_name)
        return [Splice(colon, colon, " {}"), Splice(start, stop, "")]

    def _follows_dash(self, name: Node) -> bool:
        """True for the first key of a list's entry."""
        return self._text[self._lines.start(name.start) : name.start].strip(" ") == "-"

    def _remove_first(self, holder: Node, name: Node, after: int) -> list[Splice]:
        """The key beside a dash gone: the next one takes its place there."""
        following = holder.items[2]
        if self._text[after : following.start].strip():
            raise self._refusal("comments stand below this key", name)
        return [Splice(name.start, following.start, "")]

    def _remove_item(self, holder: Node, name: Node | None, node: Node) -> list[Splice]:
        kept = [i for i, item in enumerate(holder.items) if item is not node]
        if holder.flow:
            layout = self._flow_cells(holder)
            return [Splice(layout.start, layout.end, layout.write(kept))]
        colon = self._colon_of(holder, name)
        block = cut_block(self._lines, holder, self._lines.after(colon))
        gone = Splice(block.start, block.end, block.write(kept))
        return [gone] if kept else [Splice(colon, colon, " []"), gone]

    def _add(self, place: _Place, steps: tuple[Step, ...], value: object) -> list[Splice]:
        node, left = place.node, place.left
        items = node.items if node is not None and node.kind is Kind.SEQUENCE else []
        self._check_indexes(left, steps, len(items))
        if items and node is not None and isinstance(left[0], int):
            return self._append_item(place, node, _wrapped(left[1:], value))
        if node is None or (node.kind is Kind.MAPPING and node.items and isinstance(left[0], str)):
            return self._append(node, left, value)
        if place.name is None or not is_empty(node):
            return self._from_scalar(place, node, steps, value)
        return self._fill(place, place.name, node, value)

    def _check_indexes(self, left: tuple[Step, ...], steps: tuple[Step, ...], length: int) -> None:
        """Nothing, when each list on the way is either there or new, and grows by its next item only."""
        ends = (length, *(0 for _ in left[1:]))
        for step, end in zip(left, ends, strict=True):
            if isinstance(step, int) and step != end:
                raise NotFound(
                    f"`{keypath.join(steps)}` is not in the file",
                    why=f"the list there has {end} item(s)" if end else "there is no list yet",
                    hint=f"[{end}] adds one at its end",
                    kind="unknown-key",
                )

    def _append(self, node: Node | None, left: tuple[Step, ...], value: object) -> list[Splice]:
        key = str(left[0])
        merged = find(node, key) if node is not None and len(left) > 1 else None
        if merged is not None:
            raise self._refusal(
                f"`{key}` comes from a merged mapping (`<<`)",
                merged[0],
                why="a key of its own here would hide all that is merged",
            )
        mapping = MappingText(self._document, node, self._lines)
        if node is not None and node.flow:
            return mapping.append_flow(key, flow(_wrapped(left[1:], value), self._style))
        return mapping.append_lines(mapping.newline.join(self._nested(left, value, mapping.column)))

    def _append_item(self, place: _Place, node: Node, value: object) -> list[Splice]:
        own = range(len(node.items))
        style = replace(style_of(node.items, self._text), json=self._style.json)
        if node.flow:
            layout = self._flow_cells(node)
            text = layout.write([*own, layout.new(flow(value, style))])
            return [Splice(layout.start, layout.end, text)]
        block = cut_block(self._lines, node, self._lines.after(self._colon_of(node, place.name)))
        lines = self._item(value, block.column, block.gap, style)
        return [Splice(block.start, block.end, block.write([*own, Cell(text=block.newline.join(lines))]))]

    def _fill(self, place: _Place, name: Node, node: Node, value: object) -> list[Splice]:
        if node.anchor or node.tag:
            raise self._refusal("the empty value here is not plain", node)
        if self._is_block(place.holder) and "#" not in self._text[node.start : node.end]:
            return self._below(place, name, node, place.left, value)
        text = flow(_wrapped(place.left, value), self._style)
        if node.bare:
            colon = MappingText(self._document, place.holder, self._lines).colon(name)
            return [Splice(colon, colon, f" {text}")]
        if text[0] == self._text[node.start]:
            return [Splice(node.start + 1, node.start + 1, text[1:-1])]
        return [Splice(node.start, node.end, text)]

    def _from_scalar(self, place: _Place, node: Node, steps: tuple[Step, ...], value: object) -> list[Splice]:
        """The model's bare name becomes the `default` of a mapping that has room for more."""
        is_model = place.holder is self._document.root and steps[0] == "model" and isinstance(steps[1], str)
        if node.kind is not Kind.SCALAR or node.anchor or node.tag or not is_model or place.name is None:
            raise self._dead_end(place, node, steps)
        left, style = place.left, self._style
        token = self._text[node.start : node.end]
        if node.style in {"|", ">"} or len(token.splitlines()) > 1:
            token = scalar(node.value, style)
        renamed = left == ("default",)
        if not self._is_block(place.holder):
            kept = "" if renamed else f"{scalar('default', style)}: {token}, "
            return [Splice(node.start, node.end, f"{{{kept}{flow(_wrapped(left, value), style)[1:-1]}}}")]
        column = self._lines.column(place.name.start) + indent_of(self._document.root)
        kept_lines = [] if renamed else [f"{' ' * column}default: {token}"]
        mapping = MappingText(self._document, place.holder, self._lines)
        return mapping.below(place.name, node, [*kept_lines, *self._nested(left, value, column)])

    def _dead_end(self, place: _Place, node: Node, steps: tuple[Step, ...]) -> InvalidFile:
        where = keypath.join(steps[: len(steps) - len(place.left)])
        kinds = {Kind.MAPPING: "a mapping, which has no numbered items", Kind.SEQUENCE: "a list"}
        holds = kinds.get(node.kind, "a single value")
        return self._refusal(
            f"`{where}` holds {holds}, so `{keypath.join(steps)}` cannot be set",
            node,
            hint=f"an item of it is `{where}[0]`"
            if node.kind is Kind.SEQUENCE
            else f"hermes config unset '{where}'",
        )

    def _below(
        self, place: _Place, name: Node, node: Node, left: tuple[Step, ...], value: object
    ) -> list[Splice]:
        """The value of *name* on lines of its own, in place of *node*, which is one word or nothing."""
        column = self._lines.column(name.start)
        if left and isinstance(left[0], str):
            lines = self._nested(left, value, column + indent_of(self._document.root))
        else:
            lines = self._items(_wrapped(left, value), column)
        return MappingText(self._document, place.holder, self._lines).below(name, node, lines)

    def _nested(self, left: tuple[Step, ...], value: object, column: int) -> list[str]:
        """The lines of `a:` over `b:` over `c: value`, the first at *column*."""
        keys = [str(key) for key in takewhile(lambda step: isinstance(step, str), left)]
        value = _wrapped(left[len(keys) :], value)
        step = indent_of(self._document.root)
        lines = [
            f"{' ' * (column + step * depth)}{scalar(key, self._style)}:" for depth, key in enumerate(keys)
        ]
        if _is_entries(value):
            return [*lines, *self._items(value, column + step * (len(keys) - 1))]
        lines[-1] += f" {flow(value, self._style)}"
        return lines

    def _items(self, values: object, column: int) -> list[str]:
        """The lines of a list whose key stands at *column*."""
        dash = column + list_offset_of(self._document.root)
        listed = values if isinstance(values, list) else []
        return [line for value in listed for line in self._item(value, dash, 2, self._style)]

    def _item(self, value: object, column: int, gap: int, style: Style) -> list[str]:
        if isinstance(value, Mapping) and value:
            return entry(value, column=column, gap=gap, style=style)
        return [" " * column + "-" + " " * (gap - 1) + flow(value, style)]

    def _flow_cells(self, node: Node) -> FlowLines | FlowRun:
        layout = cut_flow(self._lines, node)
        if layout is None:
            raise self._refusal("comments stand among items that share lines", node)
        return layout

    def _colon_of(self, node: Node, name: Node | None) -> int:
        if name is None:
            raise self._refusal("this list is an item of another list", node)
        return MappingText(self._document, lines=self._lines).colon(name)

    def _is_block(self, holder: Node | None) -> bool:
        return holder is not None and not holder.flow

    def _refusal(self, what: str, node: Node, why: str | None = None, hint: str = BY_HAND) -> InvalidFile:
        return self._document.refusal(what, node, why=why, hint=hint)


def is_empty(node: Node) -> bool:
    """True for a value that holds nothing: null, `{}`, `[]`."""
    if node.kind is Kind.SCALAR:
        return node.plain and node.value in _NULLS
    return node.kind is not Kind.ALIAS and not node.items


def is_same_value(one: object, other: object) -> bool:
    """True when both are equal and of the same types, all the way down; keys in the same order."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(is_same_value(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same_value, one, other))
    return one == other or (one != one and other != other)  # nan equals not even itself


def _is_entries(value: object) -> bool:
    """True for a list that is written with dashes: one of mappings."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _wrapped(steps: Sequence[Step], value: object) -> object:
    """*value* inside the mappings and lists that *steps* lead through."""
    for step in reversed(steps):
        value = [value] if isinstance(step, int) else {step: value}
    return value
