"""An answer of OpenAI's Responses form under construction: items in, portable events out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hermes_fallback.wire.content import Content, PartialCall
from hermes_fallback.wire.exchange import Called, Ended, Event, Usage
from hermes_fallback.wire.lenient import count, mapping, mappings, text
from hermes_fallback.wire.malformed import Flaw

__all__ = ["ResponsesDraft"]

_TEXT = frozenset({"response.output_text.delta", "response.refusal.delta"})
_REASONING = frozenset({"response.reasoning_summary_text.delta", "response.reasoning_text.delta"})
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
_WHOLE = frozenset({"completed", "incomplete"})
_REASONING_FIELDS = ("type", "id", "summary", "content", "encrypted_content")
_FINISH = {"max_output_tokens": "length"}


class ResponsesDraft:
    """Collects one answer. Text and reasoning come out at once, tool calls only with the end."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        """The tokens, which are counted with the end."""
        self._content = Content()
        self._has_said = False
        """True once a piece of the message that is being written has come."""
        self._calls: list[PartialCall] = []
        self._at: dict[int | None, PartialCall] = {}
        self._reasoning: list[dict[str, Any]] = []

    @property
    def pieces(self) -> int:
        """How many pieces of content have come, parts of tool calls among them."""
        return self._content.pieces

    def take(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of one *document* of a stream.

        Raises:
            Flaw: the answer failed, or is complete and is none.
        """
        kind = text(document.get("type"))
        if kind in _TEXT:
            self._has_said = True
            return self._content.say(text(document.get("delta")))
        if kind in _REASONING:
            return self._content.reason(text(document.get("delta")))
        if kind in _ENDS:
            return self._end(mapping(document.get("response")))
        if kind == "response.function_call_arguments.delta":
            self._argue(document)
        elif kind == "response.output_item.added":
            self._begin(count(document.get("output_index")), mapping(document.get("item")))
        elif kind == "response.output_item.done":
            return self._finish(count(document.get("output_index")), mapping(document.get("item")))
        return [] if kind.startswith("response.") else None

    def whole(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of the whole answer that *document* is.

        Raises:
            Flaw: it failed, is not complete, or is no answer.
        """
        return self._end(document) if document.get("object") == "response" else None

    def close(self) -> list[Event]:
        """Nothing but `response.completed` or `response.incomplete` is evidence of the end.

        Raises:
            Flaw: neither has come.
        """
        raise Flaw("")

    def _begin(self, index: int | None, item: Mapping[str, Any]) -> None:
        if item.get("type") == "message":
            self._has_said = False
        elif item.get("type") == "function_call":
            self._content.pieces += 1
            self._call_at(index, item)

    def _argue(self, document: Mapping[str, Any]) -> None:
        call = self._at.get(count(document.get("output_index")))
        if call is not None and (piece := text(document.get("delta"))):
            self._content.pieces += 1
            call.arguments.append(piece)

    def _finish(self, index: int | None, item: Mapping[str, Any]) -> list[Event]:
        """The events of an *item* that is done: what its own events have not told."""
        match item.get("type"):
            case "message":
                said, self._has_said = self._has_said, False
                return [] if said else self._say(item)
            case "function_call":
                call = self._at.get(index) or self._call_at(index, item)
                call.arguments = [text(item.get("arguments"))] if item.get("arguments") else call.arguments
            case "reasoning" if item.get("encrypted_content"):
                kept = {name: item[name] for name in _REASONING_FIELDS if item.get(name)}
                self._reasoning.append({"summary": [], **kept})  # it is demanded back, empty too
        return []

    def _say(self, message: Mapping[str, Any]) -> list[Event]:
        parts = mappings(message.get("content"))
        pieces = [text(part.get("text")) or text(part.get("refusal")) for part in parts]
        return [event for piece in pieces for event in self._content.say(piece)]

    def _call_at(self, index: int | None, item: Mapping[str, Any]) -> PartialCall:
        call = PartialCall(text(item.get("call_id")) or text(item.get("id")), text(item.get("name")))
        self._at[index] = call
        self._calls.append(call)
        return call

    def _end(self, response: Mapping[str, Any]) -> list[Event]:
        """The end that *response* tells of, with the items that no event has told."""
        self.usage = _usage(response.get("usage")) or self.usage
        if text(response.get("status")) not in _WHOLE:
            raise Flaw(_evidence(response))
        events: list[Event] = []
        if not self._calls and not self._content.has_text:
            for index, item in enumerate(mappings(response.get("output"))):
                events += self._finish(index, item)
        spare = f"call_{text(response.get('id')) or 'of'}_"
        is_cut = response.get("status") == "incomplete"
        calls = [call.finished(f"{spare}{n}", is_cut=is_cut) for n, call in enumerate(self._calls)]
        if not calls and not self._content.has_text:
            raise Flaw(_evidence(response))
        end = Ended(
            finish_reason=_finish_reason(response) or ("tool_calls" if calls else "stop"),
            usage=self.usage,
            model=text(response.get("model")) or None,
            extra={"reasoning_items": self._reasoning} if self._reasoning else {},
        )
        return [*events, *(Called(call) for call in calls), end]


def _finish_reason(response: Mapping[str, Any]) -> str:
    """Why *response* is not complete; empty where it is."""
    if response.get("status") != "incomplete":
        return ""
    why = text(mapping(response.get("incomplete_details")).get("reason"))
    return _FINISH.get(why, why) or "incomplete"


def _usage(counted: object) -> Usage | None:
    if not isinstance(counted, dict):
        return None
    details = mapping(counted.get("input_tokens_details"))
    return Usage(
        count(counted.get("input_tokens")),
        count(counted.get("output_tokens")),
        count(counted.get("total_tokens")),
        cached_tokens=count(details.get("cached_tokens")),
        cache_written_tokens=count(details.get("cache_write_tokens")),
    )


def _evidence(response: Mapping[str, Any]) -> str:
    kept = {name: response.get(name) for name in ("object", "status", "error", "incomplete_details")}
    return json.dumps({name: value for name, value in kept.items() if value}, ensure_ascii=False)
