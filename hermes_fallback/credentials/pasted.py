"""Pasted: a key as a person or a pipe hands it over, freed of what copying adds to it, or refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hermes_fallback.credentials.placeholder import Fault, fault_of, named
from hermes_fallback.secret import Secret

__all__ = ["pasted_key"]

_AROUND = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff"
"""What copying from a page or a chat leaves at the ends, seen or unseen."""

_LEADS = (
    re.compile(r"(?:export\s+|set\s+|\$env:)?[A-Z][A-Z0-9_]*(?:KEY|TOKEN|SECRET)\s*=\s*"),
    re.compile(r"[a-z_-]*(?:authorization|key|token)\s*:\s+", re.IGNORECASE),
    re.compile(r"Bearer\s+", re.IGNORECASE),
)
"""What a line of a shell, of a config or of a request has before the key."""

_QUOTES = "\"'`"
_SHORTEST_TWICE = 32
_BEGINNING = re.compile(r"AIza|(?!eyJ)[A-Za-z]{2,10}[-_]")
_SURE = 4
"""A beginning of so many characters does not come about by chance in the middle of a key."""

_COMMAND = re.compile(r"(?:\$\s+)?(?:curl|wget|http|https|xh|Invoke-\w+)\s|-H\s", re.IGNORECASE)
_JSON = re.compile(r"[{\[].*\"|\"[\w-]+\"\s*:", re.DOTALL)
_PATH = re.compile(
    r"""(?sx) (?:\.{1,2}|~|[A-Za-z]:)[/\\]
      | /(?:home|Users|root|etc|tmp|var|mnt|run|opt|usr)/  # base64 may begin with a slash
      | .*\.(?:txt|json|pem|env|key|ya?ml)$"""
)
_WHOLES = (
    (_COMMAND, "a command"),
    (_JSON, "a piece of JSON"),
    (re.compile(r"\w+://"), "an address"),
    (_PATH, "the name of a file"),
)


def pasted_key(text: str, *, prefixes: Sequence[str] = ()) -> Secret | Fault:
    """The key in *text*, or why there is none; *prefixes* are how keys of this provider begin.

    Blanks and unseen characters around it go, and so do quotes, `NAME=` and `Bearer`. Whatever is wrong inside
    is not mended: half a key, or two of them, would fail where nobody looks for the reason.
    """
    value = _bare(text)
    whole = next((what for shape, what in _WHOLES if shape.match(value)), None)
    if whole:
        return Fault("malformed-credential", f"is {whole}: hand over the key alone")
    divided = _divided(value)
    if divided is not None:
        return divided
    if _is_twice(value, prefixes):
        return Fault("malformed-credential", "holds two keys, one behind the other")
    return fault_of(value) or Secret(value)


def _bare(text: str) -> str:
    value = text.strip(_AROUND)
    for lead in _LEADS:
        value = value[found.end() :] if (found := lead.match(value)) else value
    if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES:
        value = value[1:-1]
    return value.strip(_AROUND)


def _divided(value: str) -> Fault | None:
    """The fault of a *value* of several words, most often two keys that were copied at once."""
    at = next((i for i, char in enumerate(value) if char.isspace() or char in ",;"), None)
    if at is None or value.lower().startswith(("your ", "<", "[")):
        return None
    place = f"{named(value[at])} at character {at + 1}"
    return Fault(
        "malformed-credential", f"is broken in two by {place}: two keys, or a part of something else"
    )


def _is_twice(value: str, prefixes: Sequence[str]) -> bool:
    half = len(value) // 2
    if len(value) >= _SHORTEST_TWICE and value[:half] == value[half:]:
        return True
    found = _BEGINNING.match(value)
    starts = {*prefixes, found[0]} if found else prefixes
    return any(_is_again(value, start, half) for start in starts if value.startswith(start))


def _is_again(value: str, start: str, half: int) -> bool:
    """True where a second key begins with *start* too; a short one must stand in the very middle to count."""
    return start in value[len(start) :] if len(start) >= _SURE else value.startswith(start, half)
