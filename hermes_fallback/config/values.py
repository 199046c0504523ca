"""Python values of a tree's nodes, exactly as PyYAML's SafeLoader makes them, which is how Hermes Agent reads.

YAML 1.1: `no` is False, `012` is 10, the last of two equal keys wins, `<<` is resolved. PyYAML itself turns
scalars into values and tags into types; what is done here is what its recursion does badly: shared nodes and
merged mappings are taken once, so that neither depth nor a bomb of aliases costs more than the text is long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hermes_fallback.config.tree import Kind, Node
from hermes_fallback.errors import InvalidFile

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import Any

    from hermes_fallback.config.source import Source

__all__ = ["Expand", "Fixed", "check", "find", "merged_pairs", "value_of"]

Expand = Callable[[str], str]
"""Puts the values of variables into a string."""


class Fixed(str):
    """A text of the config that has its variables already, and is not expanded again."""

    __slots__ = ()


_MERGE = "tag:yaml.org,2002:merge"
_STR = "tag:yaml.org,2002:str"
_SEQ = "tag:yaml.org,2002:seq"
_MAP = "tag:yaml.org,2002:map"
_OWN_TAG = {Kind.SCALAR: _STR, Kind.SEQUENCE: _SEQ, Kind.MAPPING: _MAP}
_SCALAR = Kind.SCALAR  # looked up for every node of a file, and slowly so in an enumeration
_MAPPING = Kind.MAPPING
_FALLIBLE = frozenset("+-.0123456789<=")
"""What a plain scalar begins with that may be meant as something and not be it, such as a date in a 13th month."""


def value_of(node: Node, source: Source, expand: Expand | None = None) -> object:
    """The Python value of *node*; strings that are values, not keys, have been through *expand*.

    Raises:
        InvalidFile: no such value can be made: an unknown tag, a list as a key, an impossible date.
    """
    scalar = node.resolved
    if _is_text_value(scalar):
        return scalar.value if expand is None or isinstance(scalar.value, Fixed) else expand(scalar.value)
    import yaml  # a tree exists, so this is loaded already

    constructor = yaml.constructor.SafeConstructor()
    nodes = _Nodes(source)
    try:
        value = constructor.construct_document(nodes.of(node))
    except yaml.MarkedYAMLError as error:
        raise _unreadable(source, node, error) from None
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise _unreadable(source, node, error) from None
    return value if expand is None else _expanded(value, expand)


def check(root: Node, source: Source) -> None:
    """Nothing, when PyYAML's SafeLoader can load the whole of *root*: else Hermes Agent would not read it.

    Raises:
        InvalidFile: the first node that it could not load, and why.
    """
    loaded: set[str] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.items:
            waiting += _checked(node, source) if node.kind is _MAPPING else node.items
        if node.tag is not None and _is_tagged(node):
            value_of(node, source)
        elif node.plain and node.value[:1] in _FALLIBLE and node.value not in loaded:
            value_of(node, source)
            loaded.add(node.value)


def find(mapping: Node, key: str) -> tuple[Node, Node] | None:
    """The pair of *mapping* that *key* reads from: its own last one, else one that `<<` brings in."""
    own = [pair for pair in mapping.pairs if pair[0].resolved.value == key and _is_text(pair[0])]
    if own:
        return own[-1]
    merged = [pair for pair in merged_pairs(mapping) if pair[0].resolved.value == key and _is_text(pair[0])]
    return merged[-1] if merged else None


def merged_pairs(mapping: Node) -> list[tuple[Node, Node]]:
    """All pairs that *mapping* reads as, those brought in by `<<` first; of equal scalar keys the last one."""
    if not any(map(_merges, mapping.items[::2])):
        return mapping.pairs
    return _merged(mapping, {})


def _merged(mapping: Node, known: dict[int, list[tuple[Node, Node]]]) -> list[tuple[Node, Node]]:
    waiting = [mapping]
    while waiting:
        node = waiting[-1]
        if id(node) not in known:
            # what it has of its own is also what a mapping gets that merges itself
            known[id(node)] = [pair for pair in node.pairs if not _merges(pair[0])]
            waiting += [origin for origin in _origins(node) if id(origin) not in known]
        else:
            waiting.pop()
            pairs = [pair for origin in _origins(node) for pair in known[id(origin)]] + known[id(node)]
            known[id(node)] = list({_identity(key): (key, value) for key, value in pairs}.values())
    return known[id(mapping)]


def _origins(mapping: Node) -> Iterator[Node]:
    """The mappings that *mapping* merges, the strongest last."""
    for key, value in mapping.pairs:
        if _merges(key):
            yield from _merge_origins(value)


def _merge_origins(value: Node) -> Iterator[Node]:
    """The mappings that `<<: value` brings in, the strongest last."""
    origin = value.resolved
    for node in reversed(origin.items) if origin.kind is Kind.SEQUENCE else [origin]:
        if node.resolved.kind is Kind.MAPPING:
            yield node.resolved


def _identity(key: Node) -> object:
    node = key.resolved
    return (node.tag, node.plain, node.value) if node.kind is Kind.SCALAR else id(node)


def _merges(key: Node) -> bool:
    node = key if key.target is None else key.target
    return node.value == "<<" and (node.plain or node.tag == _MERGE) and node.kind is Kind.SCALAR


def _is_text(key: Node) -> bool:
    return key.resolved.kind is Kind.SCALAR


class _Nodes:
    """PyYAML nodes made from ours without recursion, each once, `<<` already resolved."""

    def __init__(self, source: Source) -> None:
        import yaml  # loaded already

        self._yaml = yaml
        self._resolver = yaml.resolver.Resolver()
        self._made: dict[int, Any] = {}
        self._source = source
        self._flat: dict[int, list[tuple[Node, Node]]] = {}
        self._filled: set[int] = set()

    def of(self, node: Node) -> Any:
        waiting = [node.resolved]
        while waiting:
            ours = waiting.pop()
            if id(ours) not in self._filled:
                self._filled.add(id(ours))
                waiting += self._children(ours, self._shell(ours))
        return self._made[id(node.resolved)]

    def _shell(self, node: Node) -> Any:
        if id(node) not in self._made:
            self._made[id(node)] = self._make(node)
        return self._made[id(node)]

    def _make(self, node: Node) -> Any:
        made = _EMPTY[node.kind](self._yaml.nodes, node)
        tag = node.tag
        if tag is None or tag == "!":
            resolve: Any = self._resolver.resolve
            tag = resolve(type(made), made.value, (node.plain, not node.plain))
        made.tag = tag
        return made

    def _children(self, node: Node, made: Any) -> list[Node]:
        if node.kind is Kind.SCALAR:
            return []
        if node.kind is Kind.SEQUENCE:
            children = [child.resolved for child in node.items]
            made.value = [self._shell(child) for child in children]
            return children
        pairs = [(key.resolved, value.resolved) for key, value in self._pairs(node)]
        made.value = [(self._shell(key), self._shell(value)) for key, value in pairs]
        return [child for pair in pairs for child in pair]

    def _pairs(self, node: Node) -> list[tuple[Node, Node]]:
        merging = [pair for pair in node.pairs if _merges(pair[0])]
        if not merging:
            return node.pairs
        for key, value in merging:
            _check_merge(key, value, self._source)
        return _merged(node, self._flat)


_EMPTY: dict[Kind, Callable[[Any, Node], Any]] = {
    Kind.SCALAR: lambda nodes, node: nodes.ScalarNode(None, node.value),
    Kind.SEQUENCE: lambda nodes, _: nodes.SequenceNode(None, []),
    Kind.MAPPING: lambda nodes, _: nodes.MappingNode(None, []),
}
"""PyYAML's nodes for ours, as yet without a tag and without children."""


def _check_merge(key: Node, value: Node, source: Source) -> None:
    origin = value.resolved
    nodes = origin.items if origin.kind is Kind.SEQUENCE else [origin]
    if any(node.resolved.kind is not Kind.MAPPING for node in nodes):
        raise source.invalid(
            "`<<` merges something that is not a mapping",
            line=key.line,
            column=key.column,
            hint="let it name a mapping by its anchor: `<<: *name`",
        )


def _is_tagged(node: Node) -> bool:
    """True when a tag makes *node* something else than what it is written as."""
    return node.tag is not None and node.tag not in {"!", _OWN_TAG.get(node.kind)}


def _checked(mapping: Node, source: Source) -> list[Node]:
    """What is left to check of *mapping*: all of it but the keys with a meaning of their own, `<<` and `=`."""
    left = mapping.items
    for key in mapping.items[::2]:
        if key.kind is not _SCALAR and key.resolved.kind is not _SCALAR:
            raise source.invalid(
                "a list or mapping cannot be a key", line=key.line, column=key.column, hint=_UNLOADABLE
            )
        if key.value in {"<<", "="}:
            left = [node for node in left if node is not key]
    if len(left) < len(mapping.items):
        for key, value in mapping.pairs:
            if _merges(key):
                _check_merge(key, value, source)
    return left


_UNLOADABLE = "Hermes Agent cannot load this file either; put the text in quotes: hermes config edit"


def _is_text_value(node: Node) -> bool:
    """True for a scalar that is read as the text it holds, without asking PyYAML to make a value of it."""
    if node.kind is not _SCALAR or node.tag is not None:
        return False
    return not (node.plain and _is_special(node.value))


def _is_special(text: str) -> bool:
    """True when PyYAML reads plain *text* as something else than text."""
    import yaml  # loaded already

    patterns = yaml.resolver.Resolver.yaml_implicit_resolvers.get(text[:1])
    return patterns is not None and any(pattern.match(text) for _, pattern in patterns)


def _unreadable(source: Source, node: Node, error: Exception) -> InvalidFile:
    problem = getattr(error, "problem", None) or str(error) or type(error).__name__
    place = _blamed(node, problem)
    return source.invalid(
        "a value here cannot be loaded",
        line=place.line,
        column=place.column,
        why=_redacted(problem),
        hint=_UNLOADABLE,
    )


def _blamed(node: Node, problem: str) -> Node:
    """The node that *problem* is about: the first with the tag it names, else the one that was asked for."""
    for inner in node.walk():
        if inner.tag and repr(inner.tag) in problem:
            return inner
    return node


def _redacted(problem: str) -> str:
    from hermes_fallback.config.redact import mask_line  # only a failure pays for its patterns

    return mask_line(problem)


def _expanded(value: object, expand: Expand) -> object:
    """*value* with its strings expanded; shared and self-containing values stay so."""
    done: dict[int, object] = {}

    def visit(item: object) -> object:
        if isinstance(item, str):
            return item if isinstance(item, Fixed) else expand(item)
        if not isinstance(item, (dict, list)):
            return item
        if id(item) not in done:
            copy: Any = type(item)()
            done[id(item)] = copy
            if isinstance(item, dict):
                copy.update((key, visit(inner)) for key, inner in item.items())
            else:
                copy.extend(visit(inner) for inner in item)
        return done[id(item)]

    return visit(value)
