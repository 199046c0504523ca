"""Placeholder: what stands where a key belongs and is none."""

from __future__ import annotations

from hermes_fallback.fact import Fact

__all__ = ["Fault", "fault_of", "named", "names_no_key"]

_SHORTEST = 4

_WORDS = frozenset(
    [
        "changeme",
        "change_me",
        "change-me",
        "dummy",
        "example",
        "none",
        "null",
        "placeholder",
        "redacted",
        "secret",
        "todo",
        "undefined",
        "your_api_key",
        "your_api_key_here",
        "your-api-key",
        "your-api-key-here",
    ]
)
_NO_KEY = frozenset({"no-key", "no-key-required"})
_FILLERS = frozenset("*.x-_•…")
_CUT_OUT = ("...", "…", "**")
_YOURS = (("your", "key"), ("your", "token"), ("key", "here"), ("token", "here"))
_BRACKETS = (("<", ">"), ("[", "]"), ("{", "}"))


_CALLED = {
    " ": "a blank",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a line break",
    ",": "a comma",
    ";": "a semicolon",
}


def names_no_key(value: str) -> bool:
    """True for the words by which a config says that its host asks for no key."""
    return value.strip().lower() in _NO_KEY


class Fault(Fact, kw_only=False):
    """Why a value is no key: a stable *kind*, and *what*, to be put after the name of where it stands."""

    kind: str
    what: str


def fault_of(value: str) -> Fault | None:
    """Why *value* cannot be a key, or None when it may be one. Never quotes it."""
    if not value:
        return Fault("missing-credential", "is empty")
    if _is_reference(value):
        return Fault("missing-credential", "is a reference that nothing fills in")
    if len(value) < _SHORTEST or _is_filler(value):
        return Fault("placeholder-credential", "is a placeholder")
    at = next((i for i, char in enumerate(value) if not "!" <= char <= "~"), None)
    if at is None:
        return None
    return Fault("malformed-credential", f"holds {named(value[at])} at character {at + 1}")


def _is_reference(value: str) -> bool:
    if "${" in value or value.startswith("op://"):
        return True
    return value[0] == "$" and value[1:].isidentifier()


def _is_filler(value: str) -> bool:
    low = value.lower()
    return (
        low in _WORDS
        or low in _NO_KEY
        or any(mark in value for mark in _CUT_OUT)
        or any(value[0] == opening and value[-1] == closing for opening, closing in _BRACKETS)
        or low.startswith(("your-", "your_", "your "))
        or any(one in low and other in low for one, other in _YOURS)
        or _is_blank(low)
    )


def _is_blank(low: str) -> bool:
    """True where nothing stands behind the beginning that keys of one provider share, as in `sk-or-v1-xxxxxx`."""
    body = low.replace("_", "-").rpartition("-")[2] or low
    return set(low.removeprefix("sk-")) <= _FILLERS or (len(body) >= _SHORTEST and set(body) <= _FILLERS)


def named(char: str) -> str:
    """The code point of *char*, and what people call it."""
    from unicodedata import name  # 1 MB of tables, for a message

    word = _CALLED.get(char) or name(char, "a control character").lower()
    return f"U+{ord(char):04X} ({word})"
