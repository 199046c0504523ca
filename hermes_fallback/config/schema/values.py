"""The kinds of single values that stand in config.yaml."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from hermes_fallback.config.endpoints import KNOWN_DIALECTS, dialect, window
from hermes_fallback.config.schema.shapes import Shape, Value
from hermes_fallback.config.settings import AUTO, count, flag, hosts, patience, seconds
from hermes_fallback.model.origin import Origin, has_user
from hermes_fallback.model.variable import is_variable_name

__all__ = [
    "ADDRESS",
    "AMOUNT",
    "API_MODE",
    "ATTEMPTS",
    "COST",
    "COUNT",
    "FLAG",
    "HEADER",
    "HOST",
    "LENGTH",
    "PATIENCE",
    "PRIMARY_API_MODE",
    "PRIMARY_PROVIDER",
    "PROVIDER",
    "SECONDS",
    "SECRET",
    "SIZE",
    "STATE",
    "SWITCH",
    "TASK_PROVIDER",
    "TEXT",
    "TOKENS",
    "VARIABLE",
    "ZONE",
    "choice",
    "one",
    "words",
]

_DURATION = r"^\s*(\d+(\.\d+)?|\.\d+)\s*([mM]?[sS]|[mMhH])?\s*$"
_SIZE = r"^\s*0*[1-9]\d*\s*([kKmMgG][iI]?)?[bB]?\s*$"
_ZONE = r"^(device|lan|any|region:[A-Za-z0-9-]+)$"
_STATE = r"^(sqlite|rediss?://\S+)$"
_HOST = r"^\s*([\w.-]+|\[?[0-9a-fA-F:.]+\]?)\s*$"
_BOOLEAN_WORDS = ["yes", "no", "on", "off"]
"""Booleans to Hermes Agent, and text to editors, which read YAML 1.2."""
_VIRTUAL = ("acp://", "moa://")
"""How the addresses begin that Hermes Agent writes for what is reached otherwise."""
_COSTS = ("local", "free", "subscription", "metered")


def choice(name: str, *words: str, or_empty: bool = False) -> Value:
    """A value that is one of *words*, or with *or_empty* an empty text, which is the same as none."""
    taken = {*words, *([""] if or_empty else [])}

    def take(value: object) -> object:
        return _need(value, f"one of {', '.join(words)}", fits=isinstance(value, str) and value in taken)

    return Value(name=name, take=take, json={"enum": [*words, *([""] if or_empty else [])]}, choices=words)


def _need(value: object, what: str, *, fits: bool) -> object:
    if not fits:
        raise ValueError(what)
    return value


def _text(value: object) -> object:
    fits = isinstance(value, (str, int, float, date)) and not isinstance(value, bool)
    return _need(value, "text; put it in quotes", fits=fits)


def _matching(pattern: str, what: str) -> Callable[[object], object]:
    compiled = re.compile(pattern)

    def take(value: object) -> object:
        return _need(value, what, fits=isinstance(value, str) and compiled.fullmatch(value) is not None)

    return take


def _address(value: object) -> object:
    """An empty one counts as none."""
    text = str(
        _need(value, "an address, such as `http://localhost:8000/v1`", fits=isinstance(value, str))
    ).strip()
    if has_user(text):
        msg = "an address without a user name and password; put the key into a variable, and name it with `key_env`"
        raise ValueError(msg)
    if text and not text.startswith(_VIRTUAL):
        try:
            Origin.of(text)
        except ValueError:
            msg = "an http(s) address, such as `http://localhost:8000/v1`"
            raise ValueError(msg) from None
    return text


def _variable(value: object) -> object:
    fits = isinstance(value, str) and (not value.strip() or is_variable_name(value.strip()))
    return _need(value, "the name of a variable, such as MY_KEY", fits=fits)


def _or_empty(take: Callable[[object], object]) -> Callable[[object], object]:
    return lambda value: value if value == "" else take(value)


def _number(value: object, what: str, *, or_zero: bool = False) -> object:
    fits = isinstance(value, (int, float)) and (value > 0 or (or_zero and value == 0))
    return _need(value, what, fits=fits and not isinstance(value, bool))


def _size(value: object) -> object:
    if isinstance(value, int):
        return _number(value, "a size above zero")
    return _matching(_SIZE, "a size, such as `32MiB` or `500kB`")(value)


def _host(value: object) -> object:
    try:
        return hosts([value])
    except ValueError:
        msg = "the name of a host, such as `llm.example.com`"
        raise ValueError(msg) from None


def _header(value: object) -> object:
    return _need(value, "the text of a header", fits=isinstance(value, (str, int, float)))


def _whole(value: object) -> object:
    return _need(value, "a whole number", fits=isinstance(value, int) and not isinstance(value, bool))


_STRING = {"type": "string"}
_TEXT = {"type": ["string", "number"]}

TEXT = Value(name="text", take=_text, json=_TEXT)
FLAG = Value(name="true or false", take=flag, json={"anyOf": [{"type": "boolean"}, {"enum": _BOOLEAN_WORDS}]})
COUNT = Value(name="whole number from 0 on", take=count, json={"type": "integer", "minimum": 0})
ATTEMPTS = Value(name="whole number", take=_whole, json={"type": "integer"})
TOKENS = Value(
    name="whole number",
    take=_or_empty(window),
    json={"type": ["integer", "string"], "minimum": 1, "maxLength": 0},
)
AMOUNT = Value(
    name="amount",
    take=lambda value: _number(value, "an amount from 0 on", or_zero=True),
    json={"type": "number", "minimum": 0},
)
LENGTH = Value(
    name="length of time",
    take=seconds,
    json={"type": ["number", "string"], "exclusiveMinimum": 0, "pattern": _DURATION},
)
PATIENCE = Value(
    name="length of time, or 0",
    take=patience,
    json={"type": ["number", "string"], "minimum": 0, "pattern": _DURATION},
)
SECONDS = Value(
    name="number",
    take=lambda value: _number(value, "a number of seconds above zero"),
    json={"type": "number", "exclusiveMinimum": 0},
)
SIZE = Value(
    name="size",
    take=_size,
    json={"type": ["integer", "string"], "minimum": 1, "pattern": _SIZE},
)
SWITCH = Value(
    name="true, false or text",
    take=lambda value: _need(value, "`true` or `false`", fits=isinstance(value, (bool, str, int))),
    json={"type": ["boolean", "string", "integer"]},
)
HOST = Value(name="host", take=_host, json={**_STRING, "pattern": _HOST})
HEADER = Value(name="header", take=_header, json={"type": ["string", "number", "boolean"]})
ADDRESS = Value(
    name="address",
    take=_address,
    json={**_STRING, "pattern": r"^\s*($|([hH][tT][tT][pP][sS]?|acp|moa)://[^/])"},
)
VARIABLE = Value(
    name="name of a variable", take=_variable, json={**_STRING, "pattern": r"^\s*([A-Za-z_]\w*)?\s*$"}
)
ZONE = Value(
    name="device, lan, region:NAME or any",
    take=_matching(_ZONE, "a zone: device, lan, any, or region:NAME"),
    json={**_STRING, "pattern": _ZONE},
    choices=("device", "lan", "any"),
)
STATE = Value(
    name="sqlite or redis://HOST/0",
    take=_matching(_STATE, "`sqlite`, or an address such as `redis://host/0`"),
    json={**_STRING, "pattern": _STATE},
    choices=("sqlite",),
)
COST = choice("cost", *_COSTS, or_empty=True)
API_MODE = Value(
    name="dialect",
    take=_or_empty(dialect),
    json={"enum": [*KNOWN_DIALECTS, ""]},
    choices=tuple(KNOWN_DIALECTS),
)
PRIMARY_API_MODE = choice(
    "dialect of the primary", *dict.fromkeys(KNOWN_DIALECTS.values()), "codex_app_server", or_empty=True
)
PROVIDER = Value(name="provider", take=_text, json=_TEXT, is_provider=True)
PRIMARY_PROVIDER = Value(name="provider, or auto", take=_text, json=_TEXT, is_provider=True, choices=(AUTO,))
TASK_PROVIDER = Value(
    name="provider, auto or main", take=_text, json=_TEXT, is_provider=True, choices=(AUTO, "main")
)
SECRET = Value(name="text, the key itself", take=_text, json=_TEXT, is_secret=True)


def one(value: Value) -> Shape:
    """The shape of a scalar that is *value*."""
    return Shape(value=value)


def words(name: str, *words: str) -> Shape:
    """The shape of a scalar that is one of *words*; *name* is what they are words for."""
    return Shape(value=choice(name, *words))
