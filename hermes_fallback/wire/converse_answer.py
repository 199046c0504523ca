"""An answer of Converse's form under construction: blocks in, portable events out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hermes_fallback.wire.anthropic_answer import ANSWER_TOOL
from hermes_fallback.wire.content import Content, PartialCall
from hermes_fallback.wire.exchange import Called, Ended, Event, Usage
from hermes_fallback.wire.lenient import count, mapping, mappings, text
from hermes_fallback.wire.malformed import Flaw, told

__all__ = ["ConverseDraft"]

_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
}
"""Our finish reason for each stop reason; one that is not here is passed on as it is."""
_BROKEN_ENDS = frozenset({"malformed_model_output", "malformed_tool_use"})
"""Stop reasons that say the model wrote what Bedrock could not read."""


@dataclass(slots=True)
class _Block:
    """A block that is no plain text: reasoning, or a tool call."""

    call: PartialCall | None = None
    reasoning: list[str] = field(default_factory=list)
    signature: str = ""
    redacted: str = ""

    @property
    def is_answer(self) -> bool:
        return self.call is not None and self.call.name == ANSWER_TOOL

    def content(self) -> dict[str, Any] | None:
        """The reasoning as it goes back to who wrote it; None where there is none."""
        if self.redacted:
            return {"redactedContent": self.redacted}
        if not self.reasoning and not self.signature:
            return None
        signed = {"signature": self.signature} if self.signature else {}
        return {"reasoningText": {"text": "".join(self.reasoning), **signed}}


class ConverseDraft:
    """Collects one answer. Text and reasoning come out at once, tool calls only with the end."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        """The tokens counted so far: Bedrock tells them behind the end."""
        self._content = Content()
        self._stop = ""
        self._blocks: list[_Block] = []
        self._at: dict[int | None, _Block] = {}

    @property
    def pieces(self) -> int:
        """How many pieces of content have come, parts of tool calls among them."""
        return self._content.pieces

    def take(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of one *document* of a stream, its payload being its `part`.

        Raises:
            Flaw: the answer is complete and is none.
        """
        part = mapping(document.get("part"))
        index = count(part.get("contentBlockIndex"))
        match document.get("type"):
            case "contentBlockDelta":
                return self._grow(index, mapping(part.get("delta")))
            case "contentBlockStart":
                self._use(index, mapping(mapping(part.get("start")).get("toolUse")))
            case "messageStop":
                self._stop = text(part.get("stopReason"))
            case "metadata":
                self.usage = _usage(part.get("usage")) or self.usage
                return self._end() if self._stop else []
            case "messageStart" | "contentBlockStop":
                pass
            case _ if "part" not in document:
                return None
        return []

    def whole(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of the whole answer that *document* is; it is evidence enough of its end.

        Raises:
            Flaw: it is no answer.
        """
        if document.get("__type"):  # what AWS calls an error, be the status as it may
            raise Flaw(f'{{"error": {told(document)}}}')
        message = mapping(document.get("output")).get("message")
        if not isinstance(message, dict) or not isinstance(message.get("content"), list):
            return None
        self.usage = _usage(document.get("usage"))
        self._stop = text(document.get("stopReason"))
        said = [
            event for n, block in enumerate(mappings(message["content"])) for event in self._add(n, block)
        ]
        return [*said, *self._end()]

    def close(self) -> list[Event]:
        """The tool calls, complete, and the end, where a stop reason has come though no count of tokens.

        Raises:
            Flaw: none has come, or the answer is none.
        """
        if not self._stop:
            raise Flaw("")
        return self._end()

    def _add(self, index: int, block: Mapping[str, Any]) -> list[Event]:
        """A whole *block*, as if it had come in pieces."""
        reasoning, used = mapping(block.get("reasoningContent")), mapping(block.get("toolUse"))
        if used:
            self._use(index, used)
            return self._grow(
                index, {"toolUse": {"input": json.dumps(used.get("input"), ensure_ascii=False)}}
            )
        flat = {**reasoning, **mapping(reasoning.get("reasoningText"))}
        return self._grow(index, {"text": block.get("text"), "reasoningContent": flat})

    def _use(self, index: int | None, used: Mapping[str, Any]) -> None:
        if used:
            call = PartialCall(text(used.get("toolUseId")), text(used.get("name")))
            self._begin(index, _Block(call))
            self._content.pieces += call.name != ANSWER_TOOL

    def _begin(self, index: int | None, block: _Block) -> _Block:
        self._at[index] = block
        self._blocks.append(block)
        return block

    def _grow(self, index: int | None, delta: Mapping[str, Any]) -> list[Event]:
        reasoning, used = mapping(delta.get("reasoningContent")), mapping(delta.get("toolUse"))
        if used:
            return self._argue(index, text(used.get("input")))
        if not reasoning:
            return self._content.say(text(delta.get("text")))
        block = self._at.get(index) or self._begin(index, _Block())
        block.signature += text(reasoning.get("signature"))
        block.redacted += text(reasoning.get("redactedContent"))
        if piece := text(reasoning.get("text")):
            block.reasoning.append(piece)
        return self._content.reason(piece)

    def _argue(self, index: int | None, piece: str) -> list[Event]:
        block = self._at.get(index)
        if block is None or block.call is None:
            return []
        if block.is_answer:
            return self._content.say(piece)
        if piece:
            block.call.arguments.append(piece)
            self._content.pieces += 1
        return []

    def _end(self) -> list[Event]:
        asked = [block.call for block in self._blocks if block.call and not block.is_answer]
        finish = _FINISH.get(self._stop, self._stop)
        calls = [call.finished(f"call_{n}", is_cut=finish == "length") for n, call in enumerate(asked)]
        if self._stop in _BROKEN_ENDS or (not calls and not self._content.has_text):
            raise Flaw(json.dumps({"stopReason": self._stop}))
        if finish == "tool_calls" and not calls:
            finish = "stop"
        extra = [content for block in self._blocks if (content := block.content())]
        end = Ended(
            finish_reason=finish or ("tool_calls" if calls else "stop"),
            usage=self.usage,
            extra={"reasoning_contents": extra} if extra else {},
        )
        return [*map(Called, calls), end]


def _usage(counted: object) -> Usage | None:
    """The tokens *counted*; those of a cache are not among `inputTokens` there."""
    if not isinstance(counted, dict):
        return None
    read, written = count(counted.get("cacheReadInputTokens")), count(counted.get("cacheWriteInputTokens"))
    fresh = count(counted.get("inputTokens"))
    return Usage(
        None if fresh is None else fresh + (read or 0) + (written or 0),
        count(counted.get("outputTokens")),
        count(counted.get("totalTokens")),
        cached_tokens=read,
        cache_written_tokens=written,
    )
