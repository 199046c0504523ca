"""How a file is written by its owner, and how new text is written to look the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from hermes_fallback.config.tree import Kind, Node

__all__ = ["Style", "flow", "indent_of", "is_json", "list_offset_of", "scalar", "style_of"]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./@+~-]*(?::[A-Za-z0-9_./@+~-]+)*")
_NUMBERED = re.compile(r"[0-9][A-Za-z0-9_.+~-]*/[A-Za-z0-9_./@+~-]*(?::[A-Za-z0-9_./@+~-]+)*")
"""A digit first, as in `01-ai/yi`: safe only with a slash, which no number or date holds."""
_DURATION = re.compile(r"[0-9]+(?:ms|s|m|h)")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"})
_ESCAPED = re.compile(
    "[\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]"
)
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How strings are quoted (empty: plain where safe), keys too in JSON, and whether braces have spaces."""

    quote: str = ""
    json: bool = False
    spaced: bool = False


def style_of(siblings: Iterable[Node], text: str) -> Style:
    """The style that the mappings among *siblings* are written in."""
    mappings = [node for node in siblings if node.kind is Kind.MAPPING and node.items]
    quotes = {value.style for node in mappings for _, value in node.pairs if _is_string(value)}
    keys = {key.style for node in mappings for key, _ in node.pairs}
    flows = [node for node in mappings if node.flow]
    return Style(
        quote=quotes.pop() if len(quotes) == 1 and quotes <= {'"', "'"} else "",
        json=keys == {'"'},
        spaced=bool(flows) and all(text[node.items[0].start - 1] == " " for node in flows),
    )


def is_json(root: Node | None) -> bool:
    """True when the whole document is written as JSON is: braces and double-quoted keys."""
    return root is not None and root.flow and bool(root.items) and root.items[0].style == '"'


def list_offset_of(root: Node | None) -> int:
    """How many columns the dashes of lists stand to the right of their key, as most do in this file."""
    offsets = [
        value.column - key.column
        for mapping in _upper_mappings(root)
        for key, value in mapping.pairs
        if value.kind is Kind.SEQUENCE and not value.flow and value.line > key.line and not value.anchor
    ]
    return _commonest(offsets, 2)


def indent_of(root: Node | None) -> int:
    """How many columns nested keys stand to the right of theirs, as most do in this file."""
    offsets = [
        value.column - key.column
        for mapping in _upper_mappings(root)
        for key, value in mapping.pairs
        if value.kind is Kind.MAPPING and not value.flow and value.line > key.line and not value.anchor
    ]
    return max(_commonest(offsets, 2), 1)


def scalar(value: object, style: Style) -> str:
    """*value* on one line, such that YAML 1.1 and 1.2 read it back the same."""
    if isinstance(value, str):
        return _string(value, style)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _float(value) if isinstance(value, float) else str(value)


def flow(value: object, style: Style) -> str:
    """*value* on one line, mappings and lists in braces and brackets."""
    if isinstance(value, Mapping):
        key_style = Style(json=style.json)
        pairs = ", ".join(
            f"{scalar(str(key), key_style)}: {flow(item, style)}" for key, item in value.items()
        )
        return f"{{ {pairs} }}" if style.spaced and pairs else f"{{{pairs}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(flow(item, style) for item in value)}]"
    return scalar(value, style)


def entry(fields: Mapping[str, object], *, column: int, gap: int, style: Style) -> list[str]:
    """The lines of a list's new entry: dash at *column*, its keys *gap* columns further."""
    inner = replace(style, spaced=False)
    keys = Style(json=style.json)
    lines = [f"{scalar(str(key), keys)}: {flow(value, inner)}" for key, value in fields.items()]
    first, rest = " " * column + "-" + " " * (gap - 1), " " * (column + gap)
    return [(rest if i else first) + line for i, line in enumerate(lines)]


def _string(text: str, style: Style) -> str:
    if style.json or style.quote == '"':
        return _double(text)
    if style.quote == "'" and not _CONTROL.search(text):
        return "'" + text.replace("'", "''") + "'"
    safe = _PLAIN.fullmatch(text) or _NUMBERED.fullmatch(text) or _DURATION.fullmatch(text)
    return text if safe and text.lower() not in _WORDS else _double(text)


def _double(text: str) -> str:
    import json  # 6 ms; a listing renders nothing

    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _float(value: float) -> str:
    text = repr(value)
    if text in {"inf", "-inf", "nan"}:
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}[text]
    mantissa, mark, exponent = text.partition("e")
    dotted = mantissa if "." in mantissa else mantissa + ".0"
    return dotted + mark + exponent  # YAML 1.1 takes `1e+20`, without a dot, for text


def _is_string(node: Node) -> bool:
    return node.kind is Kind.SCALAR and (not node.plain or not _looks_special(node.value))


def _looks_special(value: str) -> bool:
    return not value or value[0] in "0123456789+-.~" or value.lower() in _WORDS


def _upper_mappings(root: Node | None) -> list[Node]:
    if root is None or root.kind is not Kind.MAPPING:
        return []
    return [root, *(value for _, value in root.pairs if value.kind is Kind.MAPPING)]


def _commonest(offsets: list[int], default: int) -> int:
    counted = Counter(offset for offset in offsets if offset >= 0).most_common(1)
    return counted[0][0] if counted else default
