"""Anthropic's messages, as its reference describes them.

Sources: https://docs.anthropic.com/en/api/messages, https://docs.anthropic.com/en/api/messages-streaming and
https://docs.anthropic.com/en/api/errors
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hermes_fallback.loopback.dialect import Answer, Event, Fault, Part, ServerSent, halves, words

__all__ = ["AnthropicMessages"]

_ID = "msg_loopback"
_TOOL_ID = "toolu_loopback_1"
_SIGNATURE = "bG9vcGJhY2s="
_CREATED_AT = "2023-11-14T22:13:20Z"
_STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_FAULTS: Mapping[str, Fault] = {
    "rate_limit": Fault(
        429, "This request would exceed your organization's rate limit of 3 requests per minute."
    ),
    "quota": Fault(
        400,
        "Your credit balance is too low to access the Anthropic API. "
        "Please go to Plans & Billing to upgrade or purchase credits.",
    ),
    "payment_required": Fault(402, "There is an issue with your billing or payment information."),
    "unauthorized": Fault(401, "invalid x-api-key"),
    "forbidden": Fault(403, "Your API key does not have permission to use the specified resource."),
    "not_found": Fault(404, "Not found"),
    "model_not_found": Fault(404, "model: {model}"),
    "payload_too_large": Fault(413, "Request exceeds the maximum size"),
    "context_overflow": Fault(400, "prompt is too long: 209000 tokens > 200000 maximum"),
    "content_policy": Fault(400, "Output blocked by content filtering policy"),
    "unsupported_parameter": Fault(400, "{param}: Extra inputs are not permitted", param="temperature"),
    "server_error": Fault(500, "Internal server error"),
    "overloaded": Fault(503, "Overloaded", "overloaded_error"),
    "overloaded_529": Fault(529, "Overloaded"),
    "error_in_200": Fault(200, "Overloaded", "overloaded_error"),
    "error_in_stream": Fault(200, "Overloaded", "overloaded_error"),
}


class AnthropicMessages(ServerSent):
    """Writes messages and their events."""

    name = "anthropic_messages"
    key_headers: Sequence[str] = ("x-api-key", "authorization")
    id_header = "request-id"
    faults: Mapping[str, Fault] = _FAULTS

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A `message`."""
        usage = {"input_tokens": answer.asked_tokens, "output_tokens": answer.answered_tokens}
        return _document(answer, _blocks(answer), _stop(answer), usage)

    def events(self, answer: Answer) -> tuple[Event, ...]:
        """The message without content, its blocks in pieces, the reason it stopped, `message_stop`."""
        start = _document(answer, [], None, {"input_tokens": answer.asked_tokens, "output_tokens": 1})
        return (
            Event(Part.FRAME, _sse("message_start", message=start)),
            Event(Part.FRAME, _sse("ping")),
            *(event for index, block in enumerate(_blocks(answer)) for event in _streamed(index, block)),
            *_end(answer),
            Event(Part.DONE, _sse("message_stop")),
        )

    def idle(self, answer: Answer) -> tuple[bytes, ...]:  # noqa: ARG002  # a sign of life holds nothing of the answer
        """A ping, and a delta that is empty."""
        return (_sse("ping"), _delta(0, "text_delta", text=""))

    def error(self, fault: Fault, request_id: str) -> dict[str, Any]:
        """An error document."""
        kind = fault.kind or _KINDS.get(fault.status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": fault.message}, "request_id": request_id}

    def failed(self, fault: Fault, answer: Answer, request_id: str) -> dict[str, Any]:  # noqa: ARG002  # none is left
        """An error document in place of the answer."""
        return self.error(fault, request_id)

    def failed_event(self, fault: Fault, answer: Answer, request_id: str) -> bytes:  # noqa: ARG002  # none is left
        """An `error` event."""
        return _sse("error", **self.error(fault, request_id))

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        """The list of models."""
        data = [{"type": "model", "id": n, "display_name": n, "created_at": _CREATED_AT} for n in names]
        ends = {"first_id": names[0], "last_id": names[-1]} if names else {"first_id": None, "last_id": None}
        return {"data": data, "has_more": False, **ends}


def _document(
    answer: Answer, content: Sequence[Mapping[str, Any]], stop: str | None, usage: Mapping[str, int]
) -> dict[str, Any]:
    return {
        "id": _ID,
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage,
    }


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if answer.reasoning:
        blocks.append({"type": "thinking", "thinking": answer.reasoning, "signature": _SIGNATURE})
    if answer.text is not None:
        blocks.append({"type": "text", "text": answer.text})
    if answer.tool:
        given = json.loads(answer.tool.arguments)
        blocks.append({"type": "tool_use", "id": _TOOL_ID, "name": answer.tool.name, "input": given})
    return blocks


def _stop(answer: Answer) -> str | None:
    return answer.finish and _STOPS.get(answer.finish, answer.finish)


def _end(answer: Answer) -> Iterator[Event]:
    if stop := _stop(answer):
        delta = {"stop_reason": stop, "stop_sequence": None}
        usage = {"output_tokens": answer.answered_tokens}
        yield Event(Part.END, _sse("message_delta", delta=delta, usage=usage))


def _streamed(index: int, block: Mapping[str, Any]) -> Iterator[Event]:
    empty = {
        name: {} if name == "input" else ""
        for name in block.keys() & {"thinking", "signature", "text", "input"}
    }
    start = _sse("content_block_start", index=index, content_block={**block, **empty})
    # A tool's name is content: it comes with the start of its block.
    yield Event(Part.CONTENT if block["type"] == "tool_use" else Part.FRAME, start)
    for data in _deltas(index, block):
        yield Event(Part.CONTENT, data)
    yield Event(Part.FRAME, _sse("content_block_stop", index=index))


def _deltas(index: int, block: Mapping[str, Any]) -> Iterator[bytes]:
    if block["type"] == "thinking":
        yield _delta(index, "thinking_delta", thinking=block["thinking"])
        yield _delta(index, "signature_delta", signature=block["signature"])
    elif block["type"] == "text":
        for word in words(block["text"]):
            yield _delta(index, "text_delta", text=word)
    else:
        for piece in halves(json.dumps(block["input"])):
            yield _delta(index, "input_json_delta", partial_json=piece)


def _delta(index: int, kind: str, **content: str) -> bytes:
    return _sse("content_block_delta", index=index, delta={"type": kind, **content})


def _sse(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()
