"""Document: a configuration file as its text stands, read without changing how any of it is written.

The edits are pure functions of a document that return new bytes: `chain_edit.arrange`, `chain_edit.clear`
and `key_edit.set_values`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hermes_fallback.config.source import Source
from hermes_fallback.config.tree import Kind, Node, Tree, parse
from hermes_fallback.config.values import Expand, check, find, value_of
from hermes_fallback.errors import InvalidFile
from hermes_fallback.fact import Fact
from hermes_fallback.model.chain import CURRENT_KEY, LEGACY_KEY, Ignored, RawKey

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.config.finding import Finding
    from hermes_fallback.config.keypath import Step

__all__ = ["CHAIN_KEYS", "Document", "Located"]

CHAIN_KEYS = (CURRENT_KEY, LEGACY_KEY)

_NOBODY_READS = {
    "": ("fallbacks", "fallback_chain", "fallback_provider", "fallback_models"),
    "model": (CURRENT_KEY, LEGACY_KEY, "fallbacks", "fallback_chain", "fallback"),
}
"""Where people write a chain that Hermes Agent never looks at, by the mapping it stands in."""


class Located(Fact, kw_only=False):
    """A value and where it stands; *line* and *column* count from 1."""

    value: object
    line: int
    column: int


class Document(Fact):
    """One config file. A file that is missing, empty or all comments reads as an empty mapping."""

    source: Source
    tree: Tree

    @classmethod
    def parse(cls, data: bytes, path: str) -> Document:
        """The document in *data*; *path* is for messages.

        Raises:
            InvalidFile: it is no single YAML mapping in UTF-8; carries the line, the column and the line's text.
        """
        source = Source.decode(data, path)
        tree = parse(source)
        if not tree.empty and tree.root is not None and tree.root.kind is not Kind.MAPPING:
            raise source.invalid(
                "the top level is not a mapping",
                line=tree.root.line,
                column=tree.root.column,
                hint="write it as `key: value` lines",
            )
        return cls(source=source, tree=tree)

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return self.source.data

    @property
    def path(self) -> str:
        """The file's name, for messages."""
        return self.source.path

    @property
    def root(self) -> Node | None:
        """The top-level mapping, or None where there is nothing."""
        return None if self.tree.empty else self.tree.root

    def value(self, expand: Expand | None = None) -> Mapping[str, object]:
        """Everything, as Hermes Agent's YAML reader sees it.

        Raises:
            InvalidFile: something in it cannot be loaded.
        """
        value = {} if self.root is None else value_of(self.root, self.source, expand)
        return value if isinstance(value, dict) else {}

    def get(self, dotted: str, expand: Expand | None = None) -> Located | None:
        """The value at *dotted* (`model.provider`, `fallback_providers[0]`) and its place, or None."""
        from hermes_fallback.config import keypath  # the chain is read without paths

        node, place = self.root, self.root
        for step in keypath.split(dotted):
            found = None if node is None else _child(node.resolved, step)
            if found is None:
                return None
            place, node = found
        if node is None or place is None:
            return None
        return Located(value_of(node, self.source, expand), place.line, place.column)

    def pair(self, key: str) -> tuple[Node, Node] | None:
        """The top-level pair that *key* reads from, be it through `<<`.

        Raises:
            InvalidFile: *key* stands twice.
        """
        if self.root is None:
            return None
        places = [name for name, _ in self.root.pairs if name.resolved.value == key]
        if len(places) > 1:
            raise self.source.invalid(
                f"`{key}` stands twice",
                line=places[1].line,
                column=places[1].column,
                why=f"it stands on line {places[0].line} already, and only one of the two is read",
                hint="join them into one: hermes config edit",
            )
        return find(self.root, key)

    def chain_keys(self, expand: Expand | None = None) -> tuple[RawKey, RawKey]:
        """`fallback_providers` and `fallback_model` as they stand, with their lines, for `model.chain.merge`.

        Raises:
            InvalidFile: one of them stands twice, or holds what cannot be loaded.
        """
        return self._raw(CURRENT_KEY, expand), self._raw(LEGACY_KEY, expand)

    def _raw(self, key: str, expand: Expand | None) -> RawKey:
        pair = self.pair(key)
        if pair is None:
            return RawKey(key)
        name, node = pair
        items = node.resolved.items if node.resolved.kind is Kind.SEQUENCE else ()
        lines = tuple(item.line for item in items)
        return RawKey(key, value_of(node, self.source, expand), name.line, lines, name.file)

    def misplaced(self) -> tuple[Ignored, ...]:
        """Chains that stand where nobody reads them: under `model:`, or under a name that is none."""
        return tuple(self._misplaced())

    def _misplaced(self) -> Iterator[Ignored]:
        for parent, names in _NOBODY_READS.items():
            mapping = self.root
            if parent and mapping is not None:
                pair = find(mapping, parent)
                mapping = pair[1].resolved if pair else None
            if mapping is None or mapping.kind is not Kind.MAPPING:
                continue
            for key, value in mapping.pairs:
                if key.value in names and _holds_something(value.resolved):
                    origin = f"{parent}.{key.value}" if parent else key.value
                    hint = f"move its entries under a top-level `{CURRENT_KEY}:`"
                    yield Ignored(origin, key.line, "a chain where nobody reads it", hint, key.file)

    def findings(self) -> tuple[Finding, ...]:
        """Keys that stand twice in one mapping; the last one is read."""
        return tuple(self._doubles())

    def _doubles(self) -> Iterator[Finding]:
        for node in self.root.walk() if self.root else ():
            if node.kind is Kind.MAPPING:
                yield from _doubles_in(node)

    def check_loadable(self) -> None:
        """Nothing, when Hermes Agent's reader can load the whole file.

        Raises:
            InvalidFile: it cannot: an unknown tag, a list as a key, an impossible date.
        """
        if self.root is not None:
            check(self.root, self.source)

    def refusal(
        self, what: str, node: Node, *, why: str | None = None, hint: str | None = None
    ) -> InvalidFile:
        """An error about the place of *node*."""
        return self.source.invalid(what, line=node.line, column=node.column, why=why, hint=hint)


def _child(node: Node, step: Step) -> tuple[Node, Node] | None:
    """Where the child begins (its key, or itself in a list) and the child."""
    if isinstance(step, int):
        inside = node.kind is Kind.SEQUENCE and step < len(node.items)
        return (node.items[step], node.items[step]) if inside else None
    return find(node, step) if node.kind is Kind.MAPPING else None


def _doubles_in(mapping: Node) -> Iterator[Finding]:
    seen: dict[tuple[str, str | None], Node] = {}
    for key in mapping.items[::2]:
        if key.kind is not Kind.SCALAR or key.value == "<<":
            continue
        first = seen.get((key.value, key.tag))
        seen[key.value, key.tag] = key
        if first is not None:
            yield _double(key, first)


def _double(key: Node, first: Node) -> Finding:
    from hermes_fallback.config.finding import Finding, Level  # a good file has none

    return Finding(
        level=Level.WARN,
        what=f"`{key.value}` stands twice; the one on line {key.line} is read",
        line=first.line,
        column=first.column,
        hint="remove one of the two",
        file=first.file,
    )


def _holds_something(node: Node) -> bool:
    if node.kind is Kind.SCALAR:
        return node.value not in {"", "~", "null", "Null", "NULL", "false", "true"}
    return bool(node.items)
