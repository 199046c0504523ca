"""Responses of Google's Code Assist become events, or the failure that they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streams import JSON, SSE, every_slicing, failure, read, reader

from hermes_fallback.failover.classify import classify
from hermes_fallback.model.failure import AttemptFailed, Transport
from hermes_fallback.model.reason import Reason
from hermes_fallback.transcript.conversation import ToolCall
from hermes_fallback.wire.exchange import Called, Ended, Event, Reasoned, Said, Usage

_MODE = "code_assist"
_COUNTED = {
    "promptTokenCount": 7,
    "candidatesTokenCount": 2,
    "thoughtsTokenCount": 3,
    "totalTokenCount": 12,
    "cachedContentTokenCount": 4,
}
_USAGE = Usage(7, 5, 12, cached_tokens=4)


def _document(*parts: object, stop: str | None = None, **more: Any) -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": stop}
    response = {"candidates": [candidate], "modelVersion": "gemini-x", "responseId": "r-1", **more}
    return {"response": response, "traceId": "t"}


def _sse(*documents: object) -> bytes:
    return b"".join(f"data: {json.dumps(each)}\r\n\r\n".encode() for each in documents)


def _stop(reason: str, *parts: object) -> dict[str, Any]:
    return _document(*parts, stop=reason, usageMetadata=_COUNTED)


def _ended(finish: str, **extra: Any) -> Ended:
    return Ended(finish_reason=finish, usage=_USAGE, model="gemini-x", extra=extra)


_CALL = {"functionCall": {"name": "look", "args": {"at": "sky"}}, "thoughtSignature": "YQ=="}
_OTHER = {"functionCall": {"id": "own", "name": "sing"}}
_CALLED = [
    Called(ToolCall("call_r-1_0", "look", '{"at": "sky"}')),
    Called(ToolCall("own", "sing", "{}")),
]


@pytest.mark.parametrize(
    ("documents", "events"),
    [
        pytest.param(
            [_document({"text": "Grüße, "}), _stop("STOP", {"text": "🌍"})],
            [Said("Grüße, "), Said("🌍"), _ended("stop")],
            id="text",
        ),
        pytest.param(
            [_document({"text": "a"}), _document(_CALL, _OTHER), _stop("STOP")],
            [Said("a"), *_CALLED, _ended("tool_calls", thought_signatures={"calls": ["YQ==", None]})],
            id="parallel-tools",
        ),
        pytest.param(
            [
                _document({"thought": True, "text": "hm "}),
                _document({"thought": True, "text": "so", "thoughtSignature": "dA=="}),
                _document({"text": "a"}),
                _stop("STOP", {"text": "", "thoughtSignature": "c2ln"}),
            ],
            [
                Reasoned("hm "),
                Reasoned("so"),
                Said("a"),
                _ended(
                    "stop",
                    thoughts=[{"thought": True, "text": "hm so", "thoughtSignature": "dA=="}],
                    thought_signatures={"text": "c2ln"},
                ),
            ],
            id="thoughts-go-back-signed",
        ),
        pytest.param(
            [_document({"text": "a"})["response"], _stop("STOP")["response"]],
            [Said("a"), _ended("stop")],
            id="no-envelope",
        ),
        pytest.param(
            [_document({"text": "a"}), _stop("MAX_TOKENS")], [Said("a"), _ended("length")], id="length"
        ),
        pytest.param(
            [_document({"text": "a"}), _stop("SAFETY")], [Said("a"), _ended("content_filter")], id="safety"
        ),
    ],
)
def test_a_stream_gives_the_same_events_for_every_split(documents: list[object], events: list[Event]) -> None:
    """Events depend on the bytes, never on how they were cut."""
    for slices in every_slicing(_sse(*documents)):
        assert read(_MODE, slices) == events


@pytest.mark.parametrize("content_type", [JSON, SSE])
@pytest.mark.parametrize(
    ("document", "events"),
    [
        (_stop("STOP", {"thought": True, "text": "hm"}, {"text": "a"}), [Reasoned("hm"), Said("a")]),
        (_document({"text": "a"}, usageMetadata=_COUNTED), [Said("a")]),
    ],
    ids=["thought", "whole-json-is-evidence-enough"],
)
def test_a_whole_answer_is_taken_though_a_stream_was_asked_for(
    document: object, events: list[Event], content_type: str
) -> None:
    """The first bytes decide, as in every dialect."""
    *said, end = read(_MODE, [json.dumps(document).encode()], content_type)
    assert said == events
    assert isinstance(end, Ended)
    assert (end.finish_reason, end.usage) == ("stop", _USAGE)


_NO_END = "the stream ended without a finish reason"
_PRIVATE = {"text": "private"}


@pytest.mark.parametrize(
    ("body", "evidence", "reason"),
    [
        pytest.param(_sse(_document(_PRIVATE)), _NO_END, Reason.INVALID_RESPONSE, id="no-end"),
        pytest.param(_sse(_document(_OTHER)), _NO_END, Reason.INVALID_RESPONSE, id="no-end-after-a-call"),
        pytest.param(_sse(_stop("STOP")), '"STOP"', Reason.INVALID_RESPONSE, id="empty"),
        pytest.param(_sse(_stop("SAFETY")), '"SAFETY"', Reason.CONTENT_POLICY, id="refusal"),
        pytest.param(
            _sse(_document(promptFeedback={"blockReason": "PROHIBITED_CONTENT"})),
            "PROHIBITED_CONTENT",
            Reason.CONTENT_POLICY,
            id="blocked-prompt",
        ),
        pytest.param(
            _sse(_document(_PRIVATE), _stop("MALFORMED_FUNCTION_CALL")),
            "MALFORMED_FUNCTION_CALL",
            Reason.INVALID_RESPONSE,
            id="broken-call",
        ),
        pytest.param(
            _sse(
                _document(_PRIVATE),
                {"error": {"code": 429, "message": "exhausted", "status": "RESOURCE_EXHAUSTED"}},
            ),
            "RESOURCE_EXHAUSTED",
            Reason.RATE_LIMIT,
            id="error-in-the-stream",
        ),
        pytest.param(
            _sse({"choices": [{"delta": {"content": "private"}}]}),
            "{}",
            Reason.INVALID_RESPONSE,
            id="another-dialect",
        ),
    ],
)
def test_a_stream_that_is_no_answer_fails(body: bytes, evidence: str, reason: Reason) -> None:
    """The evidence is at hand, holds none of the answer's text, and is judged as what it is."""
    found = failure(_MODE, body)
    assert (found.transport, found.status) == (Transport.SSE, 200)
    assert evidence in found.body
    assert "private" not in found.body
    assert classify(found).reason is reason


@pytest.mark.parametrize(
    ("document", "evidence"),
    [
        pytest.param({"error": {"code": 503, "status": "UNAVAILABLE"}}, "UNAVAILABLE", id="error"),
        pytest.param(_stop("STOP"), '"STOP"', id="empty"),
        pytest.param({"choices": [{"message": {"content": "private"}}]}, "{}", id="another-dialect"),
    ],
)
def test_a_body_that_is_no_answer_fails(document: object, evidence: str) -> None:
    """The same for an answer that came whole."""
    found = failure(_MODE, json.dumps(document).encode(), JSON)
    assert found.transport is Transport.BODY200
    assert evidence in found.body
    assert "private" not in found.body


def test_tool_calls_wait_for_the_end() -> None:
    """A call whose stream breaks later is never released; that it came is progress."""
    one = reader(_MODE)
    assert one.feed(_sse(_document(_OTHER))) == []
    assert one.pieces == 1
    with pytest.raises(AttemptFailed):
        one.finish()


def test_the_end_comes_with_the_reason() -> None:
    """A provider that keeps the connection open keeps nobody waiting."""
    one = reader(_MODE)
    assert one.feed(_sse(_stop("STOP", {"text": "a"}))) == [Said("a"), _ended("stop")]
    assert one.feed(_sse({"error": {"message": "late"}})) == []
    assert one.finish() == []
