"""An answer of the chat form under construction: deltas or a whole message in, portable events out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hermes_fallback.wire.content import Content, PartialCall
from hermes_fallback.wire.exchange import Called, Ended, Event, Usage
from hermes_fallback.wire.lenient import count, mapping, mappings, text
from hermes_fallback.wire.malformed import Flaw, is_error, without_answer

__all__ = ["ChatDraft"]

_BROKEN_ENDS = frozenset(
    {
        "error",  # OpenRouter: https://openrouter.ai/docs/api-reference/overview
        "network_error",  # Z.ai: https://docs.z.ai/api-reference/llm/chat-completion
        "insufficient_system_resource",  # DeepSeek: https://api-docs.deepseek.com/api/create-chat-completion
        "abort",  # vLLM and SGLang, for a request their engine dropped
    }
)
"""Finish reasons that say the provider broke the answer off."""
_KNOWN = frozenset({"id", "type", "function", "index"})
"""Fields of a tool call that are read; others are the provider's own, such as Gemini's `extra_content`."""


class ChatDraft:
    """Collects one answer. Text and reasoning come out at once, tool calls only with the end."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        """The tokens counted so far."""
        self._content = Content()
        self._finish_reason: str | None = None
        self._closing: Mapping[str, Any] = {"finish_reason": None}
        self._id = ""
        self._model: str | None = None
        self._calls: list[PartialCall] = []
        self._slots: dict[int, PartialCall] = {}
        self._details: list[dict[str, Any]] = []
        self._own: dict[str, Any] = {}

    @property
    def pieces(self) -> int:
        """How many pieces of content have come, parts of tool calls among them."""
        return self._content.pieces

    def take(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of one *document* of a stream.

        Raises:
            Flaw: the provider put an error into its choice, or the answer is complete and is none.
        """
        choices = document.get("choices")
        # Where a count of tokens follows the finish reason it is the last event, `[DONE]` or not.
        is_last = self._note(document) and self._finish_reason is not None
        choice = _first(choices)
        events = self._add(choice, choice.get("delta") or choice.get("message")) if choice else []
        if is_last:
            return [*events, *self.close()]
        is_ours = isinstance(choices, list) and (choices or not is_error(document))
        return events if is_ours else None

    def whole(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of the whole answer that *document* is; it is evidence enough of its end.

        Raises:
            Flaw: it is no answer.
        """
        choice = _first(document.get("choices"))
        if choice is None:
            return None
        self._note(document)
        return [*self._add(choice, choice.get("message")), *self._end()]

    def close(self) -> list[Event]:
        """The tool calls, complete, and the end.

        Raises:
            Flaw: no finish reason has come, the answer was broken off, is empty, or calls a tool with no JSON.
        """
        if self._finish_reason is None:
            raise Flaw("")
        return self._end()

    def _note(self, document: Mapping[str, Any]) -> bool:
        """Keep what *document* says of the whole answer; True when it counts the tokens."""
        self._id = text(document.get("id")) or self._id
        self._model = text(document.get("model")) or self._model
        usage = document.get("usage")
        if not isinstance(usage, dict):
            return False
        self.usage = Usage(
            count(usage.get("prompt_tokens")),
            count(usage.get("completion_tokens")),
            count(usage.get("total_tokens")),
            cached_tokens=count(mapping(usage.get("prompt_tokens_details")).get("cached_tokens")),
        )
        return True

    def _add(self, choice: Mapping[str, Any], said: object) -> list[Event]:
        """The content of *said*, a delta or the whole message, as events."""
        if choice.get("error"):
            raise Flaw(without_answer(choice, error=choice["error"]))
        if finish := text(choice.get("finish_reason")):
            self._finish_reason, self._closing = finish, choice
        message = mapping(said)
        if message.get("extra_content"):
            # Gemini's signature of a thought that led to text: ai.google.dev, thought signatures, 2026-11.
            self._own["extra_content"] = message["extra_content"]
        events = self._reason(message) + self._say(message)
        if message.get("tool_calls"):
            self._call(message["tool_calls"])
        return events

    def _end(self) -> list[Event]:
        finish = self._finish_reason or ""
        if finish in _BROKEN_ENDS:
            raise Flaw(without_answer(self._closing))
        spare = f"call_{self._id or 'of'}_"
        is_cut = finish == "length"
        calls = [call.finished(f"{spare}{n}", is_cut=is_cut) for n, call in enumerate(self._calls)]
        if not calls and not self._content.has_text:
            raise Flaw(without_answer(self._closing))
        end = Ended(
            finish_reason=finish or ("tool_calls" if calls else "stop"),
            usage=self.usage,
            model=self._model,
            extra=self._extra(),
        )
        return [*(Called(call) for call in calls), end]

    def _say(self, message: Mapping[str, Any]) -> list[Event]:
        content, refusal = message.get("content"), message.get("refusal")
        if isinstance(content, str) and not refusal:
            return self._content.say(content)
        pieces = [*_parts(content, "text"), text(refusal)]
        return [event for piece in pieces for event in self._content.say(piece)]

    def _reason(self, message: Mapping[str, Any]) -> list[Event]:
        for detail in mappings(message.get("reasoning_details")):
            self._detail(detail)
        plain = text(message.get("reasoning_content")) or text(message.get("reasoning"))
        pieces = [plain, *_parts(message.get("content"), "thinking")]
        return [event for piece in pieces for event in self._content.reason(piece)]

    def _detail(self, detail: Mapping[str, Any]) -> None:
        last = self._details[-1] if self._details else {}
        if not self._details or any(last.get(key) != detail.get(key) for key in ("type", "index")):
            self._details.append(dict(detail))
            return
        for key, value in detail.items():
            grows = key in {"text", "summary", "data"} and isinstance(value, str)
            if grows:
                last[key] = text(last.get(key)) + value
            elif value is not None:
                last[key] = value

    def _call(self, deltas: object) -> None:
        for delta in mappings(deltas):
            self._content.pieces += 1
            function = mapping(delta.get("function"))
            call = self._slot(delta)
            call.extra |= {name: value for name, value in delta.items() if name not in _KNOWN and value}
            call.id = call.id or text(delta.get("id"))
            call.name = call.name or text(function.get("name"))
            arguments = function.get("arguments")
            call.arguments.append(json.dumps(arguments) if isinstance(arguments, dict) else text(arguments))

    def _slot(self, delta: Mapping[str, Any]) -> PartialCall:
        """The call that *delta* continues. Some providers give parallel calls one index, or none at all."""
        index = delta.get("index")
        number = index if isinstance(index, int) else max(len(self._calls) - 1, 0)
        call, call_id = self._slots.get(number), text(delta.get("id"))
        if call is None or (call_id and call.id and call_id != call.id):
            call = self._slots[number] = PartialCall()
            self._calls.append(call)
            if not isinstance(index, int):
                self._slots[len(self._calls) - 1] = call
        return call

    def _extra(self) -> dict[str, Any]:
        if self._details:
            return {**self._own, "reasoning_details": self._details}
        # DeepSeek and Kimi want a tool call's reasoning back, and refuse or ignore it after a plain answer.
        if self._calls and self._content.reasoning:
            return {**self._own, "reasoning_content": self._content.reasoning}
        return self._own


def _first(choices: object) -> Mapping[str, Any] | None:
    """The choice we follow; a caller who asks for several gets the first."""
    return next((choice for choice in mappings(choices) if not choice.get("index")), None)


def _parts(content: object, kind: str) -> list[str]:
    """The texts of *kind* in *content*, which Mistral's reasoning models give as a list of parts."""
    if isinstance(content, str):
        return [content] if kind == "text" else []
    texts = []
    for part in mappings(content):
        if part.get("type") == kind:
            value = part.get(kind)
            texts += _parts(value, "text") if isinstance(value, list) else [text(value)]
    return texts
