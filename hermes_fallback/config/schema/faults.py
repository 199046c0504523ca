"""Everything in a config that works otherwise than its owner may think, each at the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

from hermes_fallback.config import keypath
from hermes_fallback.config.document import CHAIN_KEYS, Document
from hermes_fallback.config.endpoints import read_endpoints
from hermes_fallback.config.finding import Finding, Level
from hermes_fallback.config.keypath import Step
from hermes_fallback.config.redact import mask_line, mask_value
from hermes_fallback.config.schema.keys import ROOT
from hermes_fallback.config.schema.near import misspelt, nearest
from hermes_fallback.config.schema.shapes import Key, Keys, Shape, Value
from hermes_fallback.config.tree import Kind, Node
from hermes_fallback.config.values import Expand, Fixed, merged_pairs, value_of
from hermes_fallback.errors import InvalidFile
from hermes_fallback.model.chain import Ignored, merge

__all__ = ["Names", "find_faults"]

_REFERENCE = re.compile(r"\$\{[^}]+\}")
_SHORTEST_KEY = 20
"""Letters from which a text with digits in it may be a key, whatever it looks like."""

_WITHOUT_KEY_ENV = frozenset({"model", "delegation"})
"""Where Hermes Agent reads no `key_env`."""

Steps = tuple[Step, ...]


class Names(Protocol):
    """The providers that are known."""

    def canonical(self, name: str) -> str | None:
        """The provider's own name for any of its names, or None."""

    def suggest(self, word: str) -> tuple[str, ...]:
        """The providers that *word* may have meant, the nearest first."""


def find_faults(document: Document, names: Names, expand: Expand | None = None) -> tuple[Finding, ...]:
    """All that is wrong with *document*, in the order of the text.

    A `${VAR}` that *expand* leaves as it is may become anything, and is taken for right.

    Raises:
        InvalidFile: a value cannot be loaded at all.
    """
    if document.root is None:
        return ()
    document.check_loadable()
    walk = _Walk(document, names, expand)
    walk.judge(document.root, ROOT, ())
    found = [*_with_chain(document, expand, walk.found), *_related(document, expand)]
    return _named(found, document.root)


def _named(found: list[Finding], root: Node) -> tuple[Finding, ...]:
    """*found* in the order of the text, each with its path."""
    paths = {} if all(each.key for each in found) else dict(_places(root))
    named = (each if each.key else each.but(key=paths.get((each.line, each.column), "")) for each in found)
    return tuple(sorted(named, key=lambda each: (each.line or 0, each.column or 0)))


def _places(root: Node) -> Iterator[tuple[tuple[int | None, int | None], str]]:
    """Where every key and every item stands, and its path."""
    waiting: list[tuple[Node, Steps]] = [(root, ())]
    while waiting:
        node, steps = waiting.pop()
        pairs = node.pairs if node.kind is Kind.MAPPING else [(item, item) for item in node.items]
        for index, (name, child) in enumerate(pairs):
            here = (*steps, name.value if node.kind is Kind.MAPPING else index)
            yield (name.line, name.column), keypath.join(here)
            waiting.append((child, here))


def _with_chain(document: Document, expand: Expand | None, found: list[Finding]) -> list[Finding]:
    """*found*, what is ignored of the chain, and the keys that stand twice. One place is told of once."""
    doubles = list(document.findings())
    try:
        ignored = (*merge(*document.chain_keys(expand)).ignored, *document.misplaced())
    except InvalidFile as error:  # a chain key that stands twice: no edit takes the file
        refusal = _refusal(error)
        doubles = [each for each in doubles if not each.what.startswith(refusal.what)]
        return [*found, *doubles, refusal]
    origins = {each.origin for each in ignored}
    broken = [each.key for each in found if each.level is Level.FAIL]
    told = [each for each in found if each.key not in origins]
    untold = (each for each in ignored if not any(key.startswith(f"{each.origin}.") for key in broken))
    return [*told, *doubles, *(_passed_over(document, each) for each in untold)]


def _refusal(error: InvalidFile) -> Finding:
    place = f"`{error.path}` line {error.line}, column {error.column}: "
    return Finding(
        level=Level.FAIL,
        what=error.what.removeprefix(place),
        line=error.line,
        column=error.column,
        hint=error.hint,
    )


def _passed_over(document: Document, ignored: Ignored) -> Finding:
    located = document.get(ignored.origin)
    return Finding(
        level=Level.WARN,
        what=f"`{ignored.origin}` is ignored: {ignored.what}",
        line=located.line if located else ignored.line,
        column=located.column if located else None,
        hint=ignored.hint,
        key=ignored.origin,
        file=ignored.file,
    )


def _related(document: Document, expand: Expand | None) -> Iterator[Finding]:
    """What is wrong with places only beside one another."""
    endpoints: list[Finding] = []
    read_endpoints(document, expand, endpoints)
    yield from (each for each in endpoints if each.level is Level.WARN)  # of one name; the rest is the walk's
    if document.get("model") and (second := document.get("model_routing.primary")) and second.value:
        yield Finding(
            level=Level.WARN,
            what="`model_routing.primary` is ignored: `model` is there",
            line=second.line,
            column=second.column,
            hint="remove one of the two",
            key="model_routing.primary",
        )


class _Walk:
    """Goes through a tree along its description. A node that stands for several places is judged once."""

    def __init__(self, document: Document, names: Names, expand: Expand | None) -> None:
        self._source = document.source
        self._names = names
        self._expand = expand
        self._seen: set[tuple[int, int]] = set()
        self._values: dict[int, object] = {}
        self.found: list[Finding] = []

    def judge(self, node: Node, shape: Shape, steps: Steps, key: Key | None = None) -> None:
        """Tell what is wrong with *node*, which stands at *steps* and should be of *shape*."""
        node = node.resolved
        mark = (id(node), id(shape))
        if mark in self._seen or not (shape.value or shape.items or shape.keys):
            return
        self._seen.add(mark)
        if key is not None and key.is_nullable and self._is_null(node):
            return
        if node.kind is Kind.MAPPING and shape.keys:
            self._mapping(node, shape.keys, steps)
        elif node.kind is Kind.SEQUENCE and shape.items:
            for index, item in enumerate(node.items):
                self.judge(item, shape.items, (*steps, index))
        elif node.kind is Kind.SCALAR and shape.value:
            self._single(node, shape.value, steps, key)
        elif steps[0] not in CHAIN_KEYS:  # what those hold is told as the chain reads it
            self._misfit(node, shape, steps)

    def _mapping(self, node: Node, keys: Keys, steps: Steps) -> None:
        pairs = {name.resolved.value: (name, child) for name, child in merged_pairs(node)}
        known = {name: key for key in keys.known for name in (key.name, *key.also)}
        for word, (name, child) in pairs.items():
            place = (*steps, word)
            if key := known.get(word):
                self.judge(child, key.shape, place, key)
                self._unread(name, child, key, place)
            elif keys.rest:
                self.judge(child, keys.rest, place, _ANY_NAME)
                self._slip(name, place, set(known))
                self._rest_fault(name, child, keys, place)
            elif keys.is_ours:
                meant = nearest(word, known)
                self._tell(
                    name,
                    place,
                    "is not a key we know",
                    f"did you mean `{meant}`?" if meant else "remove it; nothing reads it",
                    mild=True,
                )
            else:
                self._slip(name, place, set(known))
        if not steps or steps[0] not in CHAIN_KEYS:
            self._needed(node, keys, pairs, steps)

    def _slip(self, name: Node, place: Steps, known: set[str]) -> None:
        meant = misspelt(name.resolved.value, known)
        if meant:
            self._tell(name, place, "is not a key that is read", f"did you mean `{meant}`?", mild=True)

    def _rest_fault(self, name: Node, child: Node, keys: Keys, place: Steps) -> None:
        if keys.rest_fault and child.resolved.kind is Kind.SCALAR:
            value = self._expanded(child.resolved)
            if fault := keys.rest_fault(name.resolved.value, "" if value is None else str(value).strip()):
                self._tell(name, place, f"cannot be sent: it {fault}", "correct it, or remove it")

    def _unread(self, name: Node, child: Node, key: Key, place: Steps) -> None:
        if key.mend and self._is_given(child):
            self._tell(name, place, f"is read by nobody any more: {key.help}", key.mend, mild=True)

    def _needed(self, node: Node, keys: Keys, pairs: Mapping[str, tuple[Node, Node]], steps: Steps) -> None:
        given = {word for word, (_, child) in pairs.items() if self._is_given(child)}
        if (keys.beside and not given.intersection(keys.beside)) or (keys.unless and given <= {*keys.unless}):
            return
        for key in keys.known:
            names = (key.name, *key.also)
            if key.is_needed and not given.intersection(names):
                empty = next((pairs[name][0] for name in names if name in pairs), node)
                self._tell(empty, steps, f"has no `{key.name}`", f"add `{key.name}`: {key.help}")

    def _is_given(self, node: Node) -> bool:
        node = node.resolved
        if node.kind is not Kind.SCALAR:
            return bool(node.items)
        value = self._value(node)
        return value is not None and bool(str(value).strip())

    def _is_null(self, node: Node) -> bool:
        return node.kind is Kind.SCALAR and self._value(node) is None

    def _value(self, node: Node) -> object:
        if id(node) not in self._values:
            self._values[id(node)] = value_of(node, self._source)
        return self._values[id(node)]

    def _expanded(self, node: Node) -> object:
        value = self._value(node)
        return self._expand(value) if self._expand and isinstance(value, str) else value

    def _single(self, node: Node, kind: Value, steps: Steps, key: Key | None) -> None:
        raw, value = self._value(node), self._expanded(node)
        if isinstance(value, str) and _REFERENCE.search(value):
            return
        try:
            kind.take(value)
        except ValueError as error:
            self._tell(node, steps, f"is not {error}", _hint(node, value, kind, key))
            return
        if kind.is_provider:
            self._provider(node, str(value).strip(), kind, steps)
        if kind.is_secret and value == raw and not isinstance(raw, Fixed) and _is_key(str(raw)):
            there = "`${NAME}`" if steps[0] in _WITHOUT_KEY_ENV else "`key_env: NAME`"
            hint = f"move it into `.env` as NAME=…, and write {there} in its place"
            self._tell(node, steps, "holds a key for all to read", hint, mild=True)

    def _provider(self, node: Node, name: str, kind: Value, steps: Steps) -> None:
        if not name or name.lower() in kind.choices or self._names.canonical(name):
            return
        near = [each for each in [nearest(name, kind.choices)] if each] or self._names.suggest(name)
        meant = " or ".join(f"`{mask_line(each)}`" for each in near)
        hint = f"did you mean {meant}?" if near else "hermes providers list"
        self._tell(node, steps, f"is no provider we know: `{mask_line(name)}`", hint)

    def _misfit(self, node: Node, shape: Shape, steps: Steps) -> None:
        if node.style and node.value.lstrip()[:1] in {"[", "{"}:
            hint = "take it out of its quotes: in them it is text"
        elif shape.keys:
            hint = "write its keys on lines of their own below it"
        else:
            hint = (
                "write each item on a line of its own, behind `- `"
                if shape.items
                else "write it on the key's own line"
            )
        self._tell(node, steps, f"is not {_wanted(shape)}", hint)

    def _tell(self, node: Node, steps: Steps, what: str, hint: str, *, mild: bool = False) -> None:
        path = mask_line(keypath.join(steps))
        self.found.append(
            Finding(
                level=Level.WARN if mild else Level.FAIL,
                what=f"`{path}` {what}",
                line=node.line,
                column=node.column,
                hint=hint,
                key=path,
                file=node.file,
            )
        )


_ANY_NAME = Key(name="", shape=Shape(), help="")
"""Of what the user gives a name; null stands for nothing there as anywhere."""


def _wanted(shape: Shape) -> str:
    words = ["a mapping"] if shape.keys else []
    words += ["a list"] if shape.items else []
    words += ["a single value"] if shape.value else []
    return " or ".join(words)


def _hint(node: Node, value: object, kind: Value, key: Key | None) -> str:
    meant = nearest(value, kind.choices) if isinstance(value, str) else None
    if meant:
        return f"did you mean `{meant}`?"
    if node.style in {'"', "'"} and _fits_unquoted(value, kind):
        return "write it without the quotes"
    return _way_out(key)


def _fits_unquoted(value: object, kind: Value) -> bool:
    import yaml  # loaded already

    try:
        kind.take(yaml.safe_load(str(value)))
    except (ValueError, yaml.YAMLError):
        return False
    return True


def _way_out(key: Key | None) -> str:
    if key is None or key.default is None:
        return "correct it, or remove it: hermes config edit"
    default = str(key.default).lower() if isinstance(key.default, bool) else key.default
    return f"correct it, or remove it for the default, `{default}`"


def _is_key(text: str) -> bool:
    """True for what looks like a real key; `ollama` or `local-key` stand where none is asked for."""
    if mask_value(text) != text:
        return True
    is_long = len(text) >= _SHORTEST_KEY and any(char.isdigit() for char in text)
    return is_long and " " not in text and mask_value(text, "api_key") != text
