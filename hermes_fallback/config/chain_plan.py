"""What an edit of the chain comes to: which entries a list will hold, in which order, before any text is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from hermes_fallback.config.document import Document
from hermes_fallback.config.tree import Kind, Node
from hermes_fallback.config.values import Expand
from hermes_fallback.errors import NotFound, UsageError
from hermes_fallback.model.chain import (
    CURRENT_KEY,
    LEGACY_KEY,
    Chain,
    Entry,
    Ignored,
    RawKey,
    merge,
    read_link,
)
from hermes_fallback.model.link import Link

__all__ = ["Holder", "Part", "Plan", "Shape", "holder_of", "link_of", "plan"]

_MIGRATE = "hermes config migrate"
_BY_HAND = "write the list out under its own key: hermes config edit"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Shape(Enum):
    """How a chain key's value is written."""

    ABSENT = "absent"
    EMPTY = "empty"
    BLOCK = "list with dashes"
    FLOW = "list or mapping in brackets"
    MAPPING = "one mapping"
    UNREADABLE = "no list"


@dataclass(frozen=True, slots=True)
class Holder:
    """A chain key as it stands in the file, and the entries in it."""

    key: str
    shape: Shape
    name: Node | None = None
    value: Node | None = None
    entries: tuple[Node, ...] = ()

    @property
    def is_list(self) -> bool:
        """True when the value is a list already."""
        return self.value is not None and self.value.kind is Kind.SEQUENCE

    def path(self, index: int) -> str:
        """The path of an entry, as `Placed.path` has it."""
        return f"{self.key}[{index}]" if self.is_list else self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One entry of the list to be: one that stands somewhere already, or the fields of a new one."""

    link: Link | None
    """What it means; None for an entry that is no link."""
    path: str = ""
    node: Node | None = None
    holder: Holder | None = None
    index: int = 0
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """True for an entry that stands nowhere yet."""
        return self.node is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The list that *target* will hold, and the entries that stay behind in *legacy*."""

    target: Holder
    parts: tuple[Part, ...]
    legacy: Holder
    leftovers: tuple[Part, ...] = ()
    links: tuple[Link, ...] = ()
    """The chain that must come out of it."""
    as_list: bool = False
    """True when a single mapping is to become a list of one."""

    @property
    def renames(self) -> bool:
        """True when the legacy key itself becomes the current one, where it stands."""
        return self.target.key == LEGACY_KEY


def plan(
    document: Document,
    order: Sequence[str | Mapping[str, object]],
    expand: Expand | None,
    *,
    settles: bool = False,
) -> Plan | None:
    """How to make the effective chain exactly *order*; None when it is so already.

    With *settles*, it is so only when all its links stand in a list under the current key.

    Raises:
        InvalidFile: one of the keys cannot be edited in place.
        NotFound: *order* names an entry that is not in the chain.
        UsageError: *order* holds a link twice, or a new entry that is no link.
    """
    raws = document.chain_keys(expand)
    chain = merge(*raws)
    current, legacy = holder_of(document, CURRENT_KEY), holder_of(document, LEGACY_KEY)
    parts = {
        part.path: part
        for holder, raw in zip((current, legacy), raws, strict=True)
        for part in _parts(holder, raw)
    }
    wanted = _wanted(chain, parts, order, expand)
    settles = settles and not _is_settled(current, parts.values())
    if [part.path for part in wanted] == [placed.path for placed in chain] and not settles:
        return None
    leftovers = tuple(part for part in parts.values() if part.holder is legacy and part.link is None)
    target = current if current.shape is not Shape.ABSENT or leftovers else legacy
    if target.shape is Shape.ABSENT:
        target = current
    standing = [part for part in parts.values() if part.holder is target]
    return Plan(
        target=target,
        parts=tuple(_sequence(standing, wanted)),
        legacy=Holder(LEGACY_KEY, Shape.ABSENT) if target is legacy else legacy,
        leftovers=leftovers,
        links=tuple(part.link for part in wanted if part.link is not None),
        as_list=settles,
    )


def _is_settled(current: Holder, parts: Iterable[Part]) -> bool:
    """True when no link stands under the legacy key, or in a mapping of its own."""
    links = [part for part in parts if part.link]
    return all(part.holder is current for part in links) and (current.is_list or not links)


def holder_of(document: Document, key: str, *, clearing: bool = False) -> Holder:
    """*key* and its entries, or the reason why it cannot be edited in place.

    Raises:
        InvalidFile: it comes from elsewhere, or, unless *clearing*, holds no list at all.
    """
    pair = document.pair(key)
    if pair is None:
        return Holder(key, Shape.ABSENT)
    name, value = pair
    _refuse_shared(document, key, name, value)
    if value.kind is Kind.SCALAR:
        return _scalar_holder(document, key, name, value, clearing=clearing)
    if not value.items:
        return Holder(key, Shape.EMPTY, name, value)
    entries = tuple(value.items) if value.kind is Kind.SEQUENCE else (value,)
    if value.flow:
        return Holder(key, Shape.FLOW, name, value, entries)
    return Holder(key, Shape.BLOCK if value.kind is Kind.SEQUENCE else Shape.MAPPING, name, value, entries)


def _refuse_shared(document: Document, key: str, name: Node, value: Node) -> None:
    own = document.root is not None and name in document.root.items[::2]
    if not own:
        raise document.refusal(f"`{key}` comes from a merged mapping (`<<`)", name, hint=_BY_HAND)
    if value.kind is Kind.ALIAS:
        raise document.refusal(
            f"`{key}` is an alias of `&{value.anchor}`",
            value,
            why="an edit here would change the other place too",
            hint=_BY_HAND,
        )
    if value.anchor in document.tree.anchored:
        raise document.refusal(
            f"`{key}` carries the anchor `&{value.anchor}`, which is used elsewhere",
            value,
            why="an edit here would change the other place too",
            hint="write the other place out: hermes config edit",
        )
    if name.kind is not Kind.SCALAR or name.anchor or name.tag:
        raise document.refusal(f"`{key}` is not a plain key here", name, hint=_BY_HAND)
    if value.tag not in {None, "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}:
        raise document.refusal(f"`{key}` carries a tag", value, hint=_BY_HAND)


def _scalar_holder(document: Document, key: str, name: Node, value: Node, *, clearing: bool) -> Holder:
    if value.plain and value.value in _NULLS:
        if value.anchor:
            raise document.refusal(f"`{key}` is an anchor on nothing", value, hint=_BY_HAND)
        return Holder(key, Shape.EMPTY, name, value)
    if clearing:
        return Holder(key, Shape.UNREADABLE, name, value)
    is_json = value.value.lstrip()[:1] in {"[", "{"}
    what = "holds JSON text in a string" if is_json else "holds a single value"
    why = (
        "nobody reads that as a chain"
        if is_json
        else "a chain is a list of entries with `provider` and `model`"
    )
    raise document.refusal(f"`{key}` {what}", value, why=why, hint=_MIGRATE)


def _parts(holder: Holder, raw: RawKey) -> list[Part]:
    values = raw.value if isinstance(raw.value, list) else [raw.value]
    found: list[Part] = []
    for index, (node, value) in enumerate(zip(holder.entries, values, strict=False)):
        path = holder.path(index)
        read = read_link(Entry(value, path, node.line))
        link = None if isinstance(read, Ignored) else read
        found.append(Part(link=link, path=path, node=node, holder=holder, index=index))
    return found


def link_of(fields: Mapping[str, object], expand: Expand | None) -> Link | Ignored:
    """The link that an entry with *fields*, as they are written, is read as."""
    expand = expand or str
    values = {name: expand(value) if isinstance(value, str) else value for name, value in fields.items()}
    return read_link(Entry(values, "the new entry"))


def _wanted(
    chain: Chain,
    parts: Mapping[str, Part],
    order: Sequence[str | Mapping[str, object]],
    expand: Expand | None,
) -> list[Part]:
    places = {placed.path for placed in chain}
    wanted: list[Part] = []
    seen: set[object] = set()
    for item in order:
        if isinstance(item, str) and item not in places:
            raise NotFound(
                f"`{item}` is no link of the chain", hint="hermes fallback list", kind="unknown-link"
            )
        part = parts[item] if isinstance(item, str) else _new(item, expand)
        identity = part.link.identity if part.link else None
        if identity in seen:
            raise UsageError(f"the link `{part.link}` is named twice", hint="name each link once")
        seen.add(identity)
        wanted.append(part)
    return wanted


def _new(fields: Mapping[str, object], expand: Expand | None) -> Part:
    link = link_of(fields, expand)
    if isinstance(link, Ignored):
        raise UsageError(f"a new entry is no link: {link.what}", hint=link.hint)
    return Part(link=link, fields=dict(fields))


def _sequence(standing: Sequence[Part], wanted: Sequence[Part]) -> list[Part]:
    """The list to be: links in their new order, each entry that is no link where it was among them."""
    kept = [part for part in wanted if not part.is_new]
    paths = {part.path for part in kept}
    identities = {part.link.identity for part in wanted if part.link}
    stays = [part for part in standing if part.path in paths or _remains(part, identities)]
    here = {part.path for part in stays}
    slots = [*stays, *(part for part in kept if part.path not in here)]
    turn = iter(kept)
    parts = [next(turn) if part.path in paths else part for part in slots]
    for place, part in enumerate(wanted):
        if part.is_new:
            parts.insert(_place_for(parts, wanted, place), part)
    return _without_early_doubles(parts, {id(part) for part in wanted})


def _remains(part: Part, identities: set[tuple[str, str, str]]) -> bool:
    """True for what is no link, and for the double of a link that stays."""
    return part.link is None or part.link.identity in identities


def _place_for(parts: Sequence[Part], wanted: Sequence[Part], place: int) -> int:
    """Where a new entry goes: last if no link that stands follows it, else behind the link before it."""
    following = next((part for part in wanted[place:] if not part.is_new), None)
    if following is None:
        return len(parts)
    return _index(parts, wanted[place - 1]) + 1 if place else _index(parts, following)


def _index(parts: Sequence[Part], wanted: Part) -> int:
    return next(i for i, part in enumerate(parts) if part is wanted)


def _without_early_doubles(parts: Sequence[Part], wanted: set[int]) -> list[Part]:
    """*parts* without a double that would be read in place of the link it doubles."""
    seen: set[object] = set()
    result: list[Part] = []
    for part in parts:
        if part.link is None or id(part) in wanted or part.link.identity in seen:
            result.append(part)
        if id(part) in wanted and part.link:
            seen.add(part.link.identity)
    return result
