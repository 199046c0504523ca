"""The portable conversation: the OpenAI chat form, typed. Every dialect compiles from it and answers into it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from hermes_fallback.errors import UsageError

__all__ = ["NATIVE_FIELDS", "Content", "Conversation", "Message", "Options", "ToolCall"]

NATIVE_FIELDS = frozenset(
    {"thinking_blocks", "reasoning_items", "reasoning_contents", "thoughts", "thought_signatures"}
)
"""Fields of `Message.extra` that dialects other than the chat form put there; a chat request leaves them out."""
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})

Content = str | tuple[Mapping[str, Any], ...] | None
"""Text, or parts (`{"type": "text" | "image_url" …}`), or nothing beside tool calls."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A finished call the model asks for; *arguments* is the JSON text exactly as the model wrote it."""

    id: str
    name: str
    arguments: str
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Fields we do not know, such as a signature; they go back only to where the message goes back whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. Fields we do not know travel along in *extra*.

    *origin*, where it is set, is the only place that is given *extra* back: reasoning and signatures of one provider
    are noise to another, or an error.
    """

    role: str
    content: Content = None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    origin: str | None = None

    @classmethod
    def user(cls, text: str) -> Message:
        """A user's message of plain text."""
        return cls(role="user", content=text)

    @classmethod
    def system(cls, text: str) -> Message:
        """A system prompt."""
        return cls(role="system", content=text)

    @classmethod
    def tool_result(cls, call_id: str, content: str) -> Message:
        """The result of the tool call *call_id*."""
        return cls(role="tool", content=content, tool_call_id=call_id)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Message:
        """Read a message of the OpenAI chat form.

        Raises:
            UsageError: the role is unknown, or a tool call has no id or no name.
        """
        role = data.get("role")
        if role not in _ROLES:
            raise UsageError(
                f"a message has the role `{role}`", hint=f"use one of {', '.join(sorted(_ROLES))}"
            )
        content = data.get("content")
        return cls(
            role=role,
            content=content if content is None or isinstance(content, str) else tuple(content),
            tool_calls=tuple(_tool_call(call) for call in data.get("tool_calls") or ()),
            tool_call_id=data.get("tool_call_id"),
            extra=MappingProxyType({k: v for k, v in data.items() if k not in _READ}),
        )

    @property
    def parts(self) -> tuple[Mapping[str, Any], ...]:
        """The content as parts, text among them."""
        if isinstance(self.content, tuple):
            return self.content
        return ({"type": "text", "text": self.content},) if self.content else ()

    def extra_for(self, to: str | None) -> Mapping[str, Any]:
        """What of *extra* may go to the origin *to*, or to anybody: all of it, or nothing."""
        return self.extra if self._is_at_home(to) else {}

    def call_extra_for(self, call: ToolCall, to: str | None) -> Mapping[str, Any]:
        """The same of the fields of *call*, one of this message."""
        return call.extra if self._is_at_home(to) else {}

    def _is_at_home(self, to: str | None) -> bool:
        return to is None or self.origin in {None, to}

    def to_dict(self, *, to: str | None = None) -> dict[str, Any]:
        """The message in the OpenAI chat form, ready for JSON; for the origin *to*, or for anybody."""
        extra = self.extra_for(to)
        if to is not None:
            extra = _without_native(extra)
        data: dict[str, Any] = {"role": self.role, **extra}
        data["content"] = list(self.content) if isinstance(self.content, tuple) else self.content
        if self.tool_calls:
            data["tool_calls"] = [self._written(call, to) for call in self.tool_calls]
        if self.tool_call_id is not None:
            data["tool_call_id"] = self.tool_call_id
        return data

    def _written(self, call: ToolCall, to: str | None) -> dict[str, Any]:
        function = {"name": call.name, "arguments": call.arguments}
        extra = self.call_extra_for(call, to)
        if to is not None:
            extra = _without_native(extra)
        return {**extra, "id": call.id, "type": "function", "function": function}


_READ = frozenset({"role", "content", "tool_calls", "tool_call_id"})
_READ_OF_A_CALL = frozenset({"id", "type", "function", "index"})


def _without_native(extra: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in extra.items() if name not in NATIVE_FIELDS}


def _tool_call(data: Mapping[str, Any]) -> ToolCall:
    function = data.get("function") or {}
    call_id, name, arguments = data.get("id"), function.get("name"), function.get("arguments", "")
    if not call_id or not name:
        raise UsageError(
            "a tool call has no id or no function name", hint="see the OpenAI chat form of `tool_calls`"
        )
    return ToolCall(
        call_id,
        name,
        arguments if isinstance(arguments, str) else json.dumps(arguments),
        {key: value for key, value in data.items() if key not in _READ_OF_A_CALL},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a caller may ask of an answer, beside the conversation itself."""

    temperature: float | None = None
    max_tokens: int | None = None
    tools: tuple[Mapping[str, Any], ...] = ()
    """Tool definitions in the OpenAI chat form."""
    tool_choice: str | Mapping[str, Any] | None = None
    json_schema: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further body fields, sent as they are."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The messages so far. Immutable: a reply makes a new one, so no attempt can spoil another's history."""

    messages: tuple[Message, ...] = ()

    @classmethod
    def from_dicts(cls, messages: Sequence[Mapping[str, Any]]) -> Conversation:
        """Read a list of messages of the OpenAI chat form."""
        return cls(tuple(Message.from_dict(message) for message in messages))

    def to_dicts(self, *, to: str | None = None) -> list[dict[str, Any]]:
        """The messages in the OpenAI chat form; for the origin *to*, or for anybody."""
        return [message.to_dict(to=to) for message in self.messages]

    def plus(self, *messages: Message) -> Conversation:
        """This conversation and *messages* after it."""
        return Conversation(self.messages + messages)
