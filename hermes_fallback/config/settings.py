"""What the config says, typed: the primary, the chain, our own keys; and a finding for whatever cannot be meant so."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType

from hermes_fallback.config.document import Document
from hermes_fallback.config.tree import Kind, Node
from hermes_fallback.config.values import Expand, find, value_of
from hermes_fallback.fact import Fact
from hermes_fallback.model.chain import Chain, Entry, Ignored, merge, read_link
from hermes_fallback.model.limits import Limits, Timeouts
from hermes_fallback.model.link import Link

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import TypeVar

    from hermes_fallback.config.finding import Finding
    from hermes_fallback.model.endpoint import NamedEndpoint
    from hermes_fallback.model.limits import Policy

    T = TypeVar("T")

__all__ = [
    "AUTO",
    "IMPORTS",
    "MODEL_PLACES",
    "Section",
    "Settings",
    "count",
    "flag",
    "hosts",
    "imports",
    "patience",
    "read_settings",
    "seconds",
]

AUTO = "auto"
"""The provider of a primary that names none: to be chosen from the credentials that are there."""

IMPORTS = ("claude_code", "codex", "qwen_code")
"""The programs whose sign-ins may be used as well, where the user says so."""

MODEL_PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "provider": ("model.provider", "provider"),
        "model": ("model.default", "model.model", "model.name"),
        "base_url": ("model.base_url", "model.api_base", "base_url", "api_base"),
        "api_key": ("model.api_key", "model.api"),
        "context_length": ("model.context_length", "context_length"),
    }
)
"""Where the fields of the primary may stand; the first place that is not empty counts."""

_OWN_KEYS = frozenset(
    [
        "auto_activate",
        "deadline",
        "enabled",
        "max_switches",
        "midstream",
        "notify",
        "on",
        "patience",
        "retries",
        "scope",
        "spend",
        "state",
        "store",
        "timeouts",
        "trust",
        "when_all_benched",
        "zone",
    ]
)
_TIMEOUTS = frozenset(["connect", "first_token", "between_tokens"])
_CREDENTIALS = frozenset(["import"])
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}
_DURATION = r"(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|h|)"
_HOST = r"[\w.-]+|\[?[0-9a-fA-F:.]+\]?"


class Settings(Fact, uncompared=("document", "expand"), unshown=("document", "expand")):
    """Everything of the config that the chain and its engine go by.

    What a large config is large by, endpoints and what is wrong with it, is read when it is asked for.
    """

    document: Document
    """What all of it is read from, its strings through *expand*."""
    expand: Expand | None = None

    primary: Link | None = None
    """None where no model is named."""
    primary_file: str | None = None
    """The managed file that decides the primary's provider or model; None for the home's own config.yaml."""
    chain: Chain = Chain()
    enabled: bool = True
    auto_activate: bool = True
    """False: a switch needs the user's word."""
    limits: Limits = Limits()
    trust: tuple[str, ...] = ()
    """Hosts that may be sent a key that is not bound to them."""
    imports: tuple[str, ...] = ()
    """Those of `IMPORTS` whose files may be read."""
    remarks: tuple[Finding, ...] = ()
    """What cannot be meant so of the fields above."""

    @cached_property
    def endpoints(self) -> tuple[NamedEndpoint, ...]:
        """What `custom_providers` and `providers` give a name and an address."""
        return self._endpoints()

    def text(self, dotted: str) -> str:
        """The value at *dotted*, such as `vertex.region`; empty where there is none."""
        found = self.document.get(dotted, self.expand)
        return _text(found.value) if found else ""

    @cached_property
    def strategies(self) -> Mapping[str, str]:
        """The order in which the credentials of a provider take turns, where it is not that of their priorities."""
        found = self.document.get("credential_pool_strategies")
        named = found.value if found and isinstance(found.value, Mapping) else {}
        return {
            str(name): each for name, each in named.items() if isinstance(each, str) and each != "fill_first"
        }

    @cached_property
    def disabled(self) -> Mapping[str, str]:
        """The providers that are switched off, each with the place that says so."""
        if not _holds(self.document, "providers"):
            return MappingProxyType({})
        from hermes_fallback.config.endpoints import read_disabled  # few configs name any

        return read_disabled(self.document, self.expand)

    @cached_property
    def policy(self) -> Policy:
        """Where a conversation may go, and what is done when it cannot."""
        return self._policy([])

    def _policy(self, findings: list[Finding]) -> Policy:
        from hermes_fallback.config.policy import read_policy  # only conversations ask

        return read_policy(Section.top(self.document, "fallback", self.expand, findings))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All that cannot be meant as it stands."""
        found = list(self.remarks)
        self._endpoints(found)
        self._policy(found)
        return (*found, *self.document.findings())

    def _endpoints(self, findings: list[Finding] | None = None) -> tuple[NamedEndpoint, ...]:
        if not _holds(self.document, "custom_providers", "providers"):
            return ()
        from hermes_fallback.config.endpoints import read_endpoints  # few configs name any

        return read_endpoints(self.document, self.expand, findings)


def read_settings(document: Document, expand: Expand | None = None) -> Settings:
    """The settings in *document*, its strings through *expand*. A bad value leaves the default and a finding.

    Raises:
        InvalidFile: a chain key stands twice, or a value cannot be loaded at all.
    """
    findings: list[Finding] = []
    own = Section.top(document, "fallback", expand, findings)
    timeouts = own.section("timeouts")
    credentials = Section.top(document, "credentials", expand, findings)
    primary = _primary(document, expand, findings)
    merged = merge(*document.chain_keys(expand))
    own.check_names(_OWN_KEYS)
    timeouts.check_names(_TIMEOUTS)
    credentials.check_names(_CREDENTIALS)
    return Settings(
        document=document,
        expand=expand,
        primary=primary,
        primary_file=_primary_file(document),
        chain=Chain(merged.links, merged.ignored + document.misplaced()),
        enabled=own.read("enabled", flag, True),
        auto_activate=own.read("auto_activate", flag, True, otherwise=False),
        limits=_limits(own, timeouts),
        trust=own.read("trust", hosts, ()),
        imports=credentials.read("import", imports, ()),
        remarks=tuple(findings),
    )


def seconds(value: object) -> float:
    """The length of `5s`, `500ms`, `2m`, `1h`, or of a bare number of seconds.

    Raises:
        ValueError: it is none of these, or not above zero.
    """
    if isinstance(value, str) and (found := re.fullmatch(_DURATION, value.strip().lower())):
        length = float(found[1]) * _UNITS[found[2]]
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        length = float(value)
    else:
        length = math.nan
    if not (0 < length < math.inf):
        msg = "a length of time above zero, such as `5s`, `500ms` or `2m`"
        raise ValueError(msg)
    return length


def patience(value: object) -> float:
    """The length of a wait as `seconds` reads it, and zero for no wait at all.

    Raises:
        ValueError: it is no such length.
    """
    return 0.0 if value in (0, "0", "0s") and not isinstance(value, bool) else seconds(value)


def _limits(own: Section, timeouts: Section) -> Limits:
    default, clocks = Limits(), Timeouts()
    first_s: float | None = timeouts.read("first_token", seconds, None)
    return Limits(
        patience_s=own.read("patience", patience, default.patience_s),
        deadline_s=own.read("deadline", seconds, default.deadline_s),
        retries=own.read("retries", count, default.retries),
        timeouts=Timeouts(
            connect_s=timeouts.read("connect", seconds, clocks.connect_s),
            first_token_s=first_s or clocks.first_token_s,
            local_first_token_s=first_s or clocks.local_first_token_s,
            reasoning_first_token_s=first_s or clocks.reasoning_first_token_s,
            between_tokens_s=timeouts.read("between_tokens", seconds, clocks.between_tokens_s),
        ),
    )


def _primary(document: Document, expand: Expand | None, findings: list[Finding]) -> Link | None:
    """The primary as `model:` and the older top-level keys name it."""
    pair = None if document.root is None else find(document.root, "model")
    if document.root is None or pair is None:
        return None
    name, node = pair
    value = value_of(node, document.source, expand)
    if isinstance(value, str):
        value = {"default": value}
    if value is None:
        return None
    if not isinstance(value, Mapping):
        findings.append(
            _finding(
                name,
                "`model` is neither a model's name nor a mapping",
                "write `provider:` and `default:` under it",
            )
        )
        return None
    fields = _model_fields(value, _top_level(document, expand))
    if not _text(fields.get("model")):
        if _text(value.get("provider")):
            findings.append(_finding(name, "`model` names a provider and no model", "hermes model set"))
        return None
    link = read_link(Entry(fields, "model", name.line))
    if isinstance(link, Ignored):
        findings.append(_finding(name, f"`model`: {link.what}", link.hint))
        return None
    return link


def _holds(document: Document, *keys: str) -> bool:
    """True when one of the top-level *keys* has something in it."""
    pairs = [find(document.root, key) for key in keys] if document.root else []
    return any(pair and (pair[1].resolved.items or pair[1].resolved.value) for pair in pairs)


def _model_fields(model: Mapping[str, object], top: Mapping[str, object]) -> dict[str, object]:
    """The fields of a link that `model:` comes to; older names and places count where the newer are empty."""
    own = {key: model[key] for key in model if key not in {"default", "name", "api_base", "api"}}
    known = {**top, **{f"model.{key}": value for key, value in model.items()}}
    first = {name: _first(*map(known.get, places)) for name, places in MODEL_PLACES.items()}
    provider = AUTO if _text(first["provider"]).lower() in {"", AUTO} else first["provider"]
    return {**own, **first, "provider": provider}


def _primary_file(document: Document) -> str | None:
    pair = find(document.root, "model") if document.root else None
    if pair is None or pair[1].resolved.kind is not Kind.MAPPING:
        return pair[0].file if pair else None
    found = (find(pair[1].resolved, name) for name in ("default", "model", "name", "provider"))
    return next((each[0].file for each in found if each and each[0].file), None)


def _top_level(document: Document, expand: Expand | None) -> dict[str, object]:
    names = ("provider", "base_url", "api_base", "context_length")
    pairs = {name: find(document.root, name) for name in names} if document.root else {}
    return {name: value_of(pair[1], document.source, expand) for name, pair in pairs.items() if pair}


def _first(*values: object) -> object:
    """The first that is not empty."""
    return next((value for value in values if value is not None and _text(value)), None)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


class Section:
    """One mapping of ours, read key by key; what is wrong with it goes to *findings*."""

    def __init__(
        self, document: Document, path: str, node: Node | None, expand: Expand | None, findings: list[Finding]
    ) -> None:
        self._document = document
        self._path = path
        self._node = node
        self._expand = expand
        self._findings = findings

    @classmethod
    def top(cls, document: Document, key: str, expand: Expand | None, findings: list[Finding]) -> Section:
        """The top-level mapping under *key*."""
        return cls(document, "", document.root, expand, findings).section(key)

    def section(self, key: str) -> Section:
        """The mapping under *key*."""
        pair = find(self._node, key) if self._node else None
        path = f"{self._path}.{key}".lstrip(".")
        node = None if pair is None else _mapping(pair[0], pair[1], path, self._findings)
        return Section(self._document, path, node, self._expand, self._findings)

    def read(self, key: str, convert: Callable[[object], T], default: T, *, otherwise: T | None = None) -> T:
        """The value of *key*; *default* where it is absent or null; *otherwise*, else the default, where it is bad."""
        pair = find(self._node, key) if self._node else None
        if pair is None:
            return default
        name, node = pair
        value = value_of(node, self._document.source, self._expand)
        if value is None and otherwise is None:
            return default
        try:
            return convert(value)
        except ValueError as error:
            used = default if otherwise is None else otherwise
            self._findings.append(
                _finding(
                    name, f"`{self._path}.{key}` is not {error}", f"until then it counts as `{_shown(used)}`"
                )
            )
            return used

    def check_names(self, known: frozenset[str]) -> None:
        """A finding for each key that is none of *known*."""
        for name in self._node.items[::2] if self._node else ():
            if name.value not in known and name.value != "<<":
                what = f"`{self._path}.{name.value}` is not a key we know"
                self._findings.append(_finding(name, what, _nearest(name.value, known), mild=True))


def _mapping(name: Node, value: Node, path: str, findings: list[Finding]) -> Node | None:
    """*value* if it is a mapping; None, and a finding unless it is empty, if it is not."""
    node = value.resolved
    if node.kind is Kind.MAPPING:
        return node
    if node.kind is not Kind.SCALAR or node.value not in {"", "~", "null", "Null", "NULL"}:
        findings.append(
            _finding(name, f"`{path}` is not a mapping", "write its keys on lines of their own below it")
        )
    return None


def _finding(name: Node, what: str, hint: str | None, *, mild: bool = False) -> Finding:
    from hermes_fallback.config.finding import Finding, Level  # a good file has none

    level = Level.WARN if mild else Level.FAIL
    return Finding(level=level, what=what, line=name.line, column=name.column, hint=hint, file=name.file)


def _nearest(name: str, known: frozenset[str]) -> str:
    from hermes_fallback.config.schema.near import nearest  # only for a misspelt key

    meant = nearest(name, known)
    return f"did you mean `{meant}`?" if meant else "remove it; nothing reads it"


def _shown(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}s" if isinstance(value, float) else str(value)


def flag(value: object) -> bool:
    """*value*, which is true or false.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, bool):
        return value
    msg = "`true` or `false`"
    raise ValueError(msg)


def count(value: object) -> int:
    """*value*, which counts something.

    Raises:
        ValueError: it is no whole number, or below zero.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        msg = "a whole number from 0 on"
        raise ValueError(msg)
    return value


def hosts(value: object) -> tuple[str, ...]:
    """The hosts that *value*, a list or a single name, names.

    Raises:
        ValueError: something in it is no host's name.
    """
    names = [value] if isinstance(value, str) else value
    if isinstance(names, list) and all(
        isinstance(name, str) and re.fullmatch(_HOST, name.strip()) for name in names
    ):
        return tuple(name.strip().lower() for name in names)
    msg = "a list of host names, such as `llm.example.com`"
    raise ValueError(msg)


def imports(value: object) -> tuple[str, ...]:
    """The programs that *value*, a list or a single name, names.

    Raises:
        ValueError: something in it is none of `IMPORTS`.
    """
    names = [value] if isinstance(value, str) else value
    if isinstance(names, list) and all(name in IMPORTS for name in names):
        return tuple(dict.fromkeys(names))
    msg = f"a list of programs: {', '.join(IMPORTS)}"
    raise ValueError(msg)
