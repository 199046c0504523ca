"""The endpoints that a config names, in `custom_providers` and `providers`, and the providers it switches off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from hermes_fallback.config.document import Document
from hermes_fallback.config.finding import Finding, Level
from hermes_fallback.config.tree import Kind, Node
from hermes_fallback.config.values import Expand, find, merged_pairs, value_of
from hermes_fallback.fact import Fact
from hermes_fallback.model.endpoint import NamedEndpoint, key_of
from hermes_fallback.model.header import header_fault
from hermes_fallback.model.origin import Origin, has_user
from hermes_fallback.model.variable import is_variable_name
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")

__all__ = ["KEYED", "LISTED", "read_endpoints"]

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
_KNOWN_DIALECTS = {
    "openai_chat": "chat_completions",
    **{
        mode: mode
        for mode in ("chat_completions", "codex_responses", "anthropic_messages", "bedrock_converse")
    },
}
_OFF = frozenset({"false", "0", "no", "off"})
_TUNING = frozenset(
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


class _Entry(Fact, kw_only=False):
    """One entry as it stands: which of the two keys it belongs to, its own key there, and where it begins."""

    group: str
    key: str
    value: object
    origin: str
    node: Node
    place: Node


def read_endpoints(
    document: Document, expand: Expand | None, findings: list[Finding]
) -> tuple[tuple[NamedEndpoint, ...], Mapping[str, str]]:
    """The named endpoints, those of the list first, and which providers are switched off, by name, with the place.

    Of several endpoints with one key the first counts. What cannot be read is told in *findings*.

    Raises:
        InvalidFile: a value cannot be loaded.
    """
    endpoints: dict[str, NamedEndpoint] = {}
    disabled: dict[str, str] = {}
    for entry in _entries(document, expand, findings):
        if place := _switch(entry):
            disabled[key_of(entry.key)] = place
        endpoint = _Reader(entry, findings).endpoint()
        if endpoint is None:
            continue
        first = endpoints.setdefault(endpoint.key, endpoint)
        if first.base_url.lower() != endpoint.base_url.lower():
            what = f"`{endpoint.origin}` has the name of `{first.origin}`, which is used"
            findings.append(_finding(entry.place, what, "give one of the two another name", mild=True))
    return tuple(endpoints.values()), MappingProxyType(disabled)


def _entries(document: Document, expand: Expand | None, findings: list[Finding]) -> Iterator[_Entry]:
    for group, kind, shape in (
        (LISTED, Kind.SEQUENCE, "a list: `- name: …` with `base_url: …` below it"),
        (KEYED, Kind.MAPPING, "a mapping: `NAME:` with `base_url: …` below it"),
    ):
        pair = find(document.root, group) if document.root else None
        if pair is None:
            continue
        name, node = pair[0], pair[1].resolved
        if node.kind is not kind:
            if value_of(node, document.source) is not None:
                findings.append(_finding(name, f"`{group}` cannot be read", f"write it as {shape}"))
            continue
        pairs = merged_pairs(node) if group == KEYED else zip(node.items, node.items, strict=True)
        for index, (place, child) in enumerate(pairs):
            key = place.resolved.value if group == KEYED else ""
            origin = f"{group}.{key}" if group == KEYED else f"{group}[{index}]"
            value = value_of(child, document.source, expand)
            yield _Entry(group, key, value, origin, child, place)


def _switch(entry: _Entry) -> str | None:
    """Where *entry* switches a provider off, or None."""
    if entry.group != KEYED or not isinstance(entry.value, Mapping):
        return None
    if str(entry.value.get("enabled", True)).strip().lower() not in _OFF:
        return None
    pair = find(entry.node.resolved, "enabled")
    return f"`{entry.origin}.enabled`" + (f" on line {pair[0].line}" if pair else "")


class _Reader:
    """Reads one entry; what is wrong with it goes to *findings*."""

    def __init__(self, entry: _Entry, findings: list[Finding]) -> None:
        self._entry = entry
        self._findings = findings
        value = entry.value if isinstance(entry.value, Mapping) else {}
        self._fields = {_SPELT.get(str(name), str(name)): each for name, each in value.items()}

    def endpoint(self) -> NamedEndpoint | None:
        """The endpoint, or None where the entry is none."""
        group, origin = self._entry.group, self._entry.origin
        if self._fault():
            return None
        name = self._text("name") or self._entry.key
        api_key = self._text("api_key")
        return NamedEndpoint(
            key=key_of(self._entry.key or name),
            name=name,
            base_url=self._address(),
            key_env=self._variable(),
            api_key=Secret(api_key) if api_key else None,
            api_mode=self._take(_DIALECTS[group], _dialect, None),
            models=self._models(),
            context_length=self._take(("context_length",), _window, None),
            headers=MappingProxyType(self._take(("extra_headers",), _headers, {})),
            origin=origin,
            line=self._entry.place.line,
        )

    def _fault(self) -> bool:
        """True, and told, when the entry is no endpoint; true alone for the tuning of a provider that is known."""
        group, value = self._entry.group, self._entry.value
        if value is None and group == KEYED:
            return True
        if not isinstance(value, Mapping):
            return self._tell(
                "is not a mapping", "write `name:` and `base_url:` on lines of their own below it"
            )
        if not self._text(*_ADDRESSES[group]):
            if group == KEYED and _TUNING.issuperset(self._fields):
                return True
            return self._tell(
                "has no address, and so is no endpoint",
                "give it one, such as `base_url: http://localhost:8000/v1`; "
                "the key of a provider that has one belongs into `.env`",
            )
        if not key_of(self._entry.key or self._text("name")):
            return self._tell("has no name", "add `name: NAME`; links call it `custom:NAME`")
        return False

    def _models(self) -> tuple[str, ...]:
        default, none = self._text(*_MODELS[self._entry.group]), tuple[str, ...]()
        listed = self._take(("models",), _listed, none)
        return tuple(dict.fromkeys((default, *listed) if default else listed))

    def _address(self) -> str:
        url = self._text(*_ADDRESSES[self._entry.group]).rstrip("/")
        if has_user(url):
            self._tell(
                "has a user name or password in its address",
                "put the key into a variable, and name it with `key_env`",
            )
            from hermes_fallback.config.redact import STARS  # its patterns take longer than all of this

            scheme, _, rest = url.partition("://")
            return f"{scheme}://{STARS}@{rest.rpartition('@')[2]}"
        try:
            Origin.of(url)
        except ValueError:
            self._tell("has no http(s) address", "write it in full, such as `http://localhost:8000/v1`")
        return url

    def _variable(self) -> str | None:
        name = self._text("key_env", "api_key_env")
        if name and not is_variable_name(name):
            self._tell("has a `key_env` that is not the name of a variable", "name one, such as MY_KEY")
        return name or None

    def _text(self, *names: str) -> str:
        """The first of these fields that is not empty."""
        values = (self._fields.get(name) for name in names)
        return next(
            (text for value in values if isinstance(value, (str, int)) and (text := str(value).strip())), ""
        )

    def _take(self, names: tuple[str, ...], convert: Callable[[object], T], default: T) -> T:
        """The first of these fields that is given, converted; *default*, and a finding, where it cannot be."""
        name = next((name for name in names if self._fields.get(name) not in (None, "")), None)
        if name is None:
            return default
        try:
            return convert(self._fields[name])
        except ValueError as error:
            self._tell(f"has a `{name}` that is not {error}", "until then it counts as left out")
            return default

    def _tell(self, what: str, hint: str) -> bool:
        self._findings.append(_finding(self._entry.place, f"`{self._entry.origin}` {what}", hint))
        return True


def _dialect(value: object) -> str:
    word = str(value).strip().lower()
    if word not in _KNOWN_DIALECTS:
        msg = f"one of {', '.join(dict.fromkeys(_KNOWN_DIALECTS.values()))}"
        raise ValueError(msg)
    return _KNOWN_DIALECTS[word]


def _listed(value: object) -> tuple[str, ...]:
    """Models as a list of names, a list of mappings with `id` or `name`, or a mapping with names as keys."""
    listed = value if isinstance(value, (list, Mapping)) else None
    if listed is None:
        msg = "a list of models"
        raise ValueError(msg)
    names = (each.get("id") or each.get("name") if isinstance(each, Mapping) else each for each in listed)
    return tuple(str(name).strip() for name in names if name is not None and str(name).strip())


def _window(value: object) -> int:
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
    return Finding(level=level, what=what, line=node.line, column=node.column, hint=hint)
