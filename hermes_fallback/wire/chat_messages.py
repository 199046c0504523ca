"""The messages of a chat request: the portable form, fitted to who is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hermes_fallback.model.route import Route
from hermes_fallback.transcript.conversation import Message
from hermes_fallback.wire.caching import bare, limit, mark, wants_marks
from hermes_fallback.wire.lenient import text

__all__ = ["written", "written_tools"]

_REASONING = ("reasoning_content", "reasoning_details", "reasoning")
_NO_REASONING = " "
"""What stands for the reasoning of another provider: DeepSeek takes no empty text."""
_IMAGE_BELOW = "The image stands below."


def written(messages: Iterable[Message], route: Route) -> list[dict[str, Any]]:
    """*messages* as *route* takes them."""
    said = [
        document for message in _with_visible_images(messages) for document in [_document(message, route)]
    ]
    if route.demands.cache_marks:
        _mark(said, route)
    return said


def written_tools(tools: Iterable[Mapping[str, Any]], route: Route) -> list[dict[str, Any]]:
    """*tools* as *route* takes them."""
    return [dict(tool if route.demands.cache_marks else bare(tool.items())) for tool in tools]


def _with_visible_images(messages: Iterable[Message]) -> Iterator[Message]:
    """*messages* with the images among results of tools shown by the user behind them: a result is text there."""
    images: list[Mapping[str, Any]] = []
    for message in messages:
        if message.role != "tool" and images:
            yield Message(role="user", content=tuple(images))
            images = []
        if message.role == "tool" and isinstance(message.content, tuple):
            images += [part for part in message.content if part.get("type") != "text"]
            yield Message.tool_result(message.tool_call_id or "", _text_of(message) or _IMAGE_BELOW)
        else:
            yield message
    if images:
        yield Message(role="user", content=tuple(images))


def _text_of(message: Message) -> str:
    return "\n".join(text(part.get("text")) for part in message.parts if part.get("type") == "text")


def _document(message: Message, route: Route) -> dict[str, Any]:
    document = message.to_dict(to=str(route.origin))
    if document["role"] == "developer":
        document["role"] = (
            "system"  # the word that all of them know, and OpenAI's newest models take as the other
        )
    if not route.demands.cache_marks:
        document = dict(bare(document.items()))
    if isinstance(message.content, tuple):
        parts = [dict(part) for part in message.content]
        document["content"] = parts if route.demands.cache_marks else [dict(bare(p.items())) for p in parts]
    if message.role == "assistant":
        _fit_reasoning(document, route.demands.reasoning_content)
        _fit_calls(document, route)
    return document


def _fit_reasoning(document: dict[str, Any], demand: str) -> None:
    if demand == "refused":
        for name in _REASONING:
            document.pop(name, None)
    elif demand == "filled" and "tool_calls" in document:
        document["reasoning_content"] = document.get("reasoning_content") or _NO_REASONING


def _fit_calls(document: dict[str, Any], route: Route) -> None:
    """Give the first call what the provider wants it to have; what it has itself stays."""
    if calls := document.get("tool_calls"):
        calls[0] = {**route.demands.call_fields, **calls[0]}


def _mark(said: list[dict[str, Any]], route: Route) -> None:
    """Keep the caller's marks; where there are none, mark the system prompt and the last messages."""
    contents = [document["content"] for document in said if isinstance(document["content"], list)]
    if limit(contents) or not wants_marks(route):
        return
    spoken = [document for document in said if document["content"]]
    for document in spoken:
        if isinstance(document["content"], str):
            document["content"] = [{"type": "text", "text": document["content"]}]
    head = [part for document in spoken if document["role"] == "system" for part in document["content"]]
    mark(head, [document["content"] for document in spoken if document["role"] != "system"])
