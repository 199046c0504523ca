"""Entries of the chain that nobody reads as they stand, and how they are written where there is no doubt."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hermes_fallback.config.chain_plan import Holder, holder_of
from hermes_fallback.config.document import Document
from hermes_fallback.config.key_text import BY_HAND
from hermes_fallback.config.layout import Splice, content_end, splice
from hermes_fallback.config.lines import Lines
from hermes_fallback.config.source import Source
from hermes_fallback.config.style import Style, flow, is_json, scalar
from hermes_fallback.config.tree import Kind, Node, parse, same
from hermes_fallback.config.values import value_of
from hermes_fallback.errors import InvalidFile
from hermes_fallback.model.chain import MISSPELT

__all__ = ["Canonical", "Mend", "entries_in", "mend_of", "mended"]

Canonical = Callable[[str], str | None]
"""A provider's own name for any of its names, or None for an unknown one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """What an entry is to be: its new value, and which of its fields get another name."""

    value: Mapping[object, object]
    what: str
    renames: Mapping[str, str] = field(default_factory=dict)


def entries_in(text: str, canonical: Canonical) -> list[object] | None:
    """The list that *text* stands for: JSON, YAML in brackets, or one link as a word; None for anything else."""
    if text.lstrip()[:1] in {"[", "{"}:
        value = _loaded(text)
        return value if isinstance(value, list) else [value] if isinstance(value, dict) else None
    mend = mend_of(text, canonical)
    return [mend.value] if mend else None


def mend_of(entry: object, canonical: Canonical) -> Mend | None:
    """How *entry* is put right, or None: it is right, or nobody can say what it means."""
    if isinstance(entry, str):
        link = _link_in(entry, canonical)
        if link is None:
            return None
        provider, model = link
        what = f"`{entry.strip()}` is `provider: {provider}` and `model: {model}` now"
        return Mend(value={"provider": provider, "model": model}, what=what)
    if not isinstance(entry, Mapping):
        return None
    renames = {old: new for old, new in _renames(entry, canonical).items() if new not in entry}
    if not renames:
        return None
    what = ", ".join(f"`{old}` is `{new}` now" for old, new in renames.items())
    return Mend(
        value={renames.get(str(key), key): value for key, value in entry.items()}, what=what, renames=renames
    )


def mended(document: Document, key: str, index: int, mend: Mend) -> bytes:
    """The file with entry *index* of *key* as *mend* says; comments and all else stay.

    Raises:
        InvalidFile: it is shared with another place, or cannot be written so; says where.
    """
    holder = holder_of(document, key, clearing=True)
    node = holder.entries[index]
    shared = _shared(document, node)
    if shared is not None:
        what = f"`{holder.path(index)}` is shared by an anchor or an alias"
        raise document.refusal(what, shared, hint=BY_HAND)
    splices = _renamed(document, node, mend) if mend.renames else _spelt_out(document, node, mend)
    return _proved(document, splices, holder, index, mend)


def _shared(document: Document, node: Node) -> Node | None:
    """What of an entry stands for another place too."""
    if node.kind is Kind.ALIAS or (node.kind is Kind.SCALAR and (node.anchor or node.tag)):
        return node
    anchors = (inner for inner in node.walk() if inner.kind is not Kind.ALIAS and inner.anchor)
    return next((inner for inner in anchors if inner.anchor in document.tree.anchored), None)


def _loaded(text: str) -> object:
    """The value of *text*, JSON or YAML; None where it is neither."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        source = Source.decode(text.encode("utf-8", "surrogatepass"), "the text")
        root = parse(source).root
        return None if root is None else value_of(root, source)
    except InvalidFile:
        return None


def _link_in(text: str, canonical: Canonical) -> tuple[str, str] | None:
    """Provider and model of `provider:model`, split behind the longest known name, or of `provider/model`.

    Before a slash an alias does not count: `google/gemini-3` is what an aggregator calls a model, too.
    """
    word = text.strip()
    cuts = [i for i, char in enumerate(word) if char == ":"]
    for cut in reversed(cuts):
        if canonical(word[:cut]) and word[cut + 1 :].strip():
            return word[:cut].strip(), word[cut + 1 :].strip()
    provider, _, model = word.partition("/")
    known = model.strip() and canonical(provider) == provider
    return (provider, model.strip()) if known else None


def _renames(entry: Mapping[object, object], canonical: Canonical) -> dict[str, str]:
    found = {str(name): MISSPELT[str(name)] for name in entry if name in MISSPELT}
    name = entry.get("name")
    if isinstance(name, str) and entry.get("model") and canonical(name.strip()):
        found["name"] = "provider"
    return found


def _renamed(document: Document, node: Node, mend: Mend) -> list[Splice]:
    text = document.source.text
    names = {name.value: name for name in node.items[::2]} if node.kind is Kind.MAPPING else {}
    missing = [old for old in mend.renames if old not in names]
    if missing:
        raise document.refusal(
            f"`{missing[0]}` comes from a merged mapping (`<<`) or an alias", node, hint=BY_HAND
        )
    return [
        Splice(names[old].start, names[old].end, text[names[old].start : names[old].end].replace(old, new))
        for old, new in mend.renames.items()
    ]


def _spelt_out(document: Document, node: Node, mend: Mend) -> list[Splice]:
    """The word as a mapping: over two lines where it stands on one of its own, else in braces."""
    text, lines = document.source.text, Lines(document.source.text)
    end = content_end(text, node)
    style = Style(json=is_json(document.root), quote=node.style if node.style in {'"', "'"} else "")
    before = text[lines.start(node.start) : node.start]
    if (
        before.replace("-", " ", 1).strip()
        or "-" not in before
        or lines.start(end) != lines.start(node.start)
    ):
        return [Splice(node.start, end, flow(mend.value, style))]
    provider, model = (f"{key}: {scalar(value, style)}" for key, value in mend.value.items())
    stop = lines.end(node.start)
    added = f"{lines.newline(node.start)}{' ' * lines.column(node.start)}{model}"
    return [Splice(node.start, end, provider), Splice(stop, stop, added)]


def _proved(document: Document, splices: list[Splice], holder: Holder, index: int, mend: Mend) -> bytes:
    """The new bytes, once they are seen to differ in this entry and nowhere else."""
    try:
        text = splice(document.source.text, splices)
        after = Document.parse(document.source.encode(text), document.path)
        is_meant = _differs_only(document, after, holder, index, mend)
    except (InvalidFile, ValueError):
        is_meant = False
    if not is_meant:
        raise document.refusal(
            f"`{holder.path(index)}` cannot be changed without touching something else",
            holder.entries[index],
            hint=BY_HAND,
        )
    return after.data


def _differs_only(before: Document, after: Document, holder: Holder, index: int, mend: Mend) -> bool:
    old = before.root.items if before.root else []
    new = after.root.items if after.root else []
    place = next(i for i, node in enumerate(old) if node is holder.value)
    if len(old) != len(new) or before.tree.marks != after.tree.marks:
        return False
    if not all(same(one, other) for i, (one, other) in enumerate(zip(old, new, strict=True)) if i != place):
        return False
    entries = new[place].items if holder.is_list else [new[place]]
    others = [i for i in range(len(holder.entries)) if i != index]
    return (
        len(entries) == len(holder.entries)
        and all(same(holder.entries[i], entries[i]) for i in others)
        and value_of(entries[index], after.source) == mend.value
    )
