"""The documents of the OpenAI chat API, as its reference describes them.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["Asked", "chunk", "completion", "error", "models", "tool_call", "usage"]

_CREATED = 1_700_000_000
_ID = "chatcmpl-loopback"


class Asked:
    """What a chat request asks for, read leniently: every part of it may be missing or wrong."""

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
        """True when a stream should end with a count of tokens."""
        options = self._document.get("stream_options")
        return isinstance(options, dict) and options.get("include_usage") is True

    @property
    def messages(self) -> list[Mapping[str, Any]]:
        """The conversation."""
        messages = self._document.get("messages")
        return [m for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []

    @property
    def last_text(self) -> str:
        """The text of the last message."""
        content = self.messages[-1].get("content") if self.messages else None
        if isinstance(content, list):
            return " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
        return content if isinstance(content, str) else ""

    @property
    def first_tool(self) -> str | None:
        """The name of the first tool on offer."""
        tools = self._document.get("tools")
        if isinstance(tools, list) and tools and isinstance(tools[0], dict):
            return str(tools[0].get("function", {}).get("name") or "") or None
        return None


def words(text: str) -> list[str]:
    """*text* in the pieces it is streamed in."""
    return re.findall(r"\s*\S+\s*?(?=\s|$)|\s+$", text) or [text]


def usage(asked: Asked, answer: str) -> dict[str, int]:
    """A count of tokens, where a word is one."""
    said = sum(len(str(message.get("content") or "").split()) for message in asked.messages)
    return {
        "prompt_tokens": said,
        "completion_tokens": len(answer.split()),
        "total_tokens": said + len(answer.split()),
    }


def tool_call(name: str, arguments: str) -> dict[str, Any]:
    """One call, as it stands in a message."""
    return {
        "id": "call_loopback_1",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def completion(
    asked: Asked, message: Mapping[str, Any], *, finish: str | None = "stop", counts: bool = True
) -> dict[str, Any]:
    """A whole answer."""
    document: dict[str, Any] = {
        "id": _ID,
        "object": "chat.completion",
        "created": _CREATED,
        "model": asked.model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "refusal": None, **message},
                "logprobs": None,
                "finish_reason": finish,
            }
        ],
    }
    if counts:
        document["usage"] = usage(asked, str(message.get("content") or ""))
    return document


def chunk(
    asked: Asked,
    delta: Mapping[str, Any] | None,
    *,
    finish: str | None = None,
    counts: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """One event of a stream; without *delta*, one that has no choice, as the count of tokens comes."""
    document: dict[str, Any] = {
        "id": _ID,
        "object": "chat.completion.chunk",
        "created": _CREATED,
        "model": asked.model,
        "choices": [],
    }
    if delta is not None:
        document["choices"] = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    if counts is not None:
        document["usage"] = counts
    return document


def error(message: str, *, kind: str, code: object = None, param: str | None = None) -> dict[str, Any]:
    """An error document."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def models(names: Sequence[str]) -> dict[str, Any]:
    """The list that `GET /v1/models` gives."""
    data = [{"id": name, "object": "model", "created": _CREATED, "owned_by": "loopback"} for name in names]
    return {"object": "list", "data": data}
