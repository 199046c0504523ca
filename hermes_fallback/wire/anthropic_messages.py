"""Anthropic's dialect: Claude, and the many endpoints that are made for clients of Claude."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hermes_fallback.model.route import Route
from hermes_fallback.transcript.compiling import compiled
from hermes_fallback.transcript.conversation import Conversation, Message, Options, ToolCall
from hermes_fallback.wire.anthropic_answer import ANSWER_TOOL, MessagesDraft
from hermes_fallback.wire.caching import limit, mark, wants_marks
from hermes_fallback.wire.exchange import HttpRequest, Reader
from hermes_fallback.wire.lenient import parsed, text
from hermes_fallback.wire.posting import endpoint, image_url, named_schema, post
from hermes_fallback.wire.readers import SniffingReader

__all__ = ["AnthropicMessages"]

_VERSION = {"anthropic-version": "2023-06-01"}
_SYSTEM = frozenset({"system", "developer"})
_FIRST = frozenset({"tool_result", "thinking", "redacted_thinking"})
_HOTTEST = 1.0
"""Its highest temperature; the chat form goes to 2."""
_MOST_TOKENS = 32_000
_MOST_TOKENS_OF = (("claude-3-5", 8_192), ("claude-3-7", 32_000), ("claude-3", 4_096), ("claude-2", 4_096))
"""What older models write at most: platform.claude.com, models overview. They refuse to be asked for more."""
_CHOICES: Mapping[str, Mapping[str, Any]] = {
    "auto": {"type": "auto"},
    "none": {"type": "none"},
    "required": {"type": "any"},
}


class AnthropicMessages:
    """Speaks `POST /v1/messages`, always asking for a stream.

    A JSON Schema is asked for as a tool that must be called, which every model and every such endpoint knows.
    Source: https://platform.claude.com/docs/en/api/messages
    """

    def request(self, conversation: Conversation, route: Route, options: Options) -> HttpRequest:
        """The request that continues *conversation* on *route*."""
        made = compiled(conversation, route)
        messages = made.conversation.messages
        system = [block for m in messages if m.role in _SYSTEM for block in _said(m)]
        said = [message for message in messages if message.role not in _SYSTEM]
        temperature = options.temperature
        turns, tools = _turns(said, to=str(route.origin)), _tools(options)
        head = [*(tools["tools"] or ()), *system]
        if not limit((head, *(turn["content"] for turn in turns))) and wants_marks(route):
            mark(head, [turn["content"] for turn in turns])
        fields = {
            "model": route.model,
            "max_tokens": _most_tokens(route) if options.max_tokens is None else options.max_tokens,
            "system": system or None,
            "messages": turns,
            "temperature": None if temperature is None else min(temperature, _HOTTEST),
            "stream": True,
            **tools,
        }
        url = _endpoint(route.base_url)
        return post(route, url, fields, options, _VERSION, changes=made.changes)

    def reader(self, content_type: str, *, provider: str) -> Reader:
        """A reader for one response of status 200, streamed or whole."""
        return SniffingReader(MessagesDraft(), content_type, provider=provider)


def _endpoint(base_url: str) -> str:
    base = base_url.partition("?")[0].rstrip("/")
    return endpoint(base_url, "/messages" if base.endswith(("/v1", "/messages")) else "/v1/messages")


def _most_tokens(route: Route) -> int:
    """The length an answer may have where the caller says nothing: the field is required."""
    name = route.model.rpartition("/")[2]
    most = next((tokens for prefix, tokens in _MOST_TOKENS_OF if name.startswith(prefix)), _MOST_TOKENS)
    return min(most, route.context_length // 2) if route.context_length else most


def _turns(messages: list[Message], *, to: str) -> list[dict[str, Any]]:
    """The messages by turns of user and assistant, results of tools being the user's and first in their turn.

    Thinking goes first in the assistant's, and words of the assistant to go on from do not end in a blank.
    """
    turns: list[dict[str, Any]] = []
    for message in messages:
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _blocks(message, to)
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        elif blocks:
            turns.append({"role": role, "content": blocks})
    for turn in turns:
        turn["content"].sort(key=lambda block: block.get("type") not in _FIRST)
    last = turns[-1]["content"][-1] if turns and turns[-1]["role"] == "assistant" else {}
    if "text" in last:
        last["text"] = last["text"].rstrip()
    return turns


def _blocks(message: Message, to: str) -> list[dict[str, Any]]:
    if message.role == "tool":
        result = {"type": "tool_result", "tool_use_id": message.tool_call_id, "content": _said(message)}
        return [result]
    thinking = message.extra_for(to).get("thinking_blocks") or ()
    return [*thinking, *_said(message), *(_tool_use(call) for call in message.tool_calls)]


def _said(message: Message) -> list[dict[str, Any]]:
    """The blocks of the message's content; those of blanks alone are refused there."""
    return [_block(p) for p in message.parts if p.get("type") != "text" or text(p.get("text")).strip()]


def _block(part: Mapping[str, Any]) -> dict[str, Any]:
    """The block for *part*; one that is of no form we know is sent as it is."""
    url = image_url(part) if part.get("type") == "image_url" else None
    if url is None:
        return dict(part)
    head, comma, data = url.partition(";base64,")
    if comma and head.startswith("data:"):
        source = {"type": "base64", "media_type": head.removeprefix("data:"), "data": data}
    else:
        source = {"type": "url", "url": url}
    return {"type": "image", "source": source, **_mark_of(part)}


def _mark_of(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"cache_control": given["cache_control"]} if given.get("cache_control") else {}


def _tool_use(call: ToolCall) -> dict[str, Any]:
    """The block of *call*; arguments that are no object are wrapped into one, for nothing else is taken."""
    given = parsed(call.arguments or "{}")
    arguments = {"arguments": call.arguments} if given is None else given
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments}


def _tools(options: Options) -> dict[str, Any]:
    tools = [_tool(tool) for tool in options.tools]
    choice = _choice(options.tool_choice) if tools else None
    if options.json_schema is not None:
        choice = {"type": "any"} if tools else {"type": "tool", "name": ANSWER_TOOL}
        schema = named_schema(options.json_schema)["schema"]
        description = "Gives the answer to the user. Call it when the answer is ready."
        tools.append({"name": ANSWER_TOOL, "description": description, "input_schema": schema})
    return {"tools": tools or None, "tool_choice": choice}


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    """*tool* in Anthropic's form; one that is no function is sent as it is."""
    function = tool.get("function")
    if not isinstance(function, Mapping):
        return dict(tool)
    described = {"description": function["description"]} if function.get("description") else {}
    schema = function.get("parameters") or {"type": "object"}
    return {"name": function.get("name"), **described, "input_schema": schema, **_mark_of(tool)}


def _choice(choice: str | Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if isinstance(choice, str):
        return _CHOICES.get(choice)
    function = choice.get("function") if choice else None
    return {"type": "tool", "name": function.get("name")} if isinstance(function, Mapping) else choice
