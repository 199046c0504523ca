"""Chain: the ordered links, merged from the current key and the legacy one, with nothing dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from hermes_fallback.fact import Fact
from hermes_fallback.model.link import Link
from hermes_fallback.secret import Secret

__all__ = ["CURRENT_KEY", "LEGACY_KEY", "Chain", "Entry", "Ignored", "Placed", "RawKey", "merge", "read_link"]

CURRENT_KEY = "fallback_providers"
LEGACY_KEY = "fallback_model"


class Entry(Fact, kw_only=False):
    """One item of a chain key as it stands in the file: its value, its dotted *origin* and its *line* (from 1)."""

    value: object
    origin: str
    line: int | None = None


class RawKey(Fact, kw_only=False):
    """A chain key as it stands in the file; *lines* are those of a list's items."""

    key: str
    value: object = None
    line: int | None = None
    lines: tuple[int, ...] = ()


class Ignored(Fact, kw_only=False):
    """An entry that is in the file and not in the chain, and why."""

    origin: str
    line: int | None
    what: str
    hint: str | None = None


class Placed(Fact, kw_only=False):
    """A link of the chain and where it came from. *position* counts from 1; 0 is the primary."""

    link: Link
    position: int
    origin: str
    line: int | None = None
    path: str = ""
    """The entry itself, `fallback_providers[2]`; *origin* is the key alone."""


class Chain(Fact, kw_only=False):
    """The links in the order they are tried, and the entries that were passed over."""

    links: tuple[Placed, ...] = ()
    ignored: tuple[Ignored, ...] = ()

    def __iter__(self) -> Iterator[Placed]:
        return iter(self.links)

    def __len__(self) -> int:
        return len(self.links)

    @property
    def no_links(self) -> tuple[Ignored, ...]:
        """The ignored entries of the chain's own keys, without those that stand where nobody reads them."""
        return tuple(
            each for each in self.ignored if each.origin.partition("[")[0] in {CURRENT_KEY, LEGACY_KEY}
        )

    def find(self, link: Link) -> Placed | None:
        """The place where *link* stands already, or None."""
        return next((placed for placed in self.links if placed.link.identity == link.identity), None)


def merge(current: RawKey, legacy: RawKey) -> Chain:
    """The effective chain of both keys, the way Hermes Agent reads them.

    Links of *current* come first, then those of *legacy*; each key may hold one mapping or a list of them.
    The first of two links with the same identity wins. Whatever is not a link comes back in `ignored`.
    """
    links: list[Placed] = []
    ignored: list[Ignored] = []
    seen: dict[tuple[str, str, str], Placed] = {}
    for raw in (current, legacy):
        entries, unreadable = _entries(raw)
        ignored += unreadable
        for entry in entries:
            link = read_link(entry)
            if isinstance(link, Ignored):
                ignored.append(link)
            elif first := seen.get(link.identity):
                what = f"the same link as position {first.position}"
                ignored.append(Ignored(entry.origin, entry.line, what, "remove one of the two"))
            else:
                placed = Placed(link, len(links) + 1, raw.key, entry.line, entry.origin)
                seen[link.identity] = placed
                links.append(placed)
    return Chain(tuple(links), tuple(ignored))


def _entries(raw: RawKey) -> tuple[list[Entry], list[Ignored]]:
    value = raw.value
    if value is None or value in ([], {}):
        return [], []
    if isinstance(value, Mapping):
        return [Entry(value, raw.key, raw.line)], []
    if isinstance(value, list):
        lines = raw.lines if len(raw.lines) == len(value) else (raw.line,) * len(value)
        return [
            Entry(item, f"{raw.key}[{i}]", line)
            for i, (item, line) in enumerate(zip(value, lines, strict=True))
        ], []
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        what, hint = "JSON text in a string, which nobody reads as a chain", "hermes config migrate"
    else:
        what, hint = (
            f"{_kind(value)} where a list of links belongs",
            f"write `{raw.key}:` as a list of provider and model",
        )
    return [], [Ignored(raw.key, raw.line, what, hint)]


def read_link(entry: Entry) -> Link | Ignored:
    """The link that *entry* describes, or why it describes none. Numbers count as text, as in Hermes Agent."""
    value = entry.value
    if not isinstance(value, Mapping):
        what = f"{_kind(value)} where a mapping with `provider` and `model` belongs"
        return Ignored(entry.origin, entry.line, what, _hint_for(value))
    provider, model = _text(value.get("provider")), _text(value.get("model"))
    if not provider or not model:
        missing = " and ".join(
            f"`{key}`" for key, got in (("provider", provider), ("model", model)) if not got
        )
        return Ignored(
            entry.origin, entry.line, f"no {missing}", f"add {missing} to this entry, or remove it"
        )
    base_url = value.get("base_url")
    if base_url is not None and not isinstance(base_url, str):
        what = f"`base_url` is {_kind(base_url)}, not an address"
        return Ignored(
            entry.origin, entry.line, what, 'write it in full and in quotes: "http://localhost:8000/v1"'
        )
    api_key = _text(value.get("api_key"))
    return Link(
        provider=provider,
        model=model,
        base_url=(base_url or "").strip().rstrip("/") or None,
        key_env=_text(value.get("key_env")) or _text(value.get("api_key_env")) or None,
        api_key=Secret(api_key) if api_key else None,
        api_mode=_text(value.get("api_mode")) or _text(value.get("transport")) or None,
        context_length=_positive(value.get("context_length")),
        cost=_text(value.get("cost")) or None,
        zone=_text(value.get("zone")) or None,
        extra=MappingProxyType({str(k): v for k, v in value.items() if k not in _READ}),
    )


_READ = frozenset(
    [
        "provider",
        "model",
        "base_url",
        "key_env",
        "api_key_env",
        "api_key",
        "api_mode",
        "transport",
        "context_length",
        "cost",
        "zone",
    ]
)


def _text(value: object) -> str:
    return str(value or "").strip()


def _positive(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a yes/no value"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, Mapping) else "a value"


def _hint_for(value: object) -> str:
    if isinstance(value, str) and value.strip():
        for mark in (":", "/"):
            provider, found, model = value.strip().partition(mark)
            if found and provider and model:
                return f"write it as `provider: {provider}` and `model: {model}`"
    return "write `provider:` and `model:`, or remove it"
