"""What a request asks for, in whichever dialect it comes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

__all__ = ["Asked"]

_MODEL = re.compile(r"/model/([^/]+)/converse")
_STREAMED = ("/converse-stream", ":streamGenerateContent")
_TEXTS = ("text", "content", "output", "parts", "toolResult", "functionResponse", "response")
"""Where a message, a part of it, or the result of a tool holds its text, in one dialect or another."""
_TOOLS = ("function", "toolSpec")


class Asked:
    """A request, read leniently: every part of it may be missing or wrong. Some dialects say much in its *path*."""

    def __init__(self, document: object, path: str = "") -> None:
        whole: Mapping[str, Any] = document if isinstance(document, dict) else {}
        wrapped = whole.get("request")
        self._document = {**whole, **wrapped} if isinstance(wrapped, dict) else whole
        self._path = path

    @property
    def model(self) -> str:
        """The model's name."""
        placed = _MODEL.search(self._path)
        return unquote(placed[1]) if placed else str(self._document.get("model") or "")

    @property
    def is_stream(self) -> bool:
        """True when the answer should come as events."""
        return self._document.get("stream") is True or self._path.endswith(_STREAMED)

    @property
    def wants_usage(self) -> bool:
        """True when a chat's stream should end with a count of tokens; the other dialects always count."""
        options = self._document.get("stream_options")
        return isinstance(options, dict) and options.get("include_usage") is True

    @property
    def texts(self) -> list[str]:
        """The text of each message, the system's among them wherever the dialect puts it."""
        system = self._first("system", "instructions", "systemInstruction")
        said = self._first("messages", "input", "contents") or []
        return [
            _text(each)
            for each in ([system] if system else []) + (said if isinstance(said, list) else [said])
        ]

    @property
    def first_tool(self) -> str | None:
        """The name of the first tool on offer."""
        configured = self._document.get("toolConfig")
        tools = self._document.get("tools") or (isinstance(configured, dict) and configured.get("tools"))
        described = _first_item(tools)
        if isinstance(described, dict) and "functionDeclarations" in described:
            described = _first_item(described["functionDeclarations"])
        if not isinstance(described, dict):
            return None
        described = next((described[name] for name in _TOOLS if name in described), described)
        return str(described.get("name") or "") or None if isinstance(described, dict) else None

    def _first(self, *names: str) -> Any:
        return next(filter(None, map(self._document.get, names)), None)


def _first_item(items: object) -> object:
    return items[0] if isinstance(items, list) and items else None


def _text(value: object) -> str:
    """The text in a message, a list of its parts, or one part; nothing where it holds none."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return " ".join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        return _text(next(filter(None, map(value.get, _TEXTS)), None))
    return ""
