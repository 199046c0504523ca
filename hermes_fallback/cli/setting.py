"""KEY and VALUE of `hermes config set`: what is typed, made into a value that may stand in the config."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hermes_fallback.config import keypath
from hermes_fallback.config.document import CHAIN_KEYS, Document
from hermes_fallback.config.redact import is_secret_name, mask_value
from hermes_fallback.config.schema.near import nearest
from hermes_fallback.config.source import Source
from hermes_fallback.config.tree import Kind, parse
from hermes_fallback.config.values import value_of
from hermes_fallback.credentials.placeholder import fault_of
from hermes_fallback.errors import InvalidFile, NotFound, UsageError

__all__ = ["parsed_value", "refuse_secret", "unknown_key"]

_DEEPEST = 50
_LONG_NUMBER = 8
"""Digits from which a number under a secret's name may be the secret."""


def parsed_value(text: str, *, as_string: bool = False) -> object:
    """The value of *text*, read as YAML on one line, or as it is with *as_string*. Empty text is an empty string.

    Raises:
        UsageError: it is no such YAML; never quotes it.
    """
    bare = text.strip()
    if as_string or not bare:
        return text if as_string else ""
    try:
        source = Source.decode(bare.encode("utf-8", "surrogateescape"), "VALUE")
        root = parse(source).root
        value = None if root is None else value_of(root, source)
    except InvalidFile:
        raise _bad("it cannot be read as YAML") from None
    if root is None or (isinstance(value, str) and root.plain):
        return bare  # a `#` in it is no comment here
    if root.kind is not Kind.SCALAR and not root.flow:
        raise _bad("it is YAML over lines: write a list in brackets, a mapping in braces")
    if any(node.anchor for node in root.walk()) or not _is_plain(value):
        raise _bad("it holds what has no plain way to be written")
    return value


def refuse_secret(key: str, value: object) -> None:
    """Nothing, when no secret would be written; a reference such as `${NAME}` is none.

    Raises:
        UsageError: *value*, or something in it, is a secret by its name or its shape; never quotes it.
    """
    steps = keypath.split(key)
    names = [step for step in steps if isinstance(step, str)]
    if _holds_secret(value, names[-1]):
        raise UsageError(
            f"what `{key}` was given looks like a secret",
            why="anything in config.yaml can be read by others",
            hint=_way_to_keep(steps),
            kind="secret-value",
        )


def unknown_key(key: str, document: Document) -> NotFound:
    """The error for a *key* that is not set; the hint names the nearest that is."""
    near = nearest(key, _keys(document.value()))
    return NotFound(
        f"`{key}` is not set in `{document.path}`",
        hint=f"did you mean `{near}`?" if near else "hermes config show",
        kind="unknown-key",
    )


def _keys(value: object, path: str = "") -> list[str]:
    """Every dotted key below *value*, two levels deep at most: enough to name a near one."""
    if not isinstance(value, dict) or path.count(".") > 1:
        return []
    here = [f"{path}.{key}" if path else str(key) for key in value]
    below = [found for name, item in zip(here, value.values(), strict=True) for found in _keys(item, name)]
    return [*here, *below]


def _bad(why: str) -> UsageError:
    return UsageError(
        "VALUE is not a value", why=why, hint="--string takes it as text, as it stands", kind="bad-value"
    )


def _is_plain(value: object, depth: int = 0) -> bool:
    """True for what YAML writes on one line without a tag."""
    if depth > _DEEPEST:
        return False
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(each, depth + 1) for key, each in value.items())
    if isinstance(value, list):
        return all(_is_plain(each, depth + 1) for each in value)
    return value is None or isinstance(value, (str, int, float, date))


def _holds_secret(value: object, name: str) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_secret(each, str(key)) for key, each in value.items())
    if isinstance(value, list):
        return any(_holds_secret(each, name) for each in value)
    if isinstance(value, str):
        return mask_value(value) != value or (is_secret_name(name) and _may_be_key(value))
    is_number = isinstance(value, int) and len(str(value)) >= _LONG_NUMBER
    return is_number and is_secret_name(name) and not name.lower().endswith("tokens")


def _may_be_key(text: str) -> bool:
    """False for a placeholder, and for a reference to where the key is kept."""
    fault = fault_of(text.strip())
    return fault is None or fault.kind == "malformed-credential"


def _way_to_keep(steps: tuple[keypath.Step, ...]) -> str:
    kept = "put it into .env as NAME=…, and give '${NAME}' in its place"
    if steps[0] == "model":
        return f"hermes model set PROVIDER MODEL --key-stdin; or {kept}"
    if steps[0] in CHAIN_KEYS:
        return "hermes fallback add PROVIDER MODEL --key-stdin; or put it into .env, and set `key_env` to its name"
    if steps[-1] == "api_key" and steps[0] != "delegation":  # where Hermes Agent reads no `key_env`
        beside = keypath.join((*steps[:-1], "key_env"))
        return f"put it into .env as NAME=…, and then: hermes config set '{beside}' NAME"
    return kept
