"""What a request asks for, in whichever dialect it comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Asked"]


class Asked:
    """A request, read leniently: every part of it may be missing or wrong."""

    def __init__(self, document: object) -> None:
        self._document: Mapping[str, Any] = document if isinstance(document, dict) else {}

    @property
    def model(self) -> str:
        """The model's name."""
        return str(self._document.get("model") or "")

    @property
    def is_stream(self) -> bool:
        """True when the answer should come as events."""
        return self._document.get("stream") is True

    @property
    def wants_usage(self) -> bool:
        """True when a chat's stream should end with a count of tokens; the other dialects always count."""
        options = self._document.get("stream_options")
        return isinstance(options, dict) and options.get("include_usage") is True

    @property
    def texts(self) -> list[str]:
        """The text of each message, the system's among them wherever the dialect puts it."""
        system = self._document.get("system") or self._document.get("instructions")
        said = self._document.get("messages") or self._document.get("input") or []
        return [
            _text(each)
            for each in ([system] if system else []) + (said if isinstance(said, list) else [said])
        ]

    @property
    def first_tool(self) -> str | None:
        """The name of the first tool on offer."""
        tools = self._document.get("tools")
        if not isinstance(tools, list) or not tools or not isinstance(tools[0], dict):
            return None
        described = tools[0].get("function", tools[0])
        return str(described.get("name") or "") or None if isinstance(described, dict) else None


def _text(value: object) -> str:
    """The text in a message, a list of its parts, or one part; nothing where it holds none."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return " ".join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        return _text(value.get("text") or value.get("content") or value.get("output"))
    return ""
