"""What may stand in a link, checked where a person or a script types it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from hermes_fallback.errors import UsageError
from hermes_fallback.model.link import Link
from hermes_fallback.model.origin import Origin, has_user
from hermes_fallback.model.variable import is_variable_name

__all__ = ["API_MODES", "AUTH_MODES", "COSTS", "FIELDS", "checked_fields", "fields_of"]

API_MODES = ("chat_completions", "codex_responses", "anthropic_messages", "bedrock_converse")
AUTH_MODES = ("api_key", "entra_id")
COSTS = ("local", "free", "subscription", "metered")
_ZONE = re.compile(r"(?:device|lan|any|region:[A-Za-z0-9-]+)\Z")


def checked_fields(given: Mapping[str, object | None]) -> dict[str, object]:
    """The fields of *given* that have a value, in the order they are written to the file.

    Raises:
        UsageError: a value cannot be; names the flag.
    """
    return {name: check(value) for name, check in FIELDS.items() if (value := given.get(name)) is not None}


def fields_of(link: Link) -> dict[str, object]:
    """The fields of *link* that are not secrets, as `checked_fields` gives them."""
    values = {name: getattr(link, name) for name in FIELDS}
    return {name: value for name, value in values.items() if value is not None}


def _text(name: str) -> Callable[[object], object]:
    def check(value: object) -> object:
        text = str(value).strip()
        if not text or any(ord(char) < 32 or ord(char) == 127 for char in text):
            raise _bad(name, value, "use at least one letter, and no control characters")
        return text

    return check


def _address(value: object) -> object:
    text = str(value).strip().rstrip("/")
    if has_user(text):
        raise UsageError(
            "the address holds a user name or password",
            why="anything in config.yaml can be read by others",
            hint="put the key into a variable and name it with --key-env",
        )
    if "?" in text or "#" in text:
        raise UsageError(
            "the address has a query or a fragment",
            why="a key in it would be written to config.yaml for all to read",
            hint="end it with its path, such as https://host/v1",
            kind="bad-value",
        )
    try:
        Origin.of(text)
    except ValueError:
        raise _bad("base_url", value, "write it in full, such as http://localhost:8000/v1") from None
    return text


def _variable(value: object) -> object:
    text = str(value).strip()
    if not is_variable_name(text):
        raise UsageError(
            "what --key-env was given is not the name of a variable",
            why="a key in its place would be written to config.yaml for all to read",
            hint="use letters, digits and underscores, such as MY_KEY; hand over the key with --key-stdin",
            kind="bad-value",
        )
    return text


def _one_of(name: str, words: tuple[str, ...]) -> Callable[[object], object]:
    def check(value: object) -> object:
        if value not in words:
            raise _bad(name, value, f"use one of {', '.join(words)}")
        return value

    return check


def _zone(value: object) -> object:
    if not _ZONE.match(str(value)):
        raise _bad("zone", value, "use device, lan, any or region:NAME")
    return value


def _window(value: object) -> object:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _bad("context_length", value, "use a number of tokens, such as 200000")
    return value


def _bad(name: str, value: object, hint: str) -> UsageError:
    flag = "--" + name.replace("_", "-")
    return UsageError(f"`{value}` cannot be {flag}", hint=hint, kind="bad-value")


FIELDS: Mapping[str, Callable[[object], object]] = MappingProxyType(
    {
        "provider": _text("provider"),
        "model": _text("model"),
        "base_url": _address,
        "key_env": _variable,
        "api_mode": _one_of("api_mode", API_MODES),
        "context_length": _window,
        "cost": _one_of("cost", COSTS),
        "zone": _zone,
        "auth_mode": _one_of("auth_mode", AUTH_MODES),
    }
)
