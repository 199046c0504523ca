"""Chain: the ordered links, merged from the current key and the legacy one, with nothing dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from hermes_fallback.fact import Fact
from hermes_fallback.model.link import Link
from hermes_fallback.secret import Secret

__all__ = [
    "CURRENT_KEY",
    "LEGACY_KEY",
    "MISSPELT",
    "Chain",
    "Entry",
    "Ignored",
    "Placed",
    "RawKey",
    "entra_scope",
    "merge",
    "read_link",
]

CURRENT_KEY = "fallback_providers"
LEGACY_KEY = "fallback_model"

MISSPELT = MappingProxyType(
    {
        "apiKey": "api_key",
        "apiKeyEnv": "api_key_env",
        "apiMode": "api_mode",
        "baseUrl": "base_url",
        "contextLength": "context_length",
        "keyEnv": "key_env",
    }
)
"""Fields of an entry as other programs spell them, which nobody reads here, and how they are spelt."""


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
    file: str | None = None
    """Where it stands; None for the home's own config.yaml."""


class Ignored(Fact, kw_only=False):
    """An entry that is in the file and not in the chain, and why."""

    origin: str
    line: int | None
    what: str
    hint: str | None = None
    file: str | None = None
    """Where it stands; None for the home's own config.yaml."""


class Placed(Fact, kw_only=False):
    """A link of the chain and where it came from. *position* counts from 1; 0 is the primary."""

    link: Link
    position: int
    origin: str
    line: int | None = None
    path: str = ""
    """The entry itself, `fallback_providers[2]`; *origin* is the key alone."""
    file: str | None = None
    """Where it stands; None for the home's own config.yaml."""


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
        """The ignored entries of the chain's own keys: not what stands elsewhere, nor a mere field of a link."""
        return tuple(
            each for each in self.ignored if each.origin.rstrip("0123456789[]") in {CURRENT_KEY, LEGACY_KEY}
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
        entries, passed_over = _entries(raw)
        for entry in entries:
            link = read_link(entry)
            if isinstance(link, Ignored):
                passed_over.append(link)
            elif first := seen.get(link.identity):
                what = f"the same link as position {first.position}"
                passed_over.append(Ignored(entry.origin, entry.line, what, "remove one of the two"))
            else:
                placed = Placed(link, len(links) + 1, raw.key, entry.line, entry.origin, raw.file)
                seen[link.identity] = placed
                links.append(placed)
                passed_over += _unread(entry)
        ignored += [each.but(file=raw.file) for each in passed_over] if raw.file else passed_over
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


def _unread(entry: Entry) -> Iterator[Ignored]:
    """The fields of a link that are misspelt, and so count for nothing."""
    for name in entry.value if isinstance(entry.value, Mapping) else ():
        right = MISSPELT.get(name)
        if right:
            hint = f"write `{right}`, or let it be done: hermes config migrate"
            yield Ignored(f"{entry.origin}.{name}", entry.line, f"`{name}` is not a field that is read", hint)


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
        return Ignored(entry.origin, entry.line, f"no {missing}", _hint_without(value, missing))
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
        auth_mode=_text(value.get("auth_mode")).lower() or None,
        entra_scope=entra_scope(value.get("entra")),
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
        "auth_mode",
        "entra",
    ]
)


def entra_scope(value: object) -> str | None:
    """The `scope` in *value*, which stands under `entra:`."""
    return _text(value.get("scope")) or None if isinstance(value, Mapping) else None


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


def _hint_without(value: Mapping[object, object], missing: str) -> str:
    """What to do about an entry that has no provider or no model; `name` and `models` are not read for them."""
    if "model" not in value and value.get("models"):
        return "write an entry with one `provider` and one `model` for each of its `models`"
    if "provider" not in value and value.get("name"):
        return "write `provider` in place of `name`, and one `model`"
    return f"add {missing} to this entry, or remove it"


def _hint_for(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    provider, _, model = text.partition(":")
    if provider and model and "/" not in provider:
        return f"write it as `provider: {provider}` and `model: {model}`"
    if "/" in text:
        return f"write `provider:` and `model:`; `{text}` may be a model's whole name"
    return "write `provider:` and `model:`, or remove it"
