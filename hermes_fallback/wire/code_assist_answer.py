"""An answer of Gemini's form, in the envelope of Code Assist, under construction: parts in, portable events out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hermes_fallback.wire.content import Content, PartialCall
from hermes_fallback.wire.exchange import Called, Ended, Event, Usage
from hermes_fallback.wire.lenient import count, mapping, mappings, text
from hermes_fallback.wire.malformed import Flaw

__all__ = ["CodeAssistDraft"]

_FINISH = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "MODEL_ARMOR": "content_filter",
}
"""Our finish reason for each of Gemini's; one that is not here is passed on as it is."""
_BROKEN_ENDS = frozenset({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE"})
"""Finish reasons that say the model wrote what Google could not read."""


class CodeAssistDraft:
    """Collects one answer. Text and thoughts come out at once, tool calls only with the end."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        """The tokens counted so far."""
        self._content = Content()
        self._id = ""
        self._model: str | None = None
        self._finish = ""
        self._calls: list[PartialCall] = []
        self._thoughts: list[dict[str, Any]] = []
        self._text_signature = ""
        self._call_signatures: list[str | None] = []

    @property
    def pieces(self) -> int:
        """How many pieces of content have come, tool calls among them."""
        return self._content.pieces

    def take(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of one *document* of a stream, in its envelope or out of it; the last tells the end.

        Raises:
            Flaw: the answer is complete and is none.
        """
        response = document if "candidates" in document else document.get("response")
        if not isinstance(response, dict):
            return None
        self._note(response)
        candidate = next(iter(mappings(response.get("candidates"))), {})
        parts = mappings(mapping(candidate.get("content")).get("parts"))
        said = [event for part in parts for event in self._add(part)]
        if blocked := mapping(response.get("promptFeedback")).get("blockReason"):
            raise Flaw(json.dumps({"promptFeedback": {"blockReason": blocked}}))
        self._finish = text(candidate.get("finishReason"))
        return [*said, *self._end()] if self._finish else said

    def whole(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of the whole answer that *document* is; it is evidence enough of its end.

        Raises:
            Flaw: it is no answer.
        """
        events = self.take(document)
        return events if events is None or self._finish else [*events, *self._end()]

    def close(self) -> list[Event]:
        """Nothing: the end has come before.

        Raises:
            Flaw: it has not.
        """
        raise Flaw("")

    def _note(self, response: Mapping[str, Any]) -> None:
        self._id = text(response.get("responseId")) or self._id
        self._model = text(response.get("modelVersion")) or self._model
        counted = response.get("usageMetadata")
        if isinstance(counted, dict):
            self.usage = _usage(counted)

    def _add(self, part: Mapping[str, Any]) -> list[Event]:
        signature = text(part.get("thoughtSignature"))
        if call := mapping(part.get("functionCall")):
            given = json.dumps(call.get("args") or {}, ensure_ascii=False)
            self._calls.append(PartialCall(text(call.get("id")), text(call.get("name")), [given]))
            self._call_signatures.append(signature or None)
            self._content.pieces += 1
            return []
        said = text(part.get("text"))
        if part.get("thought") is True:
            self._think(said, signature)
            return self._content.reason(said)
        self._text_signature = signature or self._text_signature
        return self._content.say(said)

    def _think(self, said: str, signature: str) -> None:
        """Keep a thought; one that goes on where the last left off is that one, unless it was signed."""
        if not self._thoughts or "thoughtSignature" in self._thoughts[-1]:
            self._thoughts.append({"thought": True, "text": ""})
        self._thoughts[-1]["text"] += said
        if signature:
            self._thoughts[-1]["thoughtSignature"] = signature

    def _end(self) -> list[Event]:
        if self._finish in _BROKEN_ENDS or (not self._calls and not self._content.has_text):
            raise Flaw(json.dumps({"finishReason": self._finish or None}))
        finish = _FINISH.get(self._finish, self._finish)
        spare = f"call_{self._id or 'of'}_"
        calls = [call.finished(f"{spare}{n}", is_cut=False) for n, call in enumerate(self._calls)]
        if calls and finish in {"stop", ""}:  # Gemini has no word of its own for that
            finish = "tool_calls"
        end = Ended(finish_reason=finish or "stop", usage=self.usage, model=self._model, extra=self._extra())
        return [*map(Called, calls), end]

    def _extra(self) -> dict[str, Any]:
        signatures: dict[str, Any] = {}
        if self._text_signature:
            signatures["text"] = self._text_signature
        if any(self._call_signatures):
            signatures["calls"] = self._call_signatures
        found = {"thoughts": self._thoughts, "thought_signatures": signatures}
        return {name: value for name, value in found.items() if value}


def _usage(counted: Mapping[str, Any]) -> Usage:
    """The tokens *counted*; those of thoughts stand apart there, and were written too."""
    said, thought = count(counted.get("candidatesTokenCount")), count(counted.get("thoughtsTokenCount"))
    return Usage(
        count(counted.get("promptTokenCount")),
        None if said is None and thought is None else (said or 0) + (thought or 0),
        count(counted.get("totalTokenCount")),
        cached_tokens=count(counted.get("cachedContentTokenCount")),
    )
