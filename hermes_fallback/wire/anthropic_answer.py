"""An answer of Anthropic's form under construction: blocks in, portable events out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hermes_fallback.wire.content import Content, PartialCall
from hermes_fallback.wire.exchange import Called, Ended, Event, Usage
from hermes_fallback.wire.lenient import count, mapping, mappings, text
from hermes_fallback.wire.malformed import Flaw

__all__ = ["ANSWER_TOOL", "MessagesDraft"]

ANSWER_TOOL = "answer_as_json"
"""The tool that stands for a schema the answer must fit; what it is called with is the answer's text."""

_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
"""Our finish reason for each stop reason; one that is not here is passed on as it is."""
_OUR_EVENTS = ("message_", "content_block_", "ping")
_THINKING = frozenset({"thinking", "redacted_thinking"})


@dataclass(slots=True)
class _Block:
    """A block that is neither plain text nor done with at once: thinking, or a tool call."""

    start: Mapping[str, Any]
    pieces: list[str] = field(default_factory=list)
    signature: str = ""

    @property
    def kind(self) -> str:
        return text(self.start.get("type"))

    @property
    def is_answer(self) -> bool:
        return self.kind == "tool_use" and self.start.get("name") == ANSWER_TOOL

    def call(self) -> PartialCall:
        whole = mapping(self.start.get("input"))
        pieces = self.pieces or ([json.dumps(whole)] if whole else [])
        return PartialCall(text(self.start.get("id")), text(self.start.get("name")), pieces)

    def thinking(self) -> dict[str, Any]:
        """The block as it goes back to who wrote it."""
        if self.kind != "thinking":
            return dict(self.start)
        return {"type": "thinking", "thinking": "".join(self.pieces), "signature": self.signature}


class MessagesDraft:
    """Collects one answer. Text and thinking come out at once, tool calls only with the end."""

    def __init__(self) -> None:
        self._content = Content()
        self._id = ""
        self._model: str | None = None
        self._counts: dict[str, int] = {}
        self._closing: dict[str, Any] = {}
        self._blocks: list[_Block] = []
        self._at: dict[int | None, _Block] = {}

    @property
    def pieces(self) -> int:
        """How many pieces of content have come, parts of tool calls among them."""
        return self._content.pieces

    @property
    def usage(self) -> Usage | None:
        """The tokens counted so far: the input with the first event, the output with the last."""
        if not self._counts:
            return None
        read = self._counts.get("cache_read_input_tokens")
        written = self._counts.get("cache_creation_input_tokens")
        fresh, output = self._counts.get("input_tokens"), self._counts.get("output_tokens")
        input_tokens = None if fresh is None else fresh + (read or 0) + (written or 0)
        return Usage(
            input_tokens,
            output,
            None if input_tokens is None or output is None else input_tokens + output,
            cached_tokens=read,
            cache_written_tokens=written,
        )

    def take(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of one *document* of a stream.

        Raises:
            Flaw: the answer is complete and is none.
        """
        match document.get("type"):
            case "content_block_delta":
                return self._grow(count(document.get("index")), mapping(document.get("delta")))
            case "content_block_start":
                return self._begin(count(document.get("index")), mapping(document.get("content_block")))
            case "message_start":
                self._note(mapping(document.get("message")))
            case "message_delta":
                self._note(document)
                self._stop(mapping(document.get("delta")))
            case "message_stop":
                return self._end()
            case other if not text(other).startswith(_OUR_EVENTS):
                return None
        return []

    def whole(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of the whole answer that *document* is; it is evidence enough of its end.

        Raises:
            Flaw: it is no answer.
        """
        if document.get("type") != "message" or not isinstance(document.get("content"), list):
            return None
        self._note(document)
        self._stop(document)
        blocks = enumerate(mappings(document["content"]))
        said = [event for index, block in blocks for event in self._begin(index, block)]
        return [*said, *self._end()]

    def close(self) -> list[Event]:
        """The tool calls, complete, and the end, where a stop reason has come though no `message_stop`.

        Raises:
            Flaw: none has come, or the answer is none.
        """
        if not self._closing.get("stop_reason"):
            raise Flaw("")
        return self._end()

    def _note(self, message: Mapping[str, Any]) -> None:
        self._id = text(message.get("id")) or self._id
        self._model = text(message.get("model")) or self._model
        for name, value in mapping(message.get("usage")).items():
            if (number := count(value)) is not None:
                self._counts[name] = number

    def _stop(self, ended: Mapping[str, Any]) -> None:
        for name in ("stop_reason", "stop_details"):
            if ended.get(name):
                self._closing[name] = ended[name]

    def _begin(self, index: int | None, start: Mapping[str, Any]) -> list[Event]:
        if start.get("type") == "text":
            return self._content.say(text(start.get("text")))
        block = self._at[index] = _Block(start)
        self._blocks.append(block)
        if block.kind == "thinking":
            block.signature = text(start.get("signature"))
            return self._think(block, text(start.get("thinking")))
        if block.is_answer and start.get("input"):
            return self._content.say(json.dumps(start["input"], ensure_ascii=False))
        self._content.pieces += block.kind == "tool_use"
        return []

    def _grow(self, index: int | None, delta: Mapping[str, Any]) -> list[Event]:
        kind = delta.get("type")
        if kind == "text_delta":
            return self._content.say(text(delta.get("text")))
        block = self._at.get(index)
        if block is None:
            return []
        if kind == "thinking_delta":
            return self._think(block, text(delta.get("thinking")))
        if kind == "signature_delta":
            block.signature += text(delta.get("signature"))
        elif kind == "input_json_delta":
            return self._argue(block, text(delta.get("partial_json")))
        return []

    def _think(self, block: _Block, piece: str) -> list[Event]:
        block.pieces.append(piece)
        return self._content.reason(piece)

    def _argue(self, block: _Block, piece: str) -> list[Event]:
        if block.is_answer:
            return self._content.say(piece)
        if piece:
            block.pieces.append(piece)
            self._content.pieces += 1
        return []

    def _end(self) -> list[Event]:
        asked = [block for block in self._blocks if block.kind == "tool_use" and not block.is_answer]
        spare = f"call_{self._id or 'of'}_"
        is_cut = _FINISH.get(text(self._closing.get("stop_reason"))) == "length"
        calls = [block.call().finished(f"{spare}{n}", is_cut=is_cut) for n, block in enumerate(asked)]
        if not calls and not self._content.has_text:
            raise Flaw(json.dumps({"type": "message", **self._closing}, ensure_ascii=False))
        end = Ended(
            finish_reason=self._finish_reason(has_calls=bool(calls)),
            usage=self.usage,
            model=self._model,
            extra=self._extra(),
        )
        return [*(Called(call) for call in calls), end]

    def _finish_reason(self, *, has_calls: bool) -> str:
        stop = text(self._closing.get("stop_reason"))
        if has_calls or (stop and stop != "tool_use"):
            return _FINISH.get(stop, stop) or "tool_calls"
        return "stop"

    def _extra(self) -> dict[str, Any]:
        thinking = [block.thinking() for block in self._blocks if block.kind in _THINKING]
        return {"thinking_blocks": thinking} if thinking else {}
