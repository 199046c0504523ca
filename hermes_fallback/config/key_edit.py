"""Single values set, added and removed by their dotted path; the rest of the text stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hermes_fallback.config import keypath
from hermes_fallback.config.document import Document
from hermes_fallback.config.key_text import BY_HAND, KeyText, is_empty, is_same_value
from hermes_fallback.config.keypath import Step
from hermes_fallback.config.layout import Splice, splice
from hermes_fallback.config.lines import Lines
from hermes_fallback.config.tree import Kind, Node, same, uncollected
from hermes_fallback.config.values import value_of
from hermes_fallback.errors import InvalidFile

__all__ = ["set_value", "set_values", "unset_value"]

_GONE = object()
"""In place of a value: there is to be none."""


@uncollected
def set_values(document: Document, values: Mapping[str, object | None]) -> bytes:
    """The file with each dotted path set to its value; None removes the key. Missing parents are created.

    A text under `model:` becomes the mapping's `default` when one of its keys is set. What is so already is not
    touched: without any difference these are the document's own bytes.

    Raises:
        InvalidFile: this file cannot be edited safely there; says where and what to do.
        NotFound: a path names an item that is not in its list.
        UsageError: a path is none, or a single value would replace a mapping or a list.
    """
    for dotted, value in values.items():
        document = _changed(document, keypath.split(dotted), _GONE if value is None else value)
    return document.data


@uncollected
def set_value(document: Document, dotted: str, value: object) -> bytes:
    """The file with *dotted* set to *value*, be it a list, a mapping or None, which is YAML's null.

    Raises:
        FallbackError: as `set_values` does.
    """
    return _changed(document, keypath.split(dotted), value).data


@uncollected
def unset_value(document: Document, dotted: str) -> bytes:
    """The file without the key or the item *dotted*; its own bytes where there is none.

    Raises:
        InvalidFile: it cannot be removed safely, or comes from a merged mapping; says where and what to do.
        UsageError: *dotted* is no path.
    """
    after = _changed(document, keypath.split(dotted), _GONE)
    left = document.get(dotted) if after is document else None
    if left is not None:
        raise document.source.invalid(
            f"`{dotted}` comes from a merged mapping (`<<`) or an alias",
            line=left.line,
            column=left.column,
            why="removing it there would change the other place too",
            hint=BY_HAND,
        )
    return after.data


def _changed(document: Document, steps: tuple[Step, ...], value: object) -> Document:
    """*document* itself where it is so already."""
    writer = KeyText(document)
    try:
        splices = writer.remove(steps) if value is _GONE else writer.set(steps, value)
    except ValueError:  # the text is not laid out as any list we know
        raise _unproved(document, (), "its layout is not one we know") from None
    if not splices:
        return document
    document.check_loadable()
    return _proved(document, splices, steps, value)


def _proved(
    document: Document, splices: Sequence[Splice], steps: tuple[Step, ...], value: object
) -> Document:
    """The new document, once it is seen to differ from the old one at *steps* and nowhere else."""
    try:
        text = splice(document.source.text, splices)
        after = Document.parse(document.source.encode(text), document.path)
        after.check_loadable()
    except (InvalidFile, ValueError) as error:
        raise _unproved(document, splices, getattr(error, "what", None)) from None
    marks_are_same = document.tree.marks == after.tree.marks or document.root is None or after.root is None
    if not (marks_are_same and _differs_only(document.root, after.root, steps, value, after)):
        raise _unproved(document, splices, None)
    return after


def _differs_only(
    old: Node | None, new: Node | None, steps: tuple[Step, ...], value: object, after: Document
) -> bool:
    if not steps:
        return new is None if value is _GONE else _has_value(new, value, after)
    if new is None:
        return value is _GONE and old is not None and len(old.items) == 2
    if not _same_container(old, new):
        return False
    if isinstance(steps[0], int):
        return _items_differ_only(old, new, steps, value, after)
    before, was = _without(old, steps[0])
    rest, now = _without(new, steps[0])
    if old is not None and old.kind is Kind.SCALAR and not is_empty(old):
        kept = [(name.value, child.value) for name, child in rest]
        return (kept == [("default", old.value)] or not kept) and _differs_only(
            None, now, steps[1:], value, after
        )
    alike = len(before) == len(rest) and all(
        same(one[0], other[0]) and same(one[1], other[1]) for one, other in zip(before, rest, strict=True)
    )
    return alike and new.kind is Kind.MAPPING and _differs_only(was, now, steps[1:], value, after)


def _items_differ_only(
    old: Node | None, new: Node, steps: tuple[Step, ...], value: object, after: Document
) -> bool:
    """True when the item that *steps* begin with is new, gone, or changed as meant, and all others are the same."""
    index = steps[0]
    if not isinstance(index, int) or new.kind is not Kind.SEQUENCE or not (old is None or _is_list(old)):
        return False
    before, now = list(old.items) if old else [], list(new.items)
    was = before.pop(index) if index < len(before) else None
    goes = value is _GONE and len(steps) == 1
    item = None if goes else now.pop(index) if index < len(now) else None
    alike = len(before) == len(now) and all(map(same, before, now))
    return alike and _differs_only(was, item, steps[1:], value, after)


def _is_list(node: Node) -> bool:
    return node.kind is Kind.SEQUENCE or is_empty(node)


def _without(node: Node | None, key: Step) -> tuple[list[tuple[Node, Node]], Node | None]:
    """The pairs of *node* but the one of *key*, and its value."""
    pairs = node.pairs if node is not None and node.kind is Kind.MAPPING else []
    found = [value for name, value in pairs if name.value == key]
    return [pair for pair in pairs if pair[0].value != key], found[-1] if found else None


def _has_value(node: Node | None, value: object, after: Document) -> bool:
    return node is not None and is_same_value(value_of(node, after.source), value)


def _same_container(old: Node | None, new: Node) -> bool:
    """True unless a mapping or list that held something, and still does, is written in another way."""
    if old is None or not (old.items and new.items):
        return True
    return (old.kind, old.anchor, old.tag, old.flow) == (new.kind, new.anchor, new.tag, new.flow)


def _unproved(document: Document, splices: Sequence[Splice], why: str | None) -> InvalidFile:
    start = min((change.start for change in splices), default=0)
    line = Lines(document.source.text).number(start)
    return document.source.invalid(
        "this cannot be changed without touching something else",
        line=line,
        why=why or "nothing was changed",
        hint=BY_HAND,
    )
