"""OpenAI's responses, as its reference describes them.

Sources: https://platform.openai.com/docs/api-reference/responses and
https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hermes_fallback.loopback import openai
from hermes_fallback.loopback.dialect import CREATED, Answer, Event, Fault, Part, ServerSent, halves, words

__all__ = ["CodexResponses"]

_Fields = dict[str, Any]
_ID = "resp_loopback"
_ITEM_ID = {"reasoning": "rs_loopback", "message": "msg_loopback", "function_call": "fc_loopback"}
_EMPTY: Mapping[str, _Fields] = {
    "reasoning": {"summary": []},
    "message": {"content": []},
    "function_call": {"arguments": ""},
}
"""What an item lacks when it is added."""
_TOOL_ID = "call_loopback_1"
_LATE = 1_000_000
"""The number of an event that comes after whatever was sent of the answer."""
_BROKEN_OFF = {"length": "max_output_tokens", "content_filter": "content_filter"}
_Piece = tuple[Part, str, _Fields]
"""An event before it is numbered: what it is to the reader, its type, its fields."""


class CodexResponses(ServerSent):
    """Writes responses and their events."""

    name = "codex_responses"
    key_headers: Sequence[str] = ("authorization",)
    id_header = "x-request-id"
    faults: Mapping[str, Fault] = {
        **openai.FAULTS,
        "error_in_200": Fault(200, "The model failed to answer.", "server_error", "server_error"),
    }

    def whole(self, answer: Answer) -> _Fields:
        """A `response` with its items."""
        status = _status(answer)
        response = _response(answer, status, [_closed(item, status) for item in _items(answer)])
        if status == "incomplete":
            response["incomplete_details"] = {"reason": _BROKEN_OFF[answer.finish or ""]}
        return response

    def events(self, answer: Answer) -> tuple[Event, ...]:
        """The response without items, each item in pieces, and the whole once more as the evidence of its end."""
        return tuple(
            Event(part, _sse(kind, number, fields))
            for number, (part, kind, fields) in enumerate(self._pieces(answer))
        )

    def idle(self, answer: Answer) -> tuple[bytes, ...]:
        """Word that it is under way, and a delta that is empty."""
        under_way = {"response": _response(answer, "in_progress", [])}
        at = {"output_index": 0, "item_id": _ITEM_ID["message"], "content_index": 0}
        return (
            _sse("response.in_progress", 1, under_way),
            _sse("response.output_text.delta", 2, {**at, "delta": "", "logprobs": []}),
        )

    def error(self, fault: Fault, request_id: str) -> _Fields:  # noqa: ARG002  # the id is in the header
        """An error document."""
        return openai.error(fault)

    def failed(self, fault: Fault, answer: Answer, request_id: str) -> _Fields:  # noqa: ARG002  # the same
        """A response that has failed."""
        return {
            **_response(answer, "failed", []),
            "error": {"code": fault.code, "message": fault.message},
        }

    def failed_event(self, fault: Fault, answer: Answer, request_id: str) -> bytes:
        """A `response.failed` event."""
        return _sse("response.failed", _LATE, {"response": self.failed(fault, answer, request_id)})

    def models(self, names: Sequence[str]) -> _Fields:
        """The list of models."""
        return openai.models(names)

    def _pieces(self, answer: Answer) -> Iterator[_Piece]:
        begun = {"response": _response(answer, "in_progress", [])}
        yield Part.FRAME, "response.created", begun
        yield Part.FRAME, "response.in_progress", begun
        for index, item in enumerate(_items(answer)):
            yield from _item_pieces(index, item)
        if answer.finish is not None:
            whole = self.whole(answer)
            yield Part.END, f"response.{whole['status']}", {"response": whole}


def _status(answer: Answer) -> str:
    if answer.finish is None:
        return "in_progress"
    return "incomplete" if answer.finish in _BROKEN_OFF else "completed"


def _response(answer: Answer, status: str, output: Sequence[_Fields]) -> _Fields:
    return {
        "id": _ID,
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "model": answer.model,
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "metadata": {},
        "usage": None if status in {"in_progress", "failed"} else _usage(answer),
    }


def _usage(answer: Answer) -> _Fields:
    return {
        "input_tokens": answer.asked_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": answer.answered_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": answer.asked_tokens + answer.answered_tokens,
    }


def _items(answer: Answer) -> Iterator[_Fields]:
    """The items of the output, each with all that it holds."""
    if answer.reasoning:
        yield _item("reasoning", summary=[{"type": "summary_text", "text": answer.reasoning}])
    if answer.text is not None:
        text = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
        yield _item("message", role="assistant", content=[text] if answer.text else [])
    if answer.tool:
        name, arguments = answer.tool.name, answer.tool.arguments
        yield _item("function_call", call_id=_TOOL_ID, name=name, arguments=arguments)


def _item(kind: str, **fields: Any) -> _Fields:
    return {"id": _ITEM_ID[kind], "type": kind, **fields}


def _closed(item: _Fields, status: str) -> _Fields:
    return item if item["type"] == "reasoning" else {**item, "status": status}


def _item_pieces(index: int, item: _Fields) -> Iterator[_Piece]:
    kind = item["type"]
    # A tool's name is content: it comes with the start of its item.
    part = Part.CONTENT if kind == "function_call" else Part.FRAME
    added = _closed({**item, **_EMPTY[kind]}, "in_progress")
    yield part, "response.output_item.added", {"output_index": index, "item": added}
    yield from _PIECES[kind]({"output_index": index, "item_id": item["id"]}, item)
    yield Part.FRAME, "response.output_item.done", {"output_index": index, "item": _closed(item, "completed")}


def _reasoning(at: _Fields, item: _Fields) -> Iterator[_Piece]:
    at = {**at, "summary_index": 0}
    part = item["summary"][0]
    yield Part.FRAME, "response.reasoning_summary_part.added", {**at, "part": {**part, "text": ""}}
    yield Part.CONTENT, "response.reasoning_summary_text.delta", {**at, "delta": part["text"]}
    yield Part.FRAME, "response.reasoning_summary_text.done", {**at, "text": part["text"]}
    yield Part.FRAME, "response.reasoning_summary_part.done", {**at, "part": part}


def _message(at: _Fields, item: _Fields) -> Iterator[_Piece]:
    at = {**at, "content_index": 0}
    for part in item["content"]:
        yield Part.FRAME, "response.content_part.added", {**at, "part": {**part, "text": ""}}
        for word in words(part["text"]):
            yield Part.CONTENT, "response.output_text.delta", {**at, "delta": word, "logprobs": []}
        yield Part.FRAME, "response.output_text.done", {**at, "text": part["text"], "logprobs": []}
        yield Part.FRAME, "response.content_part.done", {**at, "part": part}


def _function_call(at: _Fields, item: _Fields) -> Iterator[_Piece]:
    for piece in halves(item["arguments"]):
        yield Part.CONTENT, "response.function_call_arguments.delta", {**at, "delta": piece}
    done = {**at, "name": item["name"], "arguments": item["arguments"]}
    yield Part.FRAME, "response.function_call_arguments.done", done


_PIECES = {"reasoning": _reasoning, "message": _message, "function_call": _function_call}


def _sse(kind: str, number: int, fields: Mapping[str, Any]) -> bytes:
    document = {"type": kind, "sequence_number": number, **fields}
    return f"event: {kind}\ndata: {json.dumps(document)}\n\n".encode()
