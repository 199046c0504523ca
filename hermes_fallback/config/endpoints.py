"""The endpoints that a config names, in `custom_providers` and `providers`, and the providers it switches off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from types import MappingProxyType

from hermes_fallback.config.document import Document
from hermes_fallback.config.finding import Finding, Level
from hermes_fallback.config.tree import Kind, Node
from hermes_fallback.config.values import Expand, find, merged_pairs, value_of
from hermes_fallback.model.chain import entra_scope
from hermes_fallback.model.endpoint import NamedEndpoint, key_of
from hermes_fallback.model.header import header_fault
from hermes_fallback.model.origin import Origin, has_user
from hermes_fallback.model.variable import is_variable_name
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import TypeVar

    from hermes_fallback.config.source import Source

    T = TypeVar("T")

__all__ = [
    "KEYED",
    "KNOWN_DIALECTS",
    "LISTED",
    "TUNING",
    "dialect",
    "read_disabled",
    "read_endpoints",
    "window",
]

LISTED = "custom_providers"
KEYED = "providers"

_ADDRESSES = {LISTED: ("base_url", "url", "api"), KEYED: ("api", "url", "base_url")}
"""The names an address goes by, the strongest first."""
_MODELS = {LISTED: ("model", "default_model"), KEYED: ("default_model", "model")}
_DIALECTS = {LISTED: ("api_mode", "transport"), KEYED: ("transport", "api_mode")}
_SPELT = {
    "apiKey": "api_key",
    "apiKeyEnv": "api_key_env",
    "apiMode": "api_mode",
    "baseUrl": "base_url",
    "contextLength": "context_length",
    "defaultModel": "default_model",
    "keyEnv": "key_env",
}
KNOWN_DIALECTS = {
    "openai_chat": "chat_completions",
    **{
        mode: mode
        for mode in ("chat_completions", "codex_responses", "anthropic_messages", "bedrock_converse")
    },
}
_OFF = frozenset({"false", "0", "no", "off"})
TUNING = frozenset(
    [
        "enabled",
        "max_output_tokens",
        "max_tokens",
        "models",
        "request_timeout_seconds",
        "stale_timeout_seconds",
    ]
)
"""What `providers.<key>` may say of a provider that has an address already."""


_SHAPES = {
    LISTED: (Kind.SEQUENCE, "a list: `- name: …` with `base_url: …` below it"),
    KEYED: (Kind.MAPPING, "a mapping: `NAME:` with `base_url: …` below it"),
}


def read_endpoints(
    document: Document, expand: Expand | None, findings: list[Finding] | None = None
) -> tuple[NamedEndpoint, ...]:
    """The named endpoints, those of the list first. Of several with one key the first counts.

    A file may hold thousands, of which a command needs one: but for name and address, an endpoint's fields are read
    when they are asked for. With *findings* all are read, and what cannot be is told there.

    Raises:
        InvalidFile: a value cannot be loaded.
    """
    endpoints: dict[str, NamedEndpoint] = {}
    groups = (_entries(group, document, expand, findings) for group in (LISTED, KEYED))
    for entry in chain.from_iterable(groups):
        endpoint = entry.endpoint()
        if endpoint is None:
            continue
        first = endpoints.setdefault(endpoint.key, endpoint)
        if findings is not None:
            endpoint.read()
            if first.base_url.lower() != endpoint.base_url.lower():
                what = f"`{endpoint.origin}` has the name of `{first.origin}`, which is used"
                finding = _finding(entry.place, what, "give one of the two another name", mild=True)
                findings.append(finding.but(key=endpoint.origin))
    return tuple(endpoints.values())


def read_disabled(document: Document, expand: Expand | None) -> Mapping[str, str]:
    """The providers that are switched off, by name, each with the place that says so.

    Raises:
        InvalidFile: a value cannot be loaded.
    """
    switches = ((key_of(entry.key), entry.switch()) for entry in _entries(KEYED, document, expand, None))
    return MappingProxyType({name: place for name, place in switches if place})


def _entries(
    group: str, document: Document, expand: Expand | None, findings: list[Finding] | None
) -> Iterator[_Entry]:
    pair = find(document.root, group) if document.root else None
    if pair is None:
        return
    name, node = pair[0], pair[1].resolved
    kind, shape = _SHAPES[group]
    if node.kind is not kind:
        if findings is not None and value_of(node, document.source) is not None:
            findings.append(_finding(name, f"`{group}` cannot be read", f"write it as {shape}"))
        return
    pairs = merged_pairs(node) if group == KEYED else zip(node.items, node.items, strict=True)
    for index, (place, child) in enumerate(pairs):
        key = place.resolved.value if group == KEYED else ""
        origin = f"{group}.{key}" if group == KEYED else f"{group}[{index}]"
        yield _Entry(document.source, expand, findings, group, key, origin, child, place)


class _Entry:
    """One entry as it stands; what is wrong with it goes to *findings*."""

    def __init__(
        self,
        source: Source,
        expand: Expand | None,
        findings: list[Finding] | None,
        group: str,
        key: str,
        origin: str,
        node: Node,
        place: Node,
    ) -> None:
        self._source = source
        self._expand = expand
        self._findings = findings
        self.group = group
        self.key = key
        self.origin = origin
        self.node = node.resolved
        self.place = place
        pairs = merged_pairs(self.node) if self.node.kind is Kind.MAPPING else ()
        given = {name.resolved.value: value for name, value in pairs}
        self._fields = {_SPELT.get(name, name): value for name, value in given.items()}

    def switch(self) -> str | None:
        """Where this switches a provider off, or None."""
        if str(self.value("enabled", True)).strip().lower() not in _OFF:
            return None
        pair = find(self.node, "enabled")
        return f"`{self.origin}.enabled`" + (f" on line {pair[0].line}" if pair else "")

    def endpoint(self) -> _Endpoint | None:
        """The endpoint, or None where the entry is none."""
        address, name = self.text(*_ADDRESSES[self.group]), self.text("name") or self.key
        key = key_of(self.key or name)
        if self._fault(address, key):
            return None
        return _Endpoint(
            key=key,
            name=name,
            base_url=self._checked(address.rstrip("/")),
            origin=self.origin,
            line=self.place.line,
            entry=self,
        )

    def _fault(self, address: str, key: str) -> bool:
        """True, and told, when the entry is no endpoint; true alone for the tuning of a provider that is known."""
        if self.node.kind is not Kind.MAPPING:
            if self.group == KEYED and value_of(self.node, self._source) is None:
                return True
            return self.tell(
                "is not a mapping", "write `name:` and `base_url:` on lines of their own below it"
            )
        if not address:
            if self.group == KEYED and TUNING.issuperset(self._given()):
                return True
            return self.tell(
                "has no address, and so is no endpoint",
                "give it one, such as `base_url: http://localhost:8000/v1`; "
                "the key of a provider that has one belongs into `.env`",
            )
        if not key:
            return self.tell("has no name", "add `name: NAME`; links call it `custom:NAME`")
        return False

    def _given(self) -> Iterator[str]:
        return (name for name in self._fields if self.value(name) not in (None, ""))

    def _checked(self, url: str) -> str:
        if has_user(url):
            self.tell(
                "has a user name or password in its address",
                "put the key into a variable, and name it with `key_env`",
            )
            from hermes_fallback.config.redact import STARS  # its patterns take longer than all of this

            scheme, _, rest = url.partition("://")
            return f"{scheme}://{STARS}@{rest.rpartition('@')[2]}"
        if self._findings is not None and not _is_http(url):
            self.tell("has no http(s) address", "write it in full, such as `http://localhost:8000/v1`")
        return url

    def value(self, name: str, default: object = None) -> object:
        """The value of a field, *default* where it is not there."""
        node = self._fields.get(name)
        return default if node is None else value_of(node, self._source, self._expand)

    def text(self, *names: str) -> str:
        """The first of these fields that is not empty."""
        for name in names:
            value = self.value(name)
            if isinstance(value, (str, int)) and (text := str(value).strip()):
                return text
        return ""

    def take(self, names: tuple[str, ...], convert: Callable[[object], T], default: T) -> T:
        """The first of these fields that is given, converted; *default*, and a finding, where it cannot be."""
        given = ((name, self.value(name)) for name in names)
        name, value = next((pair for pair in given if pair[1] not in (None, "")), ("", None))
        if value is None:
            return default
        try:
            return convert(value)
        except ValueError as error:
            self.tell(f"has a `{name}` that is not {error}", "until then it counts as left out")
            return default

    def tell(self, what: str, hint: str) -> bool:
        """True, and a finding where those are asked for."""
        if self._findings is not None:
            self._findings.append(_finding(self.place, f"`{self.origin}` {what}", hint))
        return True


class _Endpoint(NamedEndpoint, uncompared=("entry",), unshown=("entry",)):
    """An endpoint whose fields, but for its name and address, are read when they are asked for."""

    entry: _Entry

    def read(self) -> None:
        """Read all fields, so that what is wrong with them is told."""
        for name in self.field_names():
            getattr(self, name)

    @cached_property  # type: ignore[misc]
    def key_env(self) -> str | None:
        name = self.entry.text("key_env", "api_key_env")
        if name and not is_variable_name(name):
            self.entry.tell("has a `key_env` that is not the name of a variable", "name one, such as MY_KEY")
        return name or None

    @cached_property  # type: ignore[misc]
    def api_key(self) -> Secret | None:
        text = self.entry.text("api_key")
        return Secret(text) if text else None

    @cached_property  # type: ignore[misc]
    def api_mode(self) -> str | None:
        return self.entry.take(_DIALECTS[self.entry.group], dialect, None)

    @cached_property  # type: ignore[misc]
    def auth_mode(self) -> str | None:
        return self.entry.text("auth_mode").lower() or None

    @cached_property  # type: ignore[misc]
    def entra_scope(self) -> str | None:
        return entra_scope(self.entry.value("entra"))

    @cached_property  # type: ignore[misc]
    def models(self) -> tuple[str, ...]:
        default, none = self.entry.text(*_MODELS[self.entry.group]), tuple[str, ...]()
        listed = self.entry.take(("models",), _listed, none)
        return tuple(dict.fromkeys((default, *listed) if default else listed))

    @cached_property  # type: ignore[misc]
    def context_length(self) -> int | None:
        return self.entry.take(("context_length",), window, None)

    @cached_property  # type: ignore[misc]
    def headers(self) -> Mapping[str, str]:
        return MappingProxyType(self.entry.take(("extra_headers",), _headers, {}))


def _is_http(url: str) -> bool:
    try:
        Origin.of(url)
    except ValueError:
        return False
    return True


def dialect(value: object) -> str:
    """The dialect that *value* names, by the name it is known by here.

    Raises:
        ValueError: it names none.
    """
    word = str(value).strip().lower()
    if word not in KNOWN_DIALECTS:
        msg = f"one of {', '.join(dict.fromkeys(KNOWN_DIALECTS.values()))}"
        raise ValueError(msg)
    return KNOWN_DIALECTS[word]


def _listed(value: object) -> tuple[str, ...]:
    """Models as a list of names, a list of mappings with `id` or `name`, or a mapping with names as keys."""
    listed = value if isinstance(value, (list, Mapping)) else None
    if listed is None:
        msg = "a list of models"
        raise ValueError(msg)
    names = (each.get("id") or each.get("name") if isinstance(each, Mapping) else each for each in listed)
    return tuple(str(name).strip() for name in names if name is not None and str(name).strip())


def window(value: object) -> int:
    """*value*, which is how many tokens a model takes.

    Raises:
        ValueError: it is no whole number above zero.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        msg = "a number of tokens, such as 200000"
        raise ValueError(msg)
    return value


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or any(
        not isinstance(each, (str, int, float)) for each in value.values()
    ):
        msg = "a mapping of headers to their text"
        raise ValueError(msg)
    headers = {str(name): str(each).strip() for name, each in value.items()}
    for name, text in headers.items():
        if fault := header_fault(name, text):
            msg = f"fit to be sent: `{name}` {fault}"
            raise ValueError(msg)
    return headers


def _finding(node: Node, what: str, hint: str, *, mild: bool = False) -> Finding:
    level = Level.WARN if mild else Level.FAIL
    return Finding(level=level, what=what, line=node.line, column=node.column, hint=hint, file=node.file)
