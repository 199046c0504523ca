"""A light tree of a YAML text, each node knowing exactly where it stands. Made from the parser's events.

The parser is libyaml through PyYAML, which Hermes Agent reads with; PyYAML's own where libyaml is missing.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from enum import Enum
from functools import wraps

from hermes_fallback.fact import Fact

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import Any, ParamSpec, TypeVar

    from hermes_fallback.config.source import Source

    P = ParamSpec("P")
    R = TypeVar("R")

__all__ = ["MAX_DEPTH", "Kind", "Node", "Tree", "parse", "same", "uncollected"]

MAX_DEPTH = 500
"""Deeper nesting is refused: no configuration has it, and much that walks the values is recursive."""


class Kind(Enum):
    """What a node is."""

    SCALAR = "scalar"
    ALIAS = "alias"
    SEQUENCE = "sequence"
    MAPPING = "mapping"


_NONE: Any = ()  # the items of all that can have none
_SCALAR = Kind.SCALAR  # looked up for every node of a file, and slowly so in an enumeration


class Node:
    """One node: its kind, its place in the text (`start` to `end`, indexes), and what is in it.

    A mapping's `items` are its keys and values in turn. `line` and `column` count from 1. `file` is None where
    that is the home's own config.yaml.
    """

    __slots__ = (
        "anchor",
        "column",
        "end",
        "file",
        "flow",
        "items",
        "kind",
        "line",
        "plain",
        "start",
        "style",
        "tag",
        "target",
        "value",
    )

    def __init__(self, kind: Kind, event: Any, items: list[Node]) -> None:
        mark = event.start_mark
        self.kind = kind
        self.start: int = mark.index
        self.end: int = event.end_mark.index
        self.line: int = mark.line + 1
        self.column: int = mark.column + 1
        self.anchor: str | None = event.anchor
        self.tag: str | None = None
        self.value = ""
        self.style = ""
        self.plain = False
        self.flow = False
        self.items = items
        self.target: Node | None = None
        self.file: str | None = None

    @property
    def pairs(self) -> list[tuple[Node, Node]]:
        """A mapping's keys with their values, in order."""
        return list(zip(self.items[::2], self.items[1::2], strict=True))

    @property
    def resolved(self) -> Node:
        """The node itself, or the one an alias stands for."""
        return self.target if self.target is not None else self

    @property
    def bare(self) -> bool:
        """True for a value that is not written at all, as after `key:`."""
        return self.kind is Kind.SCALAR and self.start == self.end

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the text; aliases are not followed."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.items))


class Tree(Fact):
    """A parsed document. `root` is None for a text that holds none, or an empty one."""

    root: Node | None = None
    anchored: frozenset[str] = frozenset()
    """Names of the anchors that an alias uses."""
    marks: tuple[object, ...] = ()
    """What stands around the document: directives, `---`, `...`."""
    ends_at: int | None = None
    """Index of an explicit `...`."""

    @property
    def empty(self) -> bool:
        """True when there is nothing but comments and document marks."""
        return self.root is None or (self.root.bare and not self.root.anchor and not self.root.tag)


def uncollected(work: Callable[P, R]) -> Callable[P, R]:
    """*work* without garbage collection: all nodes live, and searching them for garbage triples the time of a large file."""

    @wraps(work)
    def alone(*args: P.args, **kwargs: P.kwargs) -> R:
        collects = gc.isenabled()
        gc.disable()
        try:
            return work(*args, **kwargs)
        finally:
            if collects:
                gc.enable()

    return alone


@uncollected
def parse(source: Source) -> Tree:
    """The tree of *source*.

    Raises:
        InvalidFile: it is not one valid YAML document whose aliases are all defined; says where.
    """
    if not source.text.strip():
        return Tree()
    import yaml  # 15 ms, which a home without a config need not pay

    builder = _Builder(source)
    try:
        builder.take_all(getattr(yaml, "CSafeLoader", yaml.SafeLoader)(source.text).get_event)
    except yaml.YAMLError as error:
        from hermes_fallback.config.complaint import complaint  # only a failure pays for its patterns

        raise complaint(source, error) from None
    return builder.tree()


def same(one: Node, other: Node) -> bool:
    """True when both nodes give the same events: kinds, values, styles, tags, anchors, all the way down."""
    ours, theirs = [one], [other]
    while ours:
        a, b = ours.pop(), theirs.pop()
        if not _alike(a, b):
            return False
        if a.items:
            ours += a.items
            theirs += b.items
    return True


def _alike(a: Node, b: Node) -> bool:
    return (
        a.kind is b.kind
        and a.value == b.value
        and len(a.items) == len(b.items)
        and a.anchor == b.anchor
        and a.tag == b.tag
        and a.style == b.style
        and a.flow == b.flow
        and a.plain == b.plain
    )


class _Builder:
    """Takes a parser's events one by one and grows the tree from them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._open: list[Node] = []
        self._top: list[Node] = []
        self._here = self._top
        self._anchors: dict[str, Node] = {}
        self._used: set[str] = set()
        self._documents = 0
        self._marks: list[object] = []
        self._ends_at: int | None = None

    def take_all(self, next_event: Callable[[], Any]) -> None:
        """Take every event; this loop is most of what a large file costs."""
        takes = {
            "ScalarEvent": self._scalar,
            "AliasEvent": self._alias,
            "MappingStartEvent": self._mapping,
            "SequenceStartEvent": self._sequence,
            "MappingEndEvent": self._close,
            "SequenceEndEvent": self._close,
            "DocumentStartEvent": self._start,
            "DocumentEndEvent": self._end,
        }
        while (event := next_event()) is not None:
            take = takes.get(event.__class__.__name__)
            if take:
                take(event)

    def tree(self) -> Tree:
        return Tree(
            root=self._top[0] if self._top else None,
            anchored=frozenset(self._used),
            marks=tuple(self._marks),
            ends_at=self._ends_at,
        )

    def _scalar(self, event: Any) -> None:
        node = Node(_SCALAR, event, _NONE)
        node.value = event.value
        node.tag = event.tag
        node.plain = event.implicit[0]
        if event.style:
            node.style = event.style
        if event.anchor is None:
            self._here.append(node)
        else:
            self._add(node)

    def _alias(self, event: Any) -> None:
        node = Node(Kind.ALIAS, event, _NONE)
        node.target = self._anchors.get(event.anchor)
        if node.target is None:
            raise self._source.invalid(
                f"the alias `*{event.anchor}` has no anchor before it",
                line=node.line,
                column=node.column,
                hint=f"write `&{event.anchor}` where it is defined, or put the text in quotes",
            )
        self._used.add(event.anchor)
        self._here.append(node)

    def _mapping(self, event: Any) -> None:
        self._nest(Node(Kind.MAPPING, event, []), event)

    def _sequence(self, event: Any) -> None:
        self._nest(Node(Kind.SEQUENCE, event, []), event)

    def _nest(self, node: Node, event: Any) -> None:
        node.tag, node.plain, node.flow = event.tag, event.implicit, bool(event.flow_style)
        self._add(node)
        self._open.append(node)
        self._here = node.items
        if len(self._open) > MAX_DEPTH:
            raise self._source.invalid(
                f"nested more than {MAX_DEPTH} levels deep",
                line=node.line,
                column=node.column,
                hint="look for a run of opening brackets or an ever growing indentation",
            )

    def _close(self, event: Any) -> None:
        node = self._open.pop()
        self._here = self._open[-1].items if self._open else self._top
        if node.flow:
            node.end = event.end_mark.index
        elif node.items:
            node.end = max(node.end, node.items[-1].end)

    def _add(self, node: Node) -> None:
        if node.anchor is not None:
            if node.anchor in self._anchors:
                raise self._source.invalid(
                    f"the anchor `&{node.anchor}` is defined twice",
                    line=node.line,
                    column=node.column,
                    why=f"it stands on line {self._anchors[node.anchor].line} already",
                    hint="give one of the two another name",
                )
            self._anchors[node.anchor] = node
        self._here.append(node)

    def _start(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            mark = event.start_mark
            raise self._source.invalid(
                "a second document begins here",
                line=mark.line + 1,
                column=mark.column + 1,
                why="only one document is read from this file",
                hint="remove the `---` between them, or one of the documents",
            )
        self._marks.append((event.explicit, event.version, sorted((event.tags or {}).items())))

    def _end(self, event: Any) -> None:
        self._marks.append(event.explicit)
        if event.explicit:
            self._ends_at = self._source.text.rfind("...", 0, event.end_mark.index)
