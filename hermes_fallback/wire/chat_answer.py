"""An answer of the chat form under construction: deltas or a whole message in, portable events out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hermes_fallback.transcript.conversation import ToolCall
from hermes_fallback.wire.exchange import Called, Ended, Event, Reasoned, Said, Usage
from hermes_fallback.wire.malformed import without_answer

__all__ = ["Draft", "Flaw"]

_BROKEN_ENDS = frozenset(
    {
        "error",  # OpenRouter: https://openrouter.ai/docs/api-reference/overview
        "network_error",  # Z.ai: https://docs.z.ai/api-reference/llm/chat-completion
        "insufficient_system_resource",  # DeepSeek: https://api-docs.deepseek.com/api/create-chat-completion
        "abort",  # vLLM and SGLang, for a request their engine dropped
    }
)
"""Finish reasons that say the provider broke the answer off."""


class Flaw(Exception):
    """What came is no answer. *evidence* is what classification may look at."""

    def __init__(self, evidence: str) -> None:
        super().__init__(evidence)
        self.evidence = evidence


@dataclass(slots=True)
class _Call:
    """A tool call as far as it has come."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class Draft:
    """Collects one answer. Text and reasoning come out at once, tool calls only with the end."""

    def __init__(self) -> None:
        self.pieces = 0
        """How many pieces of content have come, parts of tool calls among them."""
        self.finish_reason: str | None = None
        self._closing: Mapping[str, Any] = {"finish_reason": None}
        self._id = ""
        self._model: str | None = None
        self._usage: Usage | None = None
        self._blank = ""
        self._has_text = False
        self._calls: list[_Call] = []
        self._slots: dict[int, _Call] = {}
        self._reasoning: list[str] = []
        self._details: list[dict[str, Any]] = []

    def note(self, document: Mapping[str, Any]) -> bool:
        """Keep what *document* says of the whole answer; True when it counts the tokens."""
        self._id = _text(document.get("id")) or self._id
        self._model = _text(document.get("model")) or self._model
        usage = document.get("usage")
        if not isinstance(usage, Mapping):
            return False
        self._usage = Usage(
            _count(usage.get("prompt_tokens")),
            _count(usage.get("completion_tokens")),
            _count(usage.get("total_tokens")),
        )
        return True

    def add(self, choice: Mapping[str, Any], message: Mapping[str, Any]) -> list[Event]:
        """The content of *message*, a delta or the whole one, as events.

        Raises:
            Flaw: the provider put an error into its choice.
        """
        if choice.get("error"):
            raise Flaw(without_answer(choice, error=choice["error"]))
        if finish := _text(choice.get("finish_reason")):
            self.finish_reason, self._closing = finish, choice
        events: list[Event] = [*self._reason(message), *self._say(message)]
        self.pieces += len(events)
        self._call(message.get("tool_calls"))
        return events

    def close(self) -> list[Event]:
        """The tool calls, complete, and the end.

        Raises:
            Flaw: the answer was broken off, is empty, or calls a tool with arguments that are no JSON.
        """
        finish = self.finish_reason or ""
        if finish in _BROKEN_ENDS:
            raise Flaw(without_answer(self._closing))
        calls = [self._finished(call, number) for number, call in enumerate(self._calls)]
        if not calls and not self._has_text:
            raise Flaw(without_answer(self._closing))
        end = Ended(
            finish_reason=finish or ("tool_calls" if calls else "stop"),
            usage=self._usage,
            model=self._model,
            extra=self._extra(),
        )
        return [*(Called(call) for call in calls), end]

    def _say(self, message: Mapping[str, Any]) -> Iterator[Said]:
        for text in (*_parts(message.get("content"), "text"), _text(message.get("refusal"))):
            whole = text if self._has_text else self._blank + text
            if self._has_text or whole.strip():
                self._has_text = True
                if whole:
                    yield Said(_clean(whole))
            else:
                self._blank = whole

    def _reason(self, message: Mapping[str, Any]) -> Iterator[Reasoned]:
        plain = _text(message.get("reasoning_content")) or _text(message.get("reasoning"))
        for text in (plain, *_parts(message.get("content"), "thinking")):
            if text:
                self._reasoning.append(text)
                yield Reasoned(_clean(text))
        for detail in _mappings(message.get("reasoning_details")):
            self._detail(detail)

    def _detail(self, detail: Mapping[str, Any]) -> None:
        last = self._details[-1] if self._details else {}
        if not self._details or any(last.get(key) != detail.get(key) for key in ("type", "index")):
            self._details.append(dict(detail))
            return
        for key, value in detail.items():
            grows = key in {"text", "summary", "data"} and isinstance(value, str)
            if grows:
                last[key] = _text(last.get(key)) + value
            elif value is not None:
                last[key] = value

    def _call(self, deltas: object) -> None:
        for delta in _mappings(deltas):
            self.pieces += 1
            function = delta.get("function")
            function = function if isinstance(function, Mapping) else {}
            call = self._slot(delta)
            call.id = call.id or _text(delta.get("id"))
            call.name = call.name or _text(function.get("name"))
            arguments = function.get("arguments")
            call.arguments.append(
                json.dumps(arguments) if isinstance(arguments, Mapping) else _text(arguments)
            )

    def _slot(self, delta: Mapping[str, Any]) -> _Call:
        """The call that *delta* continues. Some providers give parallel calls one index, or none at all."""
        index = delta.get("index")
        number = index if isinstance(index, int) else max(len(self._calls) - 1, 0)
        call, call_id = self._slots.get(number), _text(delta.get("id"))
        if call is None or (call_id and call.id and call_id != call.id):
            call = self._slots[number] = _Call()
            self._calls.append(call)
            if not isinstance(index, int):
                self._slots[len(self._calls) - 1] = call
        return call

    def _finished(self, call: _Call, number: int) -> ToolCall:
        arguments = _clean("".join(call.arguments)) or "{}"
        if not call.name:
            raise Flaw("a tool call without the name of a function")
        try:
            json.loads(arguments)
        except (ValueError, RecursionError):
            raise Flaw(f"the arguments of the tool call `{call.name}` are not JSON") from None
        return ToolCall(call.id or f"call_{self._id or 'of'}_{number}", call.name, arguments)

    def _extra(self) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        if self._details:
            extra["reasoning_details"] = self._details
        # DeepSeek and Kimi want a tool call's reasoning back, and refuse or ignore it after a plain answer.
        elif self._calls and self._reasoning:
            extra["reasoning_content"] = _clean("".join(self._reasoning))
        return extra


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _parts(content: object, kind: str) -> list[str]:
    """The texts of *kind* in *content*, which Mistral's reasoning models give as a list of parts."""
    if isinstance(content, str):
        return [content] if kind == "text" else []
    texts = []
    for part in _mappings(content):
        if part.get("type") == kind:
            value = part.get(kind)
            texts += _parts(value, "text") if isinstance(value, list) else [_text(value)]
    return texts


def _clean(text: str) -> str:
    """*text* with halves of surrogate pairs joined, or replaced: nothing downstream could encode them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
