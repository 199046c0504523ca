"""Values inside text: JSON, the repr of a Python dict, and what can be saved of either when it was cut off."""

from __future__ import annotations

import json
import re

__all__ = ["embedded"]

_PAIRS = 24


def embedded(text: str) -> tuple[str, object, str]:
    """What stands before the first value in *text*, the value, and what stands after it.

    The value is a non-empty mapping anywhere, or a list or string that *text* begins with. It is None if there
    is none; then the first part is the whole text. Takes time linear in the text's length.
    """
    if text[0] in '["':
        value, end = _decode(text, 0)
        if isinstance(value, (list, str)) and value:
            return "", value, text[end:]
    start = text.find("{")
    for _ in range(3):
        if start < 0:
            break
        value, end = _decode(text, start)
        if isinstance(value, dict) and value:
            return text[:start], value, text[end:]
        start = text.find("{", start + 1)
    return _loose(text)


_DECODER = json.JSONDecoder(strict=False)


def _decode(text: str, start: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        pass
    if text.find("'", start, start + 40) < 0:
        return None, start
    try:
        value, _ = _DECODER.raw_decode(_json_of_repr(text[start:]), 0)
    except (ValueError, RecursionError):
        return None, start
    return value, len(text)


_REPR_TOKENS = re.compile(
    r"""b?'((?:[^'\\]|\\.)*+)'|b?"((?:[^"\\]|\\.)*+)"|\b(None|True|False)\b""", re.DOTALL
)
_REPR_WORDS = {"None": "null", "True": "true", "False": "false"}
_REPR_ESCAPES = re.compile(r"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)


def _json_of_repr(text: str) -> str:
    """The repr of a Python dict as JSON, near enough to read it."""
    return _REPR_TOKENS.sub(_json_token, text)


def _json_token(token: re.Match[str]) -> str:
    if word := token[3]:
        return _REPR_WORDS[word]
    inner = token[1] if token[1] is not None else token[2]
    return json.dumps(_REPR_ESCAPES.sub(_unescaped, inner))


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1]
    if code[0] == "x" and len(code) == 3:
        return chr(int(code[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r"}.get(code, code)


_LOOSE = re.compile(
    r"""["'](code|type|status|reason|message|error)["']\s{0,4}:\s{0,4}(?:["]([^"\\]*+(?:\\.[^"\\]*+)*+)["]?|(\d{1,6})\b)"""
)


def _loose(text: str) -> tuple[str, object, str]:
    """What can be read of an object that was cut off or is not quite JSON, provided it speaks of an error."""
    if "{" not in text or '"error' not in text:
        return text, None, ""
    pairs: dict[str, object] = {}
    for found in list(_LOOSE.finditer(text))[:_PAIRS]:
        value: object = found[2] if found[2] is not None else int(found[3])
        pairs.setdefault(found[1], value)
    return (text[: text.find("{")], {"error": pairs}, "") if pairs else (text, None, "")
