"""The chain edited in the text of its file: entries keep their own words and comments, all else keeps its bytes.

Every edit is proved before it is handed out: the new text is parsed, and must give the old document's events with
exactly the intended change. An edit that cannot be proved is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hermes_fallback.config.chain_plan import Holder, Plan, Shape, holder_of, plan
from hermes_fallback.config.chain_text import ChainText
from hermes_fallback.config.document import CHAIN_KEYS, Document
from hermes_fallback.config.layout import Splice, splice
from hermes_fallback.config.tree import Kind, Node, same, uncollected
from hermes_fallback.config.values import Expand, value_of
from hermes_fallback.errors import InvalidFile
from hermes_fallback.model.chain import CURRENT_KEY, LEGACY_KEY, merge

__all__ = ["arrange", "clear", "settle"]


@uncollected
def arrange(
    document: Document, order: Sequence[str | Mapping[str, object]], *, expand: Expand | None = None
) -> Document:
    """The file with an effective chain of exactly *order*: paths of entries (`Placed.path`) and new entries' fields.

    Links of the legacy key move into `fallback_providers`. Entries that are no links stay where they are. When the
    chain is as asked already, this is *document* itself. *expand* is what the chain was read with.

    Raises:
        InvalidFile: this file cannot be edited safely; says where and what to do.
        NotFound: a path is not in the chain.
        UsageError: a link is named twice, or a new entry is no link.
    """
    todo = plan(document, order, expand)
    if todo is None:
        return document
    document.check_loadable()
    return _proved(document, _splices(document, todo), todo, expand)


@uncollected
def settle(document: Document, *, expand: Expand | None = None) -> Document:
    """The file with the chain it has, as one list under `fallback_providers`; *document* itself when that is so.

    What is no link stays under the legacy key, and a legacy link that stands in the list already goes.

    Raises:
        InvalidFile: this file cannot be edited safely; says where and what to do.
    """
    order = [placed.path for placed in merge(*document.chain_keys(expand))]
    todo = plan(document, order, expand, settles=True)
    if todo is None:
        return document
    document.check_loadable()
    return _proved(document, _splices(document, todo), todo, expand)


@uncollected
def clear(document: Document) -> Document:
    """The file with `fallback_providers: []` and no legacy key; entries that are no links go too.

    A file with neither key stays as it is.

    Raises:
        InvalidFile: this file cannot be edited safely; says where and what to do.
    """
    current, legacy = (holder_of(document, key, clearing=True) for key in CHAIN_KEYS)
    if legacy.shape is not Shape.ABSENT and current.shape is Shape.ABSENT:
        current, legacy = legacy, Holder(LEGACY_KEY, Shape.ABSENT)
    todo = Plan(target=current, parts=(), legacy=legacy)
    if current.shape is Shape.ABSENT:
        return document
    document.check_loadable()
    splices = _splices(document, todo)
    return _proved(document, splices, todo, None) if splices else document


def _splices(document: Document, todo: Plan) -> list[Splice]:
    """The changes of text that *todo* comes to."""
    writer = ChainText(document, [todo.target, todo.legacy])
    try:
        return [
            *(writer.rename(todo.target) if todo.renames else ()),
            *writer.rewrite(todo.target, todo.parts, as_list=todo.as_list),
            *writer.retire(todo.legacy, todo.leftovers),
        ]
    except ValueError:  # the text is not laid out as any list we know
        raise _unproved(document, todo) from None


def _proved(document: Document, splices: Sequence[Splice], todo: Plan, expand: Expand | None) -> Document:
    """The new document, once the text that *splices* make is seen to hold what *todo* says and nothing else new."""
    try:
        text = splice(document.source.text, splices)
        after = Document.parse(document.source.encode(text), document.path)
    except (InvalidFile, ValueError) as error:
        raise _unproved(document, todo, why=getattr(error, "what", None)) from None
    if not (_rest_is_same(document, after, todo) and _list_is(after, todo) and _legacy_is(after, todo)):
        raise _unproved(document, todo)
    if tuple(placed.link for placed in merge(*after.chain_keys(expand))) != todo.links:
        raise _unproved(document, todo)
    return after


def _rest_is_same(before: Document, after: Document, todo: Plan) -> bool:
    """True when all other keys stand as they did, in their order, and the edited one in its place among them."""
    if before.tree.marks != after.tree.marks and before.root is not None:
        return False
    old, new = _outside(before, todo), _outside(after, todo)
    if todo.target.shape is Shape.ABSENT:
        new = [pair for pair in new if pair is not None]
    if len(old) != len(new):
        return False
    return all(
        one is other is None
        or (one is not None and other is not None and same(one[0], other[0]) and same(one[1], other[1]))
        for one, other in zip(old, new, strict=True)
    )


def _outside(document: Document, todo: Plan) -> list[tuple[Node, Node] | None]:
    """The top-level pairs that are not edited, with None where the edited list stands."""
    target = {CURRENT_KEY, todo.target.key}
    pairs: list[tuple[Node, Node] | None] = []
    for name, value in document.root.pairs if document.root else ():
        if name.value == CURRENT_KEY or (todo.renames and name.value in target):
            pairs.append(None)
        elif name.value != LEGACY_KEY:
            pairs.append((name, value))
    return pairs


def _list_is(after: Document, todo: Plan) -> bool:
    """True when the current key holds the entries of *todo*: old ones as they were, new ones with their fields."""
    pair = after.pair(CURRENT_KEY)
    if pair is None:
        return todo.target.shape is Shape.ABSENT and not todo.parts
    value, was = pair[1], todo.target.value
    if len(todo.parts) == 1 and todo.parts[0].node is was is not None and not todo.as_list:
        return same(value, was)
    if value.kind is not Kind.SEQUENCE or len(value.items) != len(todo.parts):
        return False
    if was is not None and was.kind is Kind.SEQUENCE and (value.anchor, value.tag) != (was.anchor, was.tag):
        return False
    return all(
        same(item, part.node) if part.node is not None else value_of(item, after.source) == dict(part.fields)
        for item, part in zip(value.items, todo.parts, strict=True)
    )


def _legacy_is(after: Document, todo: Plan) -> bool:
    """True when the legacy key holds what stays behind, or is gone."""
    pair = after.pair(LEGACY_KEY)
    if pair is None or not todo.leftovers:
        return pair is None and not todo.leftovers
    items = pair[1].items if pair[1].kind is Kind.SEQUENCE else [pair[1]]
    return len(items) == len(todo.leftovers) and all(
        part.node is not None and same(item, part.node)
        for item, part in zip(items, todo.leftovers, strict=True)
    )


def _unproved(document: Document, todo: Plan, why: str | None = None) -> InvalidFile:
    anchor = _lost_anchor(document, todo)
    if anchor is not None:
        return document.refusal(
            f"the entry here carries the anchor `&{anchor.anchor}`, which is used elsewhere",
            anchor,
            why="without the entry, or with it further down, the alias has nothing to stand for",
            hint="write the other place out: hermes config edit",
        )
    return document.source.invalid(
        "the chain cannot be edited here without touching something else",
        line=todo.target.name.line if todo.target.name else 1,
        why=why or "nothing was changed",
        hint="make this change by hand: hermes config edit",
    )


def _lost_anchor(document: Document, todo: Plan) -> Node | None:
    """The first entry's anchor that an alias elsewhere needs."""
    entries = (*todo.target.entries, *todo.legacy.entries)
    inner = (node for entry in entries for node in entry.walk())
    return next(
        (node for node in inner if node.kind is not Kind.ALIAS and node.anchor in document.tree.anchored),
        None,
    )
