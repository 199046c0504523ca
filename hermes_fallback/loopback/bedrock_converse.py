"""Bedrock's Converse, as AWS's reference and the service model of its SDKs describe it.

Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html and, for the frames,
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zlib import crc32

from hermes_fallback.loopback.dialect import Answer, Event, Fault, Part, halves, words

__all__ = ["BedrockConverse"]

_TOOL_ID = "tooluse_loopback_1"
_SIGNATURE = "bG9vcGJhY2s="
_STOPS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "content_filtered",
}
_KINDS = {
    400: "ValidationException",
    401: "UnrecognizedClientException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    424: "ModelErrorException",
    429: "ThrottlingException",
    503: "ServiceUnavailableException",
    529: "ServiceUnavailableException",
}
_USUAL_KIND = "InternalServerException"
_BUSY = "Bedrock is unable to process your request."
_BROKEN = "The system encountered an unexpected error during processing. Try your request again."
_FAULTS: Mapping[str, Fault] = {
    "rate_limit": Fault(429, "Too many requests, please wait before trying again."),
    "quota": Fault(
        400, "Your request exceeds the service quota for your account.", "ServiceQuotaExceededException"
    ),
    "payment_required": Fault(
        402,
        "Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.",
        "AccessDeniedException",
    ),
    "unauthorized": Fault(401, "The security token included in the request is invalid."),
    "forbidden": Fault(403, "You don't have access to the model with the specified model ID."),
    "not_found": Fault(
        404, "Unable to determine service/operation name to be authorized", "UnknownOperationException"
    ),
    "model_not_found": Fault(
        404, "Could not resolve the foundation model from the model identifier: {model}"
    ),
    "payload_too_large": Fault(413, "Request body is too large", "RequestEntityTooLargeException"),
    "context_overflow": Fault(
        400, "The model returned the following errors: Input is too long for requested model."
    ),
    "content_policy": Fault(400, "Output blocked by content filtering policy"),
    "unsupported_parameter": Fault(
        400,
        "The model returned the following errors: {param}: Extra inputs are not permitted",
        param="temperature",
    ),
    "server_error": Fault(500, _BROKEN),
    "overloaded": Fault(503, _BUSY),
    "overloaded_529": Fault(529, _BUSY),
    "error_in_200": Fault(200, _BROKEN),
    "error_in_stream": Fault(200, _BROKEN),
}


class BedrockConverse:
    """Writes answers of Converse, and of ConverseStream in AWS's frames."""

    name = "bedrock_converse"
    key_headers: Sequence[str] = ("authorization",)
    id_header = "x-amzn-requestid"
    faults: Mapping[str, Fault] = _FAULTS
    stream_type = "application/vnd.amazon.eventstream"
    comments: Sequence[bytes] = ()

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A message, why it stopped, and the count of tokens."""
        message = {"role": "assistant", "content": list(_blocks(answer))}
        stop = {"stopReason": stop} if (stop := _stop(answer)) else {}
        return {"output": {"message": message}, **stop, **_counted(answer)}

    def events(self, answer: Answer) -> tuple[Event, ...]:
        """The start, the blocks in pieces, the reason it stopped, the count of tokens."""
        return (
            Event(Part.FRAME, _event("messageStart", role="assistant")),
            *(event for index, block in enumerate(_blocks(answer)) for event in _streamed(index, block)),
            *_end(answer),
        )

    def idle(self, answer: Answer) -> tuple[bytes, ...]:  # noqa: ARG002  # a sign of life holds nothing of the answer
        """A delta that is empty, and an event that nobody knows."""
        return (_delta(0, text=""), _event("ping"))

    def framed(self, data: bytes) -> bytes:
        """*data* as the payload of a frame."""
        return _frame({":message-type": "event", ":event-type": "contentBlockDelta"}, data)

    def error(self, fault: Fault, request_id: str) -> dict[str, Any]:  # noqa: ARG002  # the id is in the header
        """A message; what kind of error it is stands in the head."""
        return {"message": fault.message}

    def error_headers(self, fault: Fault) -> Mapping[str, str]:
        """The kind of error."""
        return {"x-amzn-errortype": _kind(fault)}

    def failed(self, fault: Fault, answer: Answer, request_id: str) -> dict[str, Any]:  # noqa: ARG002  # none is left
        """An error document in place of the answer."""
        return {"__type": _kind(fault), "message": fault.message}

    def failed_event(self, fault: Fault, answer: Answer, request_id: str) -> bytes:  # noqa: ARG002  # none is left
        """An exception in a frame."""
        kind = _kind(fault)
        headers = {":message-type": "exception", ":exception-type": kind[:1].lower() + kind[1:]}
        return _frame(headers, json.dumps({"message": fault.message}).encode())

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        """The list of foundation models."""
        return {"modelSummaries": [{"modelId": name, "modelName": name} for name in names]}


def _kind(fault: Fault) -> str:
    return fault.kind or _KINDS.get(fault.status, _USUAL_KIND)


def _stop(answer: Answer) -> str | None:
    return answer.finish and _STOPS.get(answer.finish, answer.finish)


def _counted(answer: Answer) -> dict[str, Any]:
    usage = {
        "inputTokens": answer.asked_tokens,
        "outputTokens": answer.answered_tokens,
        "totalTokens": answer.asked_tokens + answer.answered_tokens,
    }
    return {"usage": usage, "metrics": {"latencyMs": 1}}


def _blocks(answer: Answer) -> Iterator[dict[str, Any]]:
    if answer.reasoning:
        yield {"reasoningContent": {"reasoningText": {"text": answer.reasoning, "signature": _SIGNATURE}}}
    if answer.text is not None:
        yield {"text": answer.text}
    if answer.tool:
        given = json.loads(answer.tool.arguments)
        yield {"toolUse": {"toolUseId": _TOOL_ID, "name": answer.tool.name, "input": given}}


def _end(answer: Answer) -> Iterator[Event]:
    if stop := _stop(answer):
        yield Event(Part.END, _event("messageStop", stopReason=stop))
        yield Event(Part.END, _event("metadata", **_counted(answer)))


def _streamed(index: int, block: Mapping[str, Any]) -> Iterator[Event]:
    if used := block.get("toolUse"):
        start = {"toolUse": {"toolUseId": used["toolUseId"], "name": used["name"]}}
        # A tool's name is content: it comes with the start of its block.
        yield Event(Part.CONTENT, _event("contentBlockStart", contentBlockIndex=index, start=start))
    for delta in _deltas(block):
        yield Event(Part.CONTENT, _delta(index, **delta))
    yield Event(Part.FRAME, _event("contentBlockStop", contentBlockIndex=index))


def _deltas(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if "reasoningContent" in block:
        for name, value in block["reasoningContent"]["reasoningText"].items():
            yield {"reasoningContent": {name: value}}
    elif "text" in block:
        for word in words(block["text"]):
            yield {"text": word}
    else:
        for piece in halves(json.dumps(block["toolUse"]["input"])):
            yield {"toolUse": {"input": piece}}


def _delta(index: int, **delta: Any) -> bytes:
    return _event("contentBlockDelta", contentBlockIndex=index, delta=delta)


def _event(kind: str, **fields: Any) -> bytes:
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return _frame(headers, json.dumps(fields).encode())


def _frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """A frame: lengths and their checksum, headers of text, the payload, and the checksum of it all."""
    named = b"".join(_header(name.encode(), value.encode()) for name, value in headers.items())
    lengths = struct.pack("!II", 16 + len(named) + len(payload), len(named))
    frame = lengths + struct.pack("!I", crc32(lengths)) + named + payload
    return frame + struct.pack("!I", crc32(frame))


def _header(name: bytes, value: bytes) -> bytes:
    return struct.pack("!B", len(name)) + name + struct.pack("!BH", 7, len(value)) + value
