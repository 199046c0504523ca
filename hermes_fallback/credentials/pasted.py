"""Pasted: a key as a person or a pipe hands it over, freed of what copying adds to it, or refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hermes_fallback.credentials.placeholder import Fault, fault_of
from hermes_fallback.secret import Secret

__all__ = ["pasted_key"]

_AROUND = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff"
"""What copying from a page or a chat leaves at the ends, seen or unseen."""

_ASSIGNED = re.compile(r"(?:export\s+)?[A-Z][A-Z0-9_]*(?:KEY|TOKEN|SECRET)\s*=\s*")
_BEARER = re.compile(r"(?:Authorization:\s*)?Bearer\s+", re.IGNORECASE)
_QUOTES = "\"'`"
_SHORTEST_TWICE = 32


def pasted_key(text: str, *, prefixes: Sequence[str] = ()) -> Secret | Fault:
    """The key in *text*, or why there is none; *prefixes* are how keys of this provider begin.

    Blanks and unseen characters around it go, and so do quotes, `NAME=` and `Bearer`. Whatever is wrong inside
    is not mended: half a key, or two of them, would fail where nobody looks for the reason.
    """
    value = _bare(text)
    divided = _divided(value)
    if divided is not None:
        return divided
    if _is_twice(value, prefixes):
        return Fault("malformed-credential", "holds two keys, one behind the other")
    return fault_of(value) or Secret(value)


def _bare(text: str) -> str:
    value = text.strip(_AROUND)
    for lead in (_ASSIGNED, _BEARER):
        value = value[found.end() :] if (found := lead.match(value)) else value
    if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES:
        value = value[1:-1]
    return value.strip(_AROUND)


def _divided(value: str) -> Fault | None:
    """The fault of a *value* of several words, most often two keys that were copied at once."""
    at = next((i for i, char in enumerate(value) if char.isspace()), None)
    if at is None or value.lower().startswith(("your ", "<", "[")):
        return None
    place = f"U+{ord(value[at]):04X} at character {at + 1}"
    return Fault(
        "malformed-credential", f"is broken in two by {place}: two keys, or a part of something else"
    )


def _is_twice(value: str, prefixes: Sequence[str]) -> bool:
    half = len(value) // 2
    if len(value) >= _SHORTEST_TWICE and value[:half] == value[half:]:
        return True
    return any(
        value.startswith(prefix) and prefix in value[len(prefix) :] for prefix in prefixes if len(prefix) > 3
    )
