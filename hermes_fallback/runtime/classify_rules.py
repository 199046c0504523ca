"""The user's own rules of classification: `fallback/classify.d/*.yaml` in the home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from hermes_fallback.config.source import Source
from hermes_fallback.config.tree import Kind, Node, parse
from hermes_fallback.config.values import value_of
from hermes_fallback.errors import InvalidFile
from hermes_fallback.failover.user_rules import UserRule
from hermes_fallback.failover.verdict import About
from hermes_fallback.failover.wording import wording
from hermes_fallback.model.reason import Reason

__all__ = ["RULES", "read_rules"]

_Words = TypeVar("_Words", bound=StrEnum)

RULES = "classify.d"
_SUFFIXES = frozenset({".yaml", ".yml"})
_CONDITIONS = ("provider", "status", "code", "text")
_KEYS = ("reason", *_CONDITIONS, "about")
_EXAMPLE = '- {reason: quota, provider: acme, text: "daily bucket empty"}'


def read_rules(folder: str) -> tuple[tuple[UserRule, ...], tuple[InvalidFile, ...]]:
    """The rules in `classify.d` of *folder*, the home's `fallback/`, by file name, and what is wrong with them.

    A file that cannot be read gives none, and takes nothing from the others.
    """
    rules: list[UserRule] = []
    faults: list[InvalidFile] = []
    for path in _files(Path(folder, RULES)):
        try:
            rules += _read(path)
        except InvalidFile as fault:
            faults.append(fault)
    return tuple(rules), tuple(faults)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)
    except OSError:  # no such folder, which is usual
        return []


def _read(path: Path) -> list[UserRule]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidFile(f"`{path}` cannot be read", path=str(path), why=error.strerror) from error
    source = Source.decode(data, str(path))
    root = parse(source).root
    if root is None:
        return []
    if root.kind is not Kind.SEQUENCE:
        raise _invalid(source, root, "it is not a list of rules", hint=_EXAMPLE)
    return [
        _rule(node, source, f"user:{path.name}:{place}") for place, node in enumerate(root.items, start=1)
    ]


def _rule(node: Node, source: Source, name: str) -> UserRule:
    value = value_of(node, source)
    if not isinstance(value, dict):
        raise _invalid(source, node, "a rule is a mapping", hint=_EXAMPLE)
    try:
        return _made(value, name)
    except _Unfit as error:
        raise _invalid(source, node, error.what, hint=error.hint) from None


class _Unfit(ValueError):
    """What is wrong with a rule, before its place is known."""

    def __init__(self, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.what, self.hint = what, hint


def _made(value: Mapping[object, object], name: str) -> UserRule:
    for key in value:
        if key not in _KEYS:
            raise _Unfit(f"a rule has no `{key}`", _meant(str(key), _KEYS))
    if all(value.get(key) is None for key in _CONDITIONS):
        raise _Unfit(
            "a rule without a condition holds for everything", f"add one of {', '.join(_CONDITIONS)}"
        )
    text = _text(value, "text")
    return UserRule(
        reason=_word(value, "reason", Reason),
        name=name,
        provider=_text(value, "provider"),
        status=_status(value.get("status")),
        code=_text(value, "code"),
        text=None if text is None else wording(text),
        about=None if value.get("about") is None else _word(value, "about", About),
    )


def _status(value: object) -> int | None:
    if value is None or (isinstance(value, int) and 100 <= value <= 599):
        return value
    raise _Unfit("`status` is a number from 100 to 599")


def _text(value: Mapping[object, object], key: str) -> str | None:
    """The text of *key* as texts are compared: in lower case with single spaces."""
    given = value.get(key)
    if given is None:
        return None
    text = "" if isinstance(given, (dict, list)) else " ".join(str(given).lower().split())
    if not text.strip("…"):
        raise _Unfit(f"`{key}` is a text")
    return text


def _word(value: Mapping[object, object], key: str, words: type[_Words]) -> _Words:
    given = str(value.get(key, ""))
    try:
        return words(given)
    except ValueError:
        what = f"`{given}` is no `{key}`" if given else f"a rule needs a `{key}`"
        raise _Unfit(what, _meant(given, [str(word) for word in words])) from None


def _meant(given: str, known: Sequence[str]) -> str:
    near = get_close_matches(given, known, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else f"use one of {', '.join(known)}"


def _invalid(source: Source, node: Node, what: str, *, hint: str | None) -> InvalidFile:
    return source.invalid(what, line=node.line, column=node.column, hint=hint)
