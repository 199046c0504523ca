"""Text from outside, made safe to print: what a terminal would obey is shown instead."""

from __future__ import annotations

__all__ = ["PROSE", "visible", "visible_json"]

PROSE = "\n\t\u061c\u200b\u200e\u200f\ufeff"
"""What may stay in running text: line breaks, tabs, and the marks that Arabic and Hebrew are typeset with."""

_RANGES = (
    (0x00, 0x1F),  # C0: escape, carriage return, bell, backspace
    (0x7F, 0x9F),  # delete, and C1, whose 0x9b begins a sequence as ESC [ does
    (0x061C, 0x061C),
    (0x200B, 0x200B),
    (0x200E, 0x200F),
    (0x2028, 0x202E),  # line and paragraph separators, and bidi overrides, which reorder what is read
    (0x2066, 0x206F),
    (0xD800, 0xDFFF),  # half a surrogate pair, which no stream can encode
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
)


def visible(text: str, *, keep: str = "") -> str:
    r"""*text* with control characters, escape sequences and bidi controls written out, as in `\x1b[31m`.

    Characters of *keep* stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char in keep or not _is_control(ord(char)) else _escape(char) for char in text)


def visible_json(text: str) -> str:
    r"""*text*, which is JSON, with the controls that JSON lets stand raw written as `\u202e`."""
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(
        char if char == "\n" or not _is_control(ord(char)) else f"\\u{ord(char):04x}" for char in text
    )


def _is_control(code: int) -> bool:
    return any(first <= code <= last for first, last in _RANGES)


def _escape(char: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    code = ord(char)
    return named or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
