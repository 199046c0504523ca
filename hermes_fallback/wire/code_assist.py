"""Google's Code Assist dialect: the Gemini models for who signs in as gemini-cli does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from mimetypes import guess_type
from typing import Any

from hermes_fallback.model.route import Route
from hermes_fallback.transcript.compiling import compiled
from hermes_fallback.transcript.conversation import Conversation, Message, Options, ToolCall
from hermes_fallback.wire.code_assist_answer import CodeAssistDraft
from hermes_fallback.wire.exchange import HttpRequest, Reader
from hermes_fallback.wire.lenient import text
from hermes_fallback.wire.posting import endpoint, image_url, named_schema, post
from hermes_fallback.wire.readers import SniffingReader
from hermes_fallback.wire.turns import SYSTEM, arguments, inline, turns

__all__ = ["CodeAssist"]

_METHOD = "/v1internal:streamGenerateContent"
_MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
_THINKS_NOT = ("gemini-1", "gemini-2.0")
"""Models that refuse to be asked for their thoughts."""
_SIGNS_NOT = ("gemini-1", "gemini-2")
"""Models that take calls without a signature."""
_UNSIGNED = "skip_thought_signature_validator"
"""Stands for the signature of a call that another model made: https://ai.google.dev/gemini-api/docs/thought-signatures."""
_Part = dict[str, Any]


class CodeAssist:
    """Speaks `POST /v1internal:streamGenerateContent`: the request of the Gemini API in an envelope.

    Sources: google-gemini/gemini-cli, code_assist/converter.ts; https://ai.google.dev/api/generate-content
    """

    def request(self, conversation: Conversation, route: Route, options: Options) -> HttpRequest:
        """The request that continues *conversation* on *route*, counted on the project of its credential."""
        made = compiled(conversation, route)
        wrapped = _Writer(route, made.conversation.messages).request(options)
        fields = {
            "model": route.model,
            "project": route.credential.project or None if route.credential else None,
            "request": {**wrapped, **options.extra},
        }
        url = endpoint(route.base_url, _METHOD)
        asks_events = url + ("&" if "?" in url else "?") + "alt=sse"
        return post(route, asks_events, fields, Options(), changes=made.changes)

    def reader(self, content_type: str, *, provider: str) -> Reader:
        """A reader for one response of status 200, streamed or whole."""
        return SniffingReader(CodeAssistDraft(), content_type, provider=provider)


class _Writer:
    """Writes one conversation for one route."""

    def __init__(self, route: Route, messages: tuple[Message, ...]) -> None:
        self._origin, self._model = str(route.origin), route.model
        self._messages = messages
        self._names = {call.id: call.name for message in messages for call in message.tool_calls}

    def request(self, options: Options) -> dict[str, Any]:
        system = [part for each in self._messages if each.role in SYSTEM for part in _said(each)]
        said = [message for message in self._messages if message.role not in SYSTEM]
        fields = {
            "contents": [
                {"role": "model" if is_reply else "user", "parts": parts}
                for is_reply, parts in turns(said, self._parts)
            ],
            "systemInstruction": {"role": "user", "parts": system} if system else None,
            "tools": [*_tools(options)] or None,
            "toolConfig": _choice(options),
            "generationConfig": self._generation(options) or None,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def _generation(self, options: Options) -> dict[str, Any]:
        schema = options.json_schema
        fields = {
            "temperature": options.temperature,
            "maxOutputTokens": options.max_tokens,
            "responseMimeType": "application/json" if schema is not None else None,
            "responseJsonSchema": named_schema(schema)["schema"] if schema is not None else None,
            "thinkingConfig": None if self._model.startswith(_THINKS_NOT) else {"includeThoughts": True},
        }
        return {name: value for name, value in fields.items() if value is not None}

    def _parts(self, message: Message) -> list[_Part]:
        if message.role == "tool":
            return self._result(message)
        extra = message.extra_for(self._origin)
        signatures = extra.get("thought_signatures") or {}
        said = [_signed(part, signature) for part, signature in _last(_said(message), signatures.get("text"))]
        calls = zip_longest(message.tool_calls, signatures.get("calls") or ())
        return [
            *(extra.get("thoughts") or ()),
            *said,
            *(self._call(call, signature, n == 0) for n, (call, signature) in enumerate(calls) if call),
        ]

    def _call(self, call: ToolCall, signature: str | None, is_first: bool) -> _Part:
        part = {"functionCall": {"id": call.id, "name": call.name, "args": arguments(call)}}
        is_wanted = is_first and not self._model.startswith(_SIGNS_NOT)
        return _signed(part, signature or (_UNSIGNED if is_wanted else None))

    def _result(self, message: Message) -> list[_Part]:
        """The result of a call, and what of it is no text behind it."""
        parts = _said(message)
        output = "".join(part.pop("text") for part in parts if "text" in part)
        response = {
            "id": message.tool_call_id,
            "name": self._names.get(message.tool_call_id or "", "unknown"),
            "response": {"output": output},
        }
        return [{"functionResponse": response}, *filter(None, parts)]


def _last(parts: list[_Part], signature: str | None) -> Iterator[tuple[_Part, str | None]]:
    """*parts*, the last of them with *signature*."""
    for number, part in enumerate(parts, 1):
        yield part, signature if number == len(parts) else None


def _signed(part: _Part, signature: str | None) -> _Part:
    return {**part, "thoughtSignature": signature} if signature else part


def _said(message: Message) -> list[_Part]:
    """The parts of the message's content; those of blanks alone say nothing."""
    return [_part(p) for p in message.parts if p.get("type") != "text" or text(p.get("text")).strip()]


def _part(part: Mapping[str, Any]) -> _Part:
    """The part for *part*; one that is of no form we know is sent as it is."""
    if part.get("type") == "text":
        return {"text": part.get("text")}
    url = image_url(part) if part.get("type") == "image_url" else None
    if url is None:
        return dict(part)
    if data := inline(url):
        return {"inlineData": {"mimeType": data[0], "data": data[1]}}
    return {"fileData": {"mimeType": guess_type(url)[0] or "image/jpeg", "fileUri": url}}


def _tools(options: Options) -> Iterator[dict[str, Any]]:
    """The functions together, and each tool that is none as it is."""
    functions = [tool["function"] for tool in options.tools if isinstance(tool.get("function"), Mapping)]
    if functions:
        yield {"functionDeclarations": [_declared(function) for function in functions]}
    yield from (dict(tool) for tool in options.tools if not isinstance(tool.get("function"), Mapping))


def _declared(function: Mapping[str, Any]) -> dict[str, Any]:
    fields = {
        "name": function.get("name"),
        "description": function.get("description"),
        "parametersJsonSchema": function.get("parameters"),
    }
    return {name: value for name, value in fields.items() if value}


def _choice(options: Options) -> Mapping[str, Any] | None:
    choice = options.tool_choice
    if not options.tools or choice is None:
        return None
    if isinstance(choice, str):
        mode = _MODES.get(choice)
        return {"functionCallingConfig": {"mode": mode}} if mode else None
    function = choice.get("function")
    if not isinstance(function, Mapping):
        return choice
    return {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": [function.get("name")]}}
