"""The managed layer: what whoever looks after a machine laid down for it. Leaf by leaf it wins over config.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy

from hermes_fallback.config.document import Document
from hermes_fallback.config.keypath import Step, join, split
from hermes_fallback.config.reading import read_document
from hermes_fallback.config.tree import Kind, Node, Tree
from hermes_fallback.config.values import Fixed, find, merged_pairs
from hermes_fallback.config.variables import expander
from hermes_fallback.errors import FallbackError, InvalidFile
from hermes_fallback.fact import Fact
from hermes_fallback.model.chain import Ignored

__all__ = ["Managed", "passed_over", "refuse_read_only"]

_NOBODY = frozenset(["", "0", "false", "no", "off"])
_SOMEBODY = frozenset(["1", "true", "yes"])
_TEXT_TAGS = frozenset([None, "!", "tag:yaml.org,2002:str"])


class Managed(Fact, kw_only=False):
    """The layer's config.yaml. One that is missing sets nothing; nor does one that is broken, which has a *fault*."""

    document: Document
    fault: FallbackError | None = None

    @classmethod
    def read(cls, folder: str, environ: Mapping[str, str]) -> Managed:
        """The layer in *folder*, its `${VAR}` taken from *environ* alone."""
        path = f"{folder}/config.yaml"
        try:
            document = read_document(path)
            document.check_loadable()
            document.chain_keys()
        except FallbackError as error:
            return cls(Document.parse(b"", path), error)
        if document.root:
            _settle(document.root, path, environ)
        return cls(document)

    @property
    def path(self) -> str:
        """The file's name."""
        return self.document.path

    def over(self, document: Document) -> Document:
        """*document* as it counts: to be read, not to be edited.

        Mappings are merged; lists and single values replace, but null replaces no mapping.
        """
        top = self.document.root
        if top is None:
            return document
        root = top if document.root is None else _merged(document.root, top)
        return document.but(tree=Tree(root=root))

    def refuse(self, document: Document, *keys: str) -> None:
        """Nothing, when the layer leaves each of the dotted *keys* to *document*.

        Raises:
            InvalidFile: it sets one of them, or a part of it; names the file and the line.
        """
        top = self.over(document).root
        for key in keys:
            place = _decided(top, split(key))
            if place:
                raise InvalidFile(
                    f"`{key}` is set by `{self.path}`, line {place.line}: nothing was changed",
                    path=self.path,
                    line=place.line,
                    column=place.column,
                    text=self.document.source.shown(place.line),
                    why="what is managed there wins over the config.yaml of every home",
                    hint="change it there, or ask whoever looks after this machine",
                    kind="managed-key",
                )

    def refuse_edit(self, old: bytes, new: bytes, path: str) -> None:
        """Nothing, when the file *path* has the same in *old* and *new* for every key that the layer sets.

        Where one of the two is no config at all, it is being mended, and nothing is asked.

        Raises:
            InvalidFile: a key differs; as `refuse` does.
        """
        try:
            before, after = Document.parse(old, path), Document.parse(new, path)
        except InvalidFile:
            return
        for steps in _leaves(self.document.root):
            key = join(steps)
            was, now = before.get(key), after.get(key)
            if (was and was.value) != (now and now.value) or (was is None) != (now is None):
                self.refuse(after if now else before, key)


def passed_over(fault: FallbackError) -> Ignored:
    """The remark on a managed file that counts for nothing because of *fault*."""
    line, path = (fault.line, fault.path) if isinstance(fault, InvalidFile) else (None, None)
    return Ignored("the managed layer", line, fault.what, "tell whoever looks after this machine", path)


def refuse_read_only(environ: Mapping[str, str]) -> None:
    """Nothing, when this install may be edited by hand.

    Raises:
        InvalidFile: HERMES_MANAGED says that it may not, or whose work it is.
    """
    manager = environ.get("HERMES_MANAGED", "").strip()
    if manager.lower() not in _NOBODY:
        by = "" if manager.lower() in _SOMEBODY else f" by {manager}"
        raise InvalidFile(
            f"this install is managed{by}, and read-only: nothing was changed",
            why=f"HERMES_MANAGED is `{manager}`",
            hint="change it where it is managed; or, if it is not, unset HERMES_MANAGED",
            kind="read-only",
        )


def _settle(top: Node, path: str, environ: Mapping[str, str]) -> None:
    """Let every node below *top* say where it stands, and every text have its variables."""
    expand = expander(environ.get)
    for node in top.walk():
        node.file = path
        texts = node.pairs if node.kind is Kind.MAPPING else zip(node.items, node.items, strict=True)
        for _, text in texts:
            if text.kind is Kind.SCALAR and "${" in text.value and text.tag in _TEXT_TAGS:
                text.value, text.plain, text.tag = Fixed(expand(text.value)), False, None


def _merged(own: Node, managed: Node) -> Node:
    """The mapping *own* with the leaves of *managed* laid over it."""
    laid: dict[str, tuple[Node, Node]] = {}
    for name, value in merged_pairs(managed):
        key, inner = name.resolved.value, value.resolved
        standing = find(own, key)
        if standing is None or standing[1].resolved.kind is not Kind.MAPPING:
            laid[key] = name, value
        elif inner.kind is Kind.MAPPING:
            laid[key] = standing[0], _merged(standing[1].resolved, inner)
        elif not _is_null(inner):
            laid[key] = name, value
    kept = [(key, value) for key, value in own.pairs if key.resolved.value not in laid]
    merged = copy(own)
    merged.items = [node for pair in (*kept, *laid.values()) for node in pair]
    return merged


def _is_null(node: Node) -> bool:
    return node.kind is Kind.SCALAR and node.plain and node.value in {"", "~", "null", "Null", "NULL"}


def _decided(node: Node | None, steps: tuple[Step, ...]) -> Node | None:
    """The managed place that decides the value at *steps* below *node*, or a part of it; None where there is none."""
    for place, step in enumerate(steps, start=1):
        pair = find(node, str(step)) if node and node.kind is Kind.MAPPING else None
        if pair is None:
            return None
        name, node = pair[0], pair[1].resolved
        if node.kind is not Kind.MAPPING and name.file:
            return None if _is_null(node) and place < len(steps) else name
    return next((inner for inner in node.walk() if inner.file), None) if node else None


def _leaves(node: Node | None, above: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    if node and node.kind is Kind.MAPPING:
        for name, value in merged_pairs(node):
            yield from _leaves(value.resolved, (*above, name.resolved.value))
    elif node:
        yield above
