"""What counts, wherever that is not what config.yaml says: other places, other names, variables, the managed layer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from hermes_fallback.config.document import Document, Located
from hermes_fallback.config.keypath import Step, join
from hermes_fallback.config.redact import STARS, is_secret_name, mask_value
from hermes_fallback.config.settings import AUTO, MODEL_PLACES, Settings
from hermes_fallback.config.tree import Kind, Node
from hermes_fallback.config.values import Expand, Fixed, merged_pairs, value_of
from hermes_fallback.model.chain import LEGACY_KEY
from hermes_fallback.model.link import Link

__all__ = ["Difference", "Ways", "Why", "differences"]

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_OTHER_NAMES = {"key_env": "api_key_env", "api_mode": "transport"}
"""The fields of a link that may stand under another name."""
_HEADERS = "headers."
"""In the path of a header, which may carry a key under any name."""


class Why(StrEnum):
    """What makes a value count that is not the file's own."""

    PLACE = "place"
    ALIAS = "alias"
    VARIABLE = "variable"
    MANAGED = "managed"
    IGNORED = "ignored"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One key, what config.yaml *says* there and what *counts*, secrets in stars; and the reason, in words too."""

    key: str
    says: object = None
    counts: object = None
    why: Why
    because: str
    line: int | None = None
    file: str | None = None
    """Where *line* is; None for config.yaml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a file's words become what they mean: *expand* for values, *place_of* a variable, *canonical* for names."""

    expand: Expand
    place_of: Callable[[str], str | None]
    canonical: Callable[[str], str | None]


def differences(own: Document, effective: Document, settings: Settings, ways: Ways) -> tuple[Difference, ...]:
    """Where *settings*, read from *effective*, are not what *own* says: the file without the managed layer."""
    reader = _Reader(own, effective, settings, ways)
    return (*reader.primary(), *reader.chain(), *reader.values(), *reader.ignored(), *reader.defaults())


class _Reader:
    """Compares one file with what it comes to."""

    def __init__(self, own: Document, effective: Document, settings: Settings, ways: Ways) -> None:
        self._own = own
        self._effective = effective
        self._settings = settings
        self._ways = ways

    def primary(self) -> Iterator[Difference]:
        """The fields of the primary that stand elsewhere, and its provider under its own name."""
        link = self._settings.primary
        for places in MODEL_PLACES.values() if link else ():
            found = next((place for place in places if self._is_set(place)), places[0])
            if found != places[0]:
                yield self._from(places[0], found)
        if link and link.provider == AUTO:
            yield Difference(
                key="model.provider",
                says=self._says("model.provider"),
                counts=AUTO,
                why=Why.DEFAULT,
                because="no provider is named, so one is chosen: hermes resolve",
            )
        elif link:
            yield from self._own_name("model.provider", link)

    def chain(self) -> Iterator[Difference]:
        """The links that come from the older key, and the fields of links under other names."""
        for placed in self._settings.chain:
            if placed.origin == LEGACY_KEY:
                yield Difference(
                    key=f"link {placed.position}",
                    counts=mask_value(str(placed.link)),
                    why=Why.PLACE,
                    because=f"from `{placed.path}`, after the links of `fallback_providers`",
                    line=placed.line,
                    file=placed.file,
                )
            yield from self._own_name(f"{placed.path}.provider", placed.link)
            for name, other in _OTHER_NAMES.items():
                key, found = f"{placed.path}.{name}", f"{placed.path}.{other}"
                if not self._is_set(key) and self._is_set(found):
                    yield self._from(key, found)

    def values(self) -> Iterator[Difference]:
        """The values that the managed layer sets, and those that name variables."""
        for steps, name, node in _leaves(self._effective.root):
            if name.file:
                yield self._managed(join(steps), name, node)
            elif node.kind is Kind.SCALAR and "${" in node.value:
                yield from self._variable(join(steps), name, node)

    def ignored(self) -> Iterator[Difference]:
        """What is passed over."""
        for each in self._settings.chain.ignored:
            hint = f"; {each.hint}" if each.hint else ""
            because = f"ignored: {mask_value(each.what)}{hint}"
            yield Difference(
                key=each.origin, why=Why.IGNORED, because=because, line=each.line, file=each.file
            )

    def defaults(self) -> Iterator[Difference]:
        """Our own keys that are not set, or not to what they can be."""
        limits, clocks = self._settings.limits, self._settings.limits.timeouts
        for name, value in {
            "enabled": self._settings.enabled,
            "auto_activate": self._settings.auto_activate,
            "patience": f"{limits.patience_s:g}s",
            "deadline": f"{limits.deadline_s:g}s",
            "retries": limits.retries,
            "timeouts.connect": f"{clocks.connect_s:g}s",
            "timeouts.first_token": f"{clocks.first_token_s:g}s, of local hosts {clocks.local_first_token_s:g}s",
            "timeouts.between_tokens": f"{clocks.between_tokens_s:g}s",
            "trust": list(self._settings.trust),
        }.items():
            key = f"fallback.{name}"
            if self._is_bad(key):
                because, says = "what stands there cannot be meant so", self._says(key)
                yield Difference(key=key, says=says, counts=value, why=Why.DEFAULT, because=because)
            elif not self._is_set(key):
                yield Difference(key=key, counts=value, why=Why.DEFAULT, because="not set")

    def _from(self, key: str, place: str) -> Difference:
        """The value of *key*, which stands at *place*."""
        located = self._effective.get(place, self._ways.expand)
        return Difference(
            key=key,
            says=self._says(key),
            counts=mask_value(located.value if located else None, key.rpartition(".")[2]),
            why=Why.PLACE,
            because=f"from `{place}`",
            line=located.line if located else None,
        )

    def _own_name(self, key: str, link: Link) -> Iterator[Difference]:
        name = self._ways.canonical(link.provider)
        if name and name != link.provider:
            because = f"`{link.provider}` is another name of it"
            yield Difference(
                key=key, says=mask_value(link.provider), counts=name, why=Why.ALIAS, because=because
            )

    def _managed(self, key: str, name: Node, node: Node) -> Difference:
        value = value_of(node, self._effective.source)
        value = _starred(value) if _HEADERS in key else _without_headers(value)
        return Difference(
            key=key,
            says=self._says(key),
            counts=mask_value(value, name.value),
            why=Why.MANAGED,
            because="managed",
            line=name.line,
            file=name.file,
        )

    def _variable(self, key: str, name: Node, node: Node) -> Iterator[Difference]:
        written = value_of(node, self._effective.source)
        names = _VARIABLE.findall(written) if isinstance(written, str) else ()
        if not (names and isinstance(written, str)):
            return
        places = {each: self._ways.place_of(each) for each in names}
        counts, says = self._ways.expand(written), mask_value(written, name.value)
        is_secret = _HEADERS in key or any(is_secret_name(each) for each in names)
        hides = is_secret and counts != written
        yield Difference(
            key=key,
            says=says if counts != written else None,
            counts=STARS if hides else mask_value(counts, name.value),
            why=Why.VARIABLE,
            because="; ".join(
                place or f"`{each}` is set nowhere, and stays as it is written"
                for each, place in places.items()
            ),
            line=name.line,
        )

    def _says(self, key: str) -> object:
        located = self._own.get(key)
        return mask_value(located.value, key.rpartition(".")[2]) if located else None

    def _is_bad(self, key: str) -> bool:
        return any(each.what.startswith(f"`{key}` is not ") for each in self._settings.findings)

    def _is_set(self, key: str) -> bool:
        located: Located | None = self._effective.get(key, self._ways.expand)
        return located is not None and located.value is not None and bool(str(located.value).strip())


def _without_headers(value: object) -> object:
    """*value*, where it is a list of endpoints, with what variables put into their headers as stars."""
    if not isinstance(value, list):
        return value
    return [
        {name: _starred(part) if f"{name}.".endswith(_HEADERS) else part for name, part in each.items()}
        if isinstance(each, dict)
        else each
        for each in value
    ]


def _starred(headers: object) -> object:
    if isinstance(headers, dict):
        return {name: _starred(text) if isinstance(text, Fixed) else text for name, text in headers.items()}
    return STARS if isinstance(headers, Fixed) else headers


def _leaves(root: Node | None) -> Iterator[tuple[tuple[Step, ...], Node, Node]]:
    """Each value below *root* that holds no other, a managed list too: its path, its key, and itself.

    What several places share is told at the first.
    """
    seen: set[int] = set()
    waiting: list[tuple[tuple[Step, ...], Node, Node]] = [((), root, root)] if root else []
    while waiting:
        steps, name, node = waiting.pop()
        inner = node.resolved
        if id(inner) in seen:
            continue
        seen.add(id(inner))
        if inner.kind is Kind.MAPPING:
            pairs = [((*steps, key.resolved.value), key, value) for key, value in merged_pairs(inner)]
            waiting += reversed(pairs)
        elif inner.kind is Kind.SEQUENCE and not name.file:
            items = [((*steps, index), item, item) for index, item in enumerate(inner.items)]
            waiting += reversed(items)
        elif steps:
            yield steps, name, inner
