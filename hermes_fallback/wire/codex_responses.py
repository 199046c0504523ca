"""OpenAI's Responses dialect: the GPT models at their maker's, and Grok."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hermes_fallback.model.route import Route
from hermes_fallback.transcript.compiling import compiled
from hermes_fallback.transcript.conversation import Conversation, Message, Options
from hermes_fallback.wire.caching import bare
from hermes_fallback.wire.exchange import HttpRequest, Reader
from hermes_fallback.wire.lenient import text
from hermes_fallback.wire.posting import endpoint, image_url, named_schema, post
from hermes_fallback.wire.readers import SniffingReader
from hermes_fallback.wire.responses_answer import ResponsesDraft

__all__ = ["CodexResponses"]

_SYSTEM = frozenset({"system", "developer"})
_FEWEST_TOKENS = 16
"""The shortest answer that may be asked for."""
_NEVER_REASON = ("gpt-3", "gpt-4", "chatgpt-")
"""Models that have no reasoning to encrypt, and refuse to be asked for it."""


class CodexResponses:
    """Speaks `POST /responses`, always asking for a stream and keeping nothing on the other side.

    Source: https://platform.openai.com/docs/api-reference/responses
    """

    def request(self, conversation: Conversation, route: Route, options: Options) -> HttpRequest:
        """The request that continues *conversation* on *route*."""
        made, origin = compiled(conversation, route), str(route.origin)
        messages = made.conversation.messages
        begun = next((n for n, each in enumerate(messages) if each.role not in _SYSTEM), len(messages))
        system, said = [_text(message) for message in messages[:begun]], messages[begun:]
        has_reasoning = not route.model.startswith(_NEVER_REASON)
        fields = {
            "model": route.model,
            "instructions": "\n\n".join(system) or None,
            "input": [item for message in said for item in _items(message, origin)],
            "include": ["reasoning.encrypted_content"] if has_reasoning else None,
            "store": False,
            "stream": True,
            "temperature": options.temperature,
            "max_output_tokens": None
            if options.max_tokens is None
            else max(options.max_tokens, _FEWEST_TOKENS),
            "tools": [_tool(tool) for tool in options.tools] or None,
            "tool_choice": _choice(options.tool_choice),
            "text": _format(options.json_schema),
        }
        url = endpoint(route.base_url, "/responses")
        return post(route, url, fields, options, changes=made.changes)

    def reader(self, content_type: str, *, provider: str) -> Reader:
        """A reader for one response of status 200, streamed or whole."""
        return SniffingReader(ResponsesDraft(), content_type, provider=provider)


def _items(message: Message, origin: str) -> Iterator[dict[str, Any]]:
    """What *message* is in `input`: itself, its reasoning before and its calls behind it, each on its own."""
    if message.role == "tool":
        output = _parts(message) if isinstance(message.content, tuple) else message.content or ""
        yield {"type": "function_call_output", "call_id": message.tool_call_id, "output": output}
        return
    yield from message.extra_for(origin).get("reasoning_items") or ()
    said = _text(message) if message.role == "assistant" else _parts(message)
    if said:
        # In the conversation the backend of ChatGPT takes a developer's words, and no system prompt.
        role = "developer" if message.role in _SYSTEM else message.role
        yield {"type": "message", "role": role, "content": said}
    for call in message.tool_calls:
        yield {
            "type": "function_call",
            "call_id": call.id,
            "name": call.name,
            "arguments": call.arguments or "{}",
        }


def _text(message: Message) -> str:
    return "".join(text(part.get("text")) for part in message.parts)


def _parts(message: Message) -> list[dict[str, Any]]:
    return [_part(part) for part in message.parts]


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the input for *part* of a message; one that is of no form we know is sent as it is."""
    if part.get("type") == "text":
        return {"type": "input_text", "text": part.get("text")}
    url = image_url(part) if part.get("type") == "image_url" else None
    if url is None:
        return dict(bare(part.items()))
    image = part["image_url"]
    detail = image.get("detail") if isinstance(image, Mapping) else None
    return {"type": "input_image", "image_url": url, "detail": detail or "auto"}


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    """*tool* in the flat form, where being strict must be declined: there it is the default."""
    function = tool.get("function")
    if not isinstance(function, Mapping):
        return dict(tool)
    plain: dict[str, Any] = {"parameters": {"type": "object", "properties": {}}, "strict": False}
    return {"type": "function", **plain, **function}


def _choice(choice: str | Mapping[str, Any] | None) -> str | Mapping[str, Any] | None:
    function = choice.get("function") if isinstance(choice, Mapping) else None
    return {"type": "function", "name": function.get("name")} if isinstance(function, Mapping) else choice


def _format(schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if schema is None else {"format": {"type": "json_schema", **named_schema(schema)}}
