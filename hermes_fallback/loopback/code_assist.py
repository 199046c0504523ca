"""Google's Code Assist: the answers of the Gemini API in an envelope.

Sources: https://ai.google.dev/api/generate-content, https://cloud.google.com/apis/design/errors and, for the
envelope, google-gemini/gemini-cli, code_assist/converter.ts
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hermes_fallback.loopback.dialect import Answer, Event, Fault, Part, ServerSent, words

__all__ = ["CodeAssist"]

_ID = "loopback-response"
_SIGNATURE = "bG9vcGJhY2s="
_STOPS = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "content_filter": "SAFETY"}
_KINDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    529: "UNAVAILABLE",
}
_USUAL_KIND = "INTERNAL"
_BUSY = "The model is overloaded. Please try again later."
_BROKEN = "Internal error encountered."
_FAULTS: Mapping[str, Fault] = {
    "rate_limit": Fault(429, "Resource has been exhausted (e.g. check quota)."),
    "quota": Fault(429, "You exceeded your current quota, please check your plan and billing details."),
    "payment_required": Fault(402, "This API method requires billing to be enabled.", "FAILED_PRECONDITION"),
    "unauthorized": Fault(401, "Request had invalid authentication credentials."),
    "forbidden": Fault(403, "The caller does not have permission"),
    "not_found": Fault(404, "Method not found."),
    "model_not_found": Fault(404, "models/{model} is not found for API version v1internal."),
    "payload_too_large": Fault(413, "Request payload size exceeds the limit.", "INVALID_ARGUMENT"),
    "context_overflow": Fault(
        400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
    ),
    "content_policy": Fault(400, "The prompt was blocked by our content safety filters."),
    "unsupported_parameter": Fault(
        400, 'Invalid JSON payload received. Unknown name "{param}": Cannot find field.', param="temperature"
    ),
    "server_error": Fault(500, _BROKEN),
    "overloaded": Fault(503, _BUSY),
    "overloaded_529": Fault(529, _BUSY),
    "error_in_200": Fault(500, _BROKEN),
    "error_in_stream": Fault(500, _BROKEN),
}


class CodeAssist(ServerSent):
    """Writes answers of Gemini's form, each in its envelope."""

    name = "code_assist"
    key_headers: Sequence[str] = ("authorization",)
    id_header = "x-cloudaicompanion-trace-id"
    faults: Mapping[str, Fault] = _FAULTS

    def whole(self, answer: Answer) -> dict[str, Any]:
        """One candidate, why it finished, and the count of tokens."""
        return _enveloped(answer, list(_parts(answer)), _stop(answer))

    def events(self, answer: Answer) -> tuple[Event, ...]:
        """An event for each piece; the last has the reason it finished."""
        return tuple(_events(answer))

    def idle(self, answer: Answer) -> tuple[bytes, ...]:
        """A candidate without a part, and a part that is empty."""
        return (_sse(_enveloped(answer, [], None)), _sse(_enveloped(answer, [{"text": ""}], None)))

    def error(self, fault: Fault, request_id: str) -> dict[str, Any]:  # noqa: ARG002  # the id is in the header
        """An error document."""
        kind = fault.kind or _KINDS.get(fault.status, _USUAL_KIND)
        return {"error": {"code": fault.status, "message": fault.message, "status": kind}}

    def failed(self, fault: Fault, answer: Answer, request_id: str) -> dict[str, Any]:  # noqa: ARG002  # none is left
        """An error document in place of the answer."""
        return self.error(fault, request_id)

    def failed_event(self, fault: Fault, answer: Answer, request_id: str) -> bytes:  # noqa: ARG002  # none is left
        """An error document as an event."""
        return _sse(self.error(fault, request_id))

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        """The list of models, as the Gemini API gives it: Code Assist has none."""
        return {"models": [{"name": f"models/{name}", "displayName": name} for name in names]}


def _stop(answer: Answer) -> str | None:
    return answer.finish and _STOPS.get(answer.finish, answer.finish)


def _events(answer: Answer) -> Iterator[Event]:
    yield Event(Part.FRAME, _sse(_enveloped(answer, [], None)))
    for part in _parts(answer):
        for piece in _pieces(part):
            yield Event(Part.CONTENT, _sse(_enveloped(answer, [piece], None)))
    if stop := _stop(answer):
        yield Event(Part.END, _sse(_enveloped(answer, [], stop)))


def _parts(answer: Answer) -> Iterator[dict[str, Any]]:
    if answer.reasoning:
        yield {"thought": True, "text": answer.reasoning}
    if answer.text is not None:
        yield {"text": answer.text}
    if answer.tool:
        called = {"name": answer.tool.name, "args": json.loads(answer.tool.arguments)}
        yield {"functionCall": called, "thoughtSignature": _SIGNATURE}


def _pieces(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """*part* in pieces; thoughts and calls come whole."""
    if "thought" in part or "functionCall" in part:
        yield part
        return
    for word in words(part["text"]):
        yield {"text": word}


def _enveloped(answer: Answer, parts: Sequence[Mapping[str, Any]], stop: str | None) -> dict[str, Any]:
    candidate = {"index": 0, "content": {"role": "model", "parts": parts}}
    usage = {
        "promptTokenCount": answer.asked_tokens,
        "candidatesTokenCount": answer.answered_tokens,
        "totalTokenCount": answer.asked_tokens + answer.answered_tokens,
    }
    response = {
        "candidates": [{**candidate, "finishReason": stop} if stop else candidate],
        "usageMetadata": usage,
        "modelVersion": answer.model,
        "responseId": _ID,
    }
    return {"response": response}


def _sse(document: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(document)}\r\n\r\n".encode()
