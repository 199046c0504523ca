"""Bedrock's Converse dialect: the models of every vendor in one's own AWS account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from hermes_fallback.model.route import Route
from hermes_fallback.transcript.compiling import compiled
from hermes_fallback.transcript.conversation import Conversation, Message, Options, ToolCall
from hermes_fallback.wire.anthropic_answer import ANSWER_TOOL
from hermes_fallback.wire.converse_answer import ConverseDraft
from hermes_fallback.wire.exchange import HttpRequest, Reader
from hermes_fallback.wire.lenient import text
from hermes_fallback.wire.posting import endpoint, image_url, named_schema, post
from hermes_fallback.wire.readers import SniffingReader
from hermes_fallback.wire.turns import SYSTEM, arguments, inline, turns

__all__ = ["BedrockConverse"]

_ACCEPT = {"accept": "application/vnd.amazon.eventstream, application/json"}
_HOTTEST = 1.0
_CHOICES: Mapping[str, Mapping[str, Any]] = {"auto": {"auto": {}}, "required": {"any": {}}}
_ANSWERING = "Gives the answer to the user. Call it when the answer is ready."
_FORMATS = {"jpg": "jpeg"}
"""What an image's type is called there, where that is something else."""


class BedrockConverse:
    """Speaks `POST /model/{model}/converse-stream`.

    A JSON Schema is asked for as a tool that must be called, for few models know another way.
    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
    """

    def request(self, conversation: Conversation, route: Route, options: Options) -> HttpRequest:
        """The request that continues *conversation* on *route*."""
        made, origin = compiled(conversation, route), str(route.origin)
        messages = made.conversation.messages
        system = [block for message in messages if message.role in SYSTEM for block in _said(message)]
        said = [message for message in messages if message.role not in SYSTEM]
        temperature = options.temperature
        limits = {
            "maxTokens": options.max_tokens,
            "temperature": None if temperature is None else min(temperature, _HOTTEST),
        }
        fields = {
            "messages": [
                {"role": "assistant" if is_reply else "user", "content": blocks}
                for is_reply, blocks in turns(said, lambda message: _blocks(message, origin))
            ],
            "system": system or None,
            "inferenceConfig": {name: value for name, value in limits.items() if value is not None} or None,
            "toolConfig": _tools(options, said),
        }
        path = f"/model/{quote(route.model, safe='')}/converse-stream"
        return post(route, endpoint(route.base_url, path), fields, options, _ACCEPT, changes=made.changes)

    def reader(self, content_type: str, *, provider: str) -> Reader:
        """A reader for one response of status 200, streamed or whole."""
        return SniffingReader(ConverseDraft(), content_type, provider=provider)


def _blocks(message: Message, to: str) -> list[dict[str, Any]]:
    if message.role == "tool":
        return [{"toolResult": {"toolUseId": message.tool_call_id, "content": _said(message)}}]
    reasoning = message.extra_for(to).get("reasoning_contents") or ()
    return [
        *({"reasoningContent": content} for content in reasoning),
        *_said(message),
        *map(_tool_use, message.tool_calls),
    ]


def _said(message: Message) -> list[dict[str, Any]]:
    """The blocks of the message's content; those of blanks alone are refused there."""
    return [_block(p) for p in message.parts if p.get("type") != "text" or text(p.get("text")).strip()]


def _block(part: Mapping[str, Any]) -> dict[str, Any]:
    """The block for *part*; one that is of no form we know is sent as it is."""
    if part.get("type") == "text":
        return {"text": part.get("text")}
    url = image_url(part) if part.get("type") == "image_url" else None
    return dict(part) if url is None else _image(url)


def _image(url: str) -> dict[str, Any]:
    """The block for an image. Nothing is fetched there but out of S3: of any other only the address is told."""
    if data := inline(url):
        return _pictured(data[0].rpartition("/")[2], {"bytes": data[1]})
    if url.startswith("s3://"):
        return _pictured(url.rpartition(".")[2].lower(), {"s3Location": {"uri": url}})
    return {"text": f"[image: {url}]"}


def _pictured(kind: str, source: Mapping[str, Any]) -> dict[str, Any]:
    return {"image": {"format": _FORMATS.get(kind, kind), "source": source}}


def _tool_use(call: ToolCall) -> dict[str, Any]:
    return {"toolUse": {"toolUseId": call.id, "name": call.name, "input": arguments(call)}}


def _tools(options: Options, messages: list[Message]) -> dict[str, Any] | None:
    """The tools and the choice among them.

    A history that holds calls is refused without tools, so that those it names stand in for them. There is no way
    to say `none` but to offer nothing else.
    """
    is_barred = options.tool_choice == "none"
    tools = [] if is_barred else [_tool(tool) for tool in options.tools]
    if options.json_schema is not None:
        schema = named_schema(options.json_schema)["schema"]
        tools.append(_described(ANSWER_TOOL, schema, _ANSWERING))
        return {"tools": tools, "toolChoice": _forced(tools)}
    if not tools:
        names = dict.fromkeys(call.name for message in messages for call in message.tool_calls)
        stand_ins = [_described(name, {"type": "object"}) for name in names]
        return {"tools": stand_ins} if stand_ins else None
    choice = _choice(options.tool_choice)
    return {"tools": tools, "toolChoice": choice} if choice else {"tools": tools}


def _forced(tools: list[dict[str, Any]]) -> dict[str, Any]:
    return {"tool": {"name": ANSWER_TOOL}} if len(tools) == 1 else {"any": {}}


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    """*tool* in Converse's form; one that is no function is sent as it is."""
    function = tool.get("function")
    if not isinstance(function, Mapping):
        return dict(tool)
    schema = function.get("parameters") or {"type": "object"}
    return _described(text(function.get("name")), schema, text(function.get("description")))


def _described(name: str, schema: Mapping[str, Any], description: str = "") -> dict[str, Any]:
    also = {"description": description} if description else {}
    return {"toolSpec": {"name": name, **also, "inputSchema": {"json": schema}}}


def _choice(choice: str | Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if isinstance(choice, str):
        return _CHOICES.get(choice)
    function = choice.get("function") if choice else None
    return {"tool": {"name": function.get("name")}} if isinstance(function, Mapping) else choice
