"""Single values set, added and removed by their dotted path; the rest of the text stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hermes_fallback.config import keypath
from hermes_fallback.config.document import Document
from hermes_fallback.config.keypath import Step
from hermes_fallback.config.layout import Splice, cell_end, content_end, splice
from hermes_fallback.config.lines import Lines
from hermes_fallback.config.mapping_text import MappingText
from hermes_fallback.config.style import Style, flow, indent_of, is_json, scalar
from hermes_fallback.config.tree import Kind, Node, same, uncollected
from hermes_fallback.config.values import value_of
from hermes_fallback.errors import InvalidFile, UsageError

__all__ = ["set_values"]

_BY_HAND = "make this change by hand: hermes config edit"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """How far a path leads into the document: the last node on it, its key, what holds it, and the steps left."""

    node: Node | None
    name: Node | None = None
    holder: Node | None = None
    holder_name: Node | None = None
    left: tuple[Step, ...] = ()


@uncollected
def set_values(document: Document, values: Mapping[str, object | None]) -> bytes:
    """The file with each dotted path set to its value; None removes the key. Missing parents are created.

    A text under `model:` becomes the mapping's `default` when one of its keys is set. What is so already is not
    touched: without any difference these are the document's own bytes.

    Raises:
        InvalidFile: this file cannot be edited safely there; says where and what to do.
        UsageError: a path is none, or leads through a value that is no mapping.
    """
    for dotted, value in values.items():
        steps = keypath.split(dotted)
        splices = _Writer(document).set(steps, value)
        if splices:
            document.check_loadable()
            document = _proved(document, splices, steps, value)
    return document.data


class _Writer:
    """Writes one change of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.source.text
        self._lines = Lines(self._text)
        self._json = is_json(document.root)

    def set(self, steps: tuple[Step, ...], value: object | None) -> list[Splice]:
        place = self._reach(steps)
        if value is None:
            return [] if place.left else self._remove(place)
        if not place.left:
            return self._replace(place, value)
        return self._add(place, steps, value)

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
            raise self._document.refusal(
                f"the value here is an alias of `&{node.anchor}`",
                node,
                why="an edit inside it would change the other place too",
                hint=_BY_HAND,
            )
        if isinstance(step, int):
            inside = node.kind is Kind.SEQUENCE and step < len(node.items)
            return (None, node.items[step]) if inside else None
        pairs = [pair for pair in node.pairs if pair[0].value == step] if node.kind is Kind.MAPPING else []
        if len(pairs) > 1:
            second = pairs[1][0]
            raise self._document.refusal(
                f"`{step}` stands twice", second, hint="join them into one: hermes config edit"
            )
        return pairs[0] if pairs else None

    def _replace(self, place: _Place, value: object) -> list[Splice]:
        node = place.node
        if node is None:
            return []
        old = value_of(node, self._document.source)
        if type(old) is type(value) and old == value:
            return []
        if node.items:
            kind = "a mapping" if node.kind is Kind.MAPPING else "a list"
            raise UsageError(f"the value on line {node.line} is {kind}, not a single value", hint=_BY_HAND)
        if node.kind is not Kind.ALIAS and node.anchor:
            raise self._document.refusal(
                f"the value here carries the anchor `&{node.anchor}`", node, hint=_BY_HAND
            )
        text = flow(value, Style(quote=node.style if node.style in {'"', "'"} else "", json=self._json))
        if node.bare:
            if place.name is None:
                raise self._document.refusal("an entry here is empty", node, hint=_BY_HAND)
            colon = MappingText(self._document).colon(place.name)
            return [Splice(colon, colon, f" {text}")]
        return [Splice(node.start, content_end(self._text, node), text + self._header_comment(node))]

    def _header_comment(self, node: Node) -> str:
        """The comment that stands behind the `|` of a block scalar."""
        if node.style not in {"|", ">"}:
            return ""
        _, mark, comment = self._text[node.start : self._lines.end(node.start)].partition(" #")
        return f"  #{comment}" if mark else ""

    def _remove(self, place: _Place) -> list[Splice]:
        node, name, holder = place.node, place.name, place.holder
        if node is None or name is None or holder is None:
            raise UsageError("only a key can be removed this way", hint=_BY_HAND)
        mapping = MappingText(self._document, holder, self._lines)
        if holder.flow:
            return mapping.remove(name, node)
        start, _ = mapping.span(name, 0)
        last = max(content_end(self._text, node), name.end)
        stop = cell_end(self._lines, last, self._lines.column(name.start))
        if len(holder.items) > 2 or holder is self._document.root:
            return [Splice(start, stop, "")]
        if place.holder_name is None or holder.anchor or holder.tag:
            raise self._document.refusal("this is the only key of its mapping", name, hint=_BY_HAND)
        colon = mapping.colon(place.holder_name)
        return [Splice(colon, colon, " {}"), Splice(start, stop, "")]

    def _add(self, place: _Place, steps: tuple[Step, ...], value: object) -> list[Splice]:
        keys = [step for step in place.left if isinstance(step, str)]
        if len(keys) < len(place.left):
            raise UsageError(
                f"`{keypath.join(steps)}` is not in the file", hint="an entry of a list must exist"
            )
        node = place.node
        if node is None or (node.kind is Kind.MAPPING and node.items):
            return self._append(node, keys, value)
        if place.name is None:
            raise UsageError(f"`{keypath.join(steps)}` leads into a value that is no mapping", hint=_BY_HAND)
        if not _is_empty(node):
            return self._from_scalar(place, place.name, node, steps, keys, value)
        return self._fill(place, place.name, node, keys, value)

    def _append(self, node: Node | None, keys: Sequence[str], value: object) -> list[Splice]:
        mapping = MappingText(self._document, node, self._lines)
        if node is not None and node.flow:
            return mapping.append_flow(keys[0], self._flow(keys[1:], value))
        return mapping.append_lines(mapping.newline.join(self._nested(keys, value, mapping.column)))

    def _fill(
        self, place: _Place, name: Node, node: Node, keys: Sequence[str], value: object
    ) -> list[Splice]:
        if node.kind is Kind.ALIAS or node.anchor or node.tag:
            raise self._document.refusal("the empty value here is not plain", node, hint=_BY_HAND)
        mapping = MappingText(self._document, place.holder, self._lines)
        in_flow = place.holder is not None and place.holder.flow
        if in_flow or "#" in self._text[node.start : node.end]:
            return self._in_place(mapping.colon(name), node, self._flow(keys, value))
        column = self._lines.column(name.start) + indent_of(self._document.root)
        return mapping.below(name, node, self._nested(keys, value, column))

    def _in_place(self, colon: int, node: Node, text: str) -> list[Splice]:
        if node.bare:
            return [Splice(colon, colon, f" {text}")]
        if node.kind is Kind.MAPPING:
            return [Splice(node.start + 1, node.start + 1, text[1:-1])]
        return [Splice(node.start, node.end, text)]

    def _from_scalar(
        self,
        place: _Place,
        name: Node,
        node: Node,
        steps: tuple[Step, ...],
        keys: Sequence[str],
        value: object,
    ) -> list[Splice]:
        """The model's bare name becomes the `default` of a mapping that has room for more."""
        is_model = place.holder is self._document.root and steps[0] == "model"
        if node.kind is not Kind.SCALAR or node.anchor or node.tag or not is_model:
            where = keypath.join(steps[: len(steps) - len(place.left)])
            raise UsageError(
                f"`{where}` holds a single value, so nothing can be set inside it",
                hint=f"unset `{where}` first",
            )
        token = self._text[node.start : node.end]
        if node.style in {"|", ">"} or len(token.splitlines()) > 1:
            token = scalar(node.value, Style(json=self._json))
        if place.holder is not None and place.holder.flow:
            kept = "" if keys == ["default"] else f"{scalar('default', Style(json=self._json))}: {token}, "
            return [Splice(node.start, node.end, f"{{{kept}{self._flow(keys, value)[1:-1]}}}")]
        column = self._lines.column(name.start) + indent_of(self._document.root)
        kept_lines = [] if keys == ["default"] else [f"{' ' * column}default: {token}"]
        mapping = MappingText(self._document, place.holder, self._lines)
        return mapping.below(name, node, [*kept_lines, *self._nested(keys, value, column)])

    def _flow(self, keys: Sequence[str], value: object) -> str:
        for key in reversed(keys):
            value = {key: value}
        return flow(value, Style(json=self._json))

    def _nested(self, keys: Sequence[str], value: object, column: int) -> list[str]:
        """The lines of `a:` over `b:` over `c: value`, the first at *column*."""
        step = indent_of(self._document.root)
        style = Style(json=self._json)
        lines = [f"{' ' * (column + step * depth)}{scalar(key, style)}:" for depth, key in enumerate(keys)]
        lines[-1] += f" {flow(value, style)}"
        return lines


def _proved(
    document: Document, splices: Sequence[Splice], steps: tuple[Step, ...], value: object | None
) -> Document:
    """The new document, once it is seen to differ from the old one at *steps* and nowhere else."""
    try:
        text = splice(document.source.text, splices)
        after = Document.parse(document.source.encode(text), document.path)
    except (InvalidFile, ValueError) as error:
        raise _unproved(document, splices, getattr(error, "what", None)) from None
    marks_are_same = document.tree.marks == after.tree.marks or document.root is None or after.root is None
    if not (marks_are_same and _differs_only(document.root, after.root, steps, value, after)):
        raise _unproved(document, splices, None)
    return after


def _differs_only(
    old: Node | None, new: Node | None, steps: tuple[Step, ...], value: object | None, after: Document
) -> bool:
    if not steps:
        return new is None if value is None else _has_value(new, value, after)
    if new is None:
        return value is None and old is not None and len(old.items) == 2
    if isinstance(steps[0], int):
        return _items_differ_only(old, new, steps, value, after)
    if not _same_container(old, new):
        return False
    before, was = _without(old, steps[0])
    rest, now = _without(new, steps[0])
    if old is not None and old.kind is Kind.SCALAR and not _is_empty(old):
        kept = [(name.value, child.value) for name, child in rest]
        return (kept == [("default", old.value)] or not kept) and _differs_only(
            None, now, steps[1:], value, after
        )
    alike = len(before) == len(rest) and all(
        same(one[0], other[0]) and same(one[1], other[1]) for one, other in zip(before, rest, strict=True)
    )
    return alike and new.kind is Kind.MAPPING and _differs_only(was, now, steps[1:], value, after)


def _items_differ_only(
    old: Node | None, new: Node, steps: tuple[Step, ...], value: object | None, after: Document
) -> bool:
    index = steps[0]
    if old is None or not isinstance(index, int) or len(old.items) != len(new.items):
        return False
    others = zip(old.items, new.items, strict=True)
    alike = all(same(one, other) for i, (one, other) in enumerate(others) if i != index)
    return alike and _differs_only(old.items[index], new.items[index], steps[1:], value, after)


def _without(node: Node | None, key: Step) -> tuple[list[tuple[Node, Node]], Node | None]:
    """The pairs of *node* but the one of *key*, and its value."""
    pairs = node.pairs if node is not None and node.kind is Kind.MAPPING else []
    found = [value for name, value in pairs if name.value == key]
    return [pair for pair in pairs if pair[0].value != key], found[-1] if found else None


def _has_value(node: Node | None, value: object, after: Document) -> bool:
    if node is None:
        return False
    read = value_of(node, after.source)
    return type(read) is type(value) and read == value


def _same_container(old: Node | None, new: Node) -> bool:
    """True unless a mapping that held something, and still does, is written in another way."""
    if old is None or old.kind is not Kind.MAPPING or not (old.items and new.items):
        return True
    return (old.anchor, old.tag, old.flow) == (new.anchor, new.tag, new.flow)


def _is_empty(node: Node) -> bool:
    if node.kind is Kind.SCALAR:
        return node.plain and node.value in _NULLS
    return node.kind is not Kind.ALIAS and not node.items


def _unproved(document: Document, splices: Sequence[Splice], why: str | None) -> InvalidFile:
    line = Lines(document.source.text).number(min(change.start for change in splices))
    return document.source.invalid(
        "this cannot be changed without touching something else",
        line=line,
        why=why or "nothing was changed",
        hint=_BY_HAND,
    )
