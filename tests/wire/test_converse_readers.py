"""Responses of Bedrock's Converse become events, or the failure that they are."""

from __future__ import annotations

import json
import struct
from binascii import crc32
from typing import Any

import pytest
from aws import event, exception, frame
from streams import JSON, every_slicing, failure, read, reader

from hermes_fallback.failover.classify import classify
from hermes_fallback.model.failure import AttemptFailed, Transport
from hermes_fallback.model.reason import Reason
from hermes_fallback.transcript.conversation import ToolCall
from hermes_fallback.wire.anthropic_answer import ANSWER_TOOL
from hermes_fallback.wire.exchange import Called, Ended, Event, Reasoned, Said, Usage

_MODE = "bedrock_converse"
_FRAMES = "application/vnd.amazon.eventstream"
_START = event("messageStart", role="assistant")
_COUNTED = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 9, "cacheReadInputTokens": 4}
_META = event("metadata", usage=_COUNTED, metrics={"latencyMs": 5})
_USAGE = Usage(7, 2, 9, cached_tokens=4)


def _delta(index: int, **delta: Any) -> bytes:
    return event("contentBlockDelta", contentBlockIndex=index, delta=delta, p="abc")


def _end(index: int) -> bytes:
    return event("contentBlockStop", contentBlockIndex=index)


def _said(*pieces: str, index: int = 0) -> bytes:
    return b"".join(_delta(index, text=piece) for piece in pieces) + _end(index)


def _used(index: int, call_id: str, name: str, *pieces: str) -> bytes:
    start = {"toolUse": {"toolUseId": call_id, "name": name}}
    deltas = b"".join(_delta(index, toolUse={"input": piece}) for piece in pieces)
    return event("contentBlockStart", contentBlockIndex=index, start=start) + deltas + _end(index)


def _stop(reason: str) -> bytes:
    return event("messageStop", stopReason=reason)


def _ended(finish: str, **extra: Any) -> Ended:
    return Ended(finish_reason=finish, usage=_USAGE, extra=extra)


_THOUGHT = {"reasoningText": {"text": "hm so", "signature": "c2ln"}}
_STREAMS = [
    pytest.param(
        _START + _said("Grüße, ", "🌍") + _stop("end_turn") + _META,
        [Said("Grüße, "), Said("🌍"), _ended("stop")],
        id="text",
    ),
    pytest.param(
        _START
        + _said("a")
        + _used(1, "tooluse_1", "look", "", '{"at":', ' "sky"}')
        + _used(2, "tooluse_2", "sing")
        + _stop("tool_use")
        + _META,
        [
            Said("a"),
            Called(ToolCall("tooluse_1", "look", '{"at": "sky"}')),
            Called(ToolCall("tooluse_2", "sing", "{}")),
            _ended("tool_calls"),
        ],
        id="parallel-tools",
    ),
    pytest.param(
        _START
        + _delta(0, reasoningContent={"text": "hm "})
        + _delta(0, reasoningContent={"text": "so"})
        + _delta(0, reasoningContent={"signature": "c2ln"})
        + _end(0)
        + _delta(1, reasoningContent={"redactedContent": "eA=="})
        + _end(1)
        + _said("a", index=2)
        + _stop("end_turn")
        + _META,
        [
            Reasoned("hm "),
            Reasoned("so"),
            Said("a"),
            _ended("stop", reasoning_contents=[_THOUGHT, {"redactedContent": "eA=="}]),
        ],
        id="reasoning-goes-back-signed",
    ),
    pytest.param(
        _START + _said("a") + _stop("max_tokens") + _META, [Said("a"), _ended("length")], id="length"
    ),
    pytest.param(
        _START + _said("a") + _stop("guardrail_intervened") + _META,
        [Said("a"), _ended("content_filter")],
        id="guardrail-after-text",
    ),
    pytest.param(
        _START + _said("a") + _stop("end_turn"), [Said("a"), Ended(finish_reason="stop")], id="no-metadata"
    ),
    pytest.param(
        frame(b'{"role', message_type="event", event_type="messageStart")
        + _said("a")
        + _stop("end_turn")
        + _META,
        [Said("a"), _ended("stop")],
        id="one-garbled-event",
    ),
    pytest.param(
        _START + _used(0, "t_1", "look", "{}") + _used(0, "t_2", "look", "{}") + _stop("tool_use") + _META,
        [Called(ToolCall("t_1", "look", "{}")), Called(ToolCall("t_2", "look", "{}")), _ended("tool_calls")],
        id="blocks-sharing-an-index",
    ),
    pytest.param(
        _START + _used(0, "t", ANSWER_TOOL, '{"a"', ": 1}") + _stop("tool_use") + _META,
        [Said('{"a"'), Said(": 1}"), _ended("stop")],
        id="answer-that-fits-a-schema",
    ),
    pytest.param(
        _START + event("somethingNew", text="x") + _said("a") + _stop("end_turn") + _META,
        [Said("a"), _ended("stop")],
        id="what-we-do-not-know-is-passed-over",
    ),
]


@pytest.mark.parametrize(("body", "events"), _STREAMS)
def test_a_stream_gives_the_same_events_for_every_split(body: bytes, events: list[Event]) -> None:
    """Events depend on the bytes, never on how they were cut."""
    for slices in every_slicing(body):
        assert read(_MODE, slices, _FRAMES) == events


def test_headers_of_every_type_are_passed_over() -> None:
    """AWS may add some: what they hold is not asked for, and what follows is read all the same."""
    text = b"\x0b:event-type\x07\x00\x0bmessageStop" + b"\x0d:message-type\x07\x00\x05event"
    others = b"".join(
        bytes([1]) + b"x" + bytes([kind]) + b"\x00" * width
        for kind, width in {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 6: 2, 8: 8, 9: 16}.items()
    )
    payload = b'{"stopReason": "end_turn"}'
    prelude = struct.pack(">II", len(others + text + payload) + 16, len(others + text))
    whole = prelude + struct.pack(">I", crc32(prelude)) + others + text + payload
    stop = whole + struct.pack(">I", crc32(whole))
    assert read(_MODE, [_START + _said("a") + stop + _META], _FRAMES) == [Said("a"), _ended("stop")]


def _whole(stop: str | None, *content: object, **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": list(content)}
    return {"output": {"message": message}, "stopReason": stop, "usage": _COUNTED, **more}


@pytest.mark.parametrize(
    ("document", "said", "finish"),
    [
        pytest.param(_whole("end_turn", {"text": "a"}), [Said("a")], "stop", id="text"),
        pytest.param(_whole(None, {"text": "a"}), [Said("a")], "stop", id="whole-json-is-evidence-enough"),
        pytest.param(
            _whole("tool_use", {"toolUse": {"toolUseId": "t", "name": "f", "input": {"a": 1}}}),
            [Called(ToolCall("t", "f", '{"a": 1}'))],
            "tool_calls",
            id="tool",
        ),
        pytest.param(
            _whole("tool_use", {"toolUse": {"toolUseId": "t", "name": ANSWER_TOOL, "input": {"a": "ü"}}}),
            [Said('{"a": "ü"}')],
            "stop",
            id="schema",
        ),
        pytest.param(
            _whole("end_turn", {"reasoningContent": _THOUGHT}, {"text": "a"}),
            [Reasoned("hm so"), Said("a")],
            "stop",
            id="reasoning",
        ),
    ],
)
@pytest.mark.parametrize("content_type", [JSON, _FRAMES])
def test_a_whole_answer_is_taken_though_a_stream_was_asked_for(
    document: object, said: list[Event], finish: str, content_type: str
) -> None:
    """The first bytes decide, as in every dialect."""
    *events, end = read(_MODE, [json.dumps(document).encode()], content_type)
    assert events == said
    assert isinstance(end, Ended)
    assert (end.finish_reason, end.usage) == (finish, _USAGE)


def test_whole_reasoning_goes_back_signed() -> None:
    """As where it came in pieces."""
    redacted = {"redactedContent": "eA=="}
    body = _whole("end_turn", {"reasoningContent": _THOUGHT}, {"reasoningContent": redacted}, {"text": "a"})
    assert read(_MODE, [json.dumps(body).encode()], JSON)[-1] == _ended(
        "stop", reasoning_contents=[_THOUGHT, redacted]
    )


_NO_END = "the stream ended without a finish reason"


def _spoilt(good: bytes, at: int) -> bytes:
    return good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]


@pytest.mark.parametrize(
    ("body", "evidence", "reason"),
    [
        pytest.param(_START, _NO_END, Reason.INVALID_RESPONSE, id="only-a-start"),
        pytest.param(_START + _said("private"), _NO_END, Reason.INVALID_RESPONSE, id="no-end"),
        pytest.param(_START + _said("private") + _META, _NO_END, Reason.INVALID_RESPONSE, id="no-stop"),
        pytest.param(_said("private")[:-3], _NO_END, Reason.INVALID_RESPONSE, id="half-a-frame"),
        pytest.param(_START + _stop("end_turn"), '"end_turn"', Reason.INVALID_RESPONSE, id="empty"),
        pytest.param(
            _START + _said(" \n") + _stop("end_turn"), '"end_turn"', Reason.INVALID_RESPONSE, id="blank"
        ),
        pytest.param(
            _START + _stop("content_filtered"), "content_filtered", Reason.CONTENT_POLICY, id="refusal"
        ),
        pytest.param(
            _START + _said("private") + _stop("malformed_model_output"),
            "malformed_model_output",
            Reason.INVALID_RESPONSE,
            id="broken-end",
        ),
        pytest.param(
            _START + exception("throttlingException", "Too many requests"),
            "throttlingException",
            Reason.RATE_LIMIT,
            id="throttled",
        ),
        pytest.param(
            _START + _said("private") + exception("modelStreamErrorException", "it broke"),
            "it broke",
            Reason.SERVER_ERROR,
            id="model-error",
        ),
        pytest.param(
            exception("serviceUnavailableException", "busy"), "busy", Reason.OVERLOADED, id="unavailable"
        ),
        pytest.param(
            exception("validationException", "Input is too long for requested model."),
            "too long",
            Reason.CONTEXT_OVERFLOW,
            id="too-long",
        ),
        pytest.param(
            frame(b"", message_type="error", error_code="InternalFailure", error_message="oh"),
            "InternalFailure",
            Reason.SERVER_ERROR,
            id="error-in-the-headers",
        ),
        pytest.param(
            _START + _spoilt(_said("private"), 40), "damaged", Reason.INVALID_RESPONSE, id="wrong-checksum"
        ),
        pytest.param(_spoilt(_START, 3), "damaged", Reason.INVALID_RESPONSE, id="wrong-length"),
        pytest.param(
            _START + _used(0, "t", "f", '{"a"') + _stop("max_tokens"),
            "`f`",
            Reason.INVALID_RESPONSE,
            id="cut-arguments",
        ),
        pytest.param(
            2 * frame(b'{"delta": "private', message_type="event", event_type="contentBlockDelta"),
            "not JSON",
            Reason.INVALID_RESPONSE,
            id="two-garbled",
        ),
    ],
)
def test_a_stream_that_is_no_answer_fails(body: bytes, evidence: str, reason: Reason) -> None:
    """The evidence is at hand, holds none of the answer's text, and is judged as what it is."""
    found = failure(_MODE, body, _FRAMES)
    assert (found.transport, found.status) == (Transport.SSE, 200)
    assert evidence in found.body
    assert "private" not in found.body
    assert classify(found).reason is reason


def test_what_came_before_a_damaged_frame_is_given_first() -> None:
    """It is part of what the caller has got; nothing behind it is read."""
    one = reader(_MODE, _FRAMES)
    damaged = _spoilt(_delta(0, text="b"), 90)
    assert one.feed(_START + _delta(0, text="a") + damaged + _delta(0, text="c")) == [Said("a")]
    with pytest.raises(AttemptFailed) as caught:
        one.feed(b"")
    assert "damaged" in caught.value.failure.body


@pytest.mark.parametrize(
    ("document", "evidence", "reason"),
    [
        pytest.param(
            {"__type": "ThrottlingException", "message": "Too many requests"},
            "ThrottlingException",
            Reason.RATE_LIMIT,
            id="error",
        ),
        pytest.param(
            {"Output": {"__type": "com.amazon.coral.service#UnknownOperationException"}, "Version": "1.0"},
            "UnknownOperationException",
            None,
            id="error-inside",
        ),
        pytest.param(_whole("end_turn"), '"end_turn"', Reason.INVALID_RESPONSE, id="empty"),
        pytest.param(
            {"output": {"message": {"content": "private"}}}, "{}", Reason.INVALID_RESPONSE, id="no-list"
        ),
        pytest.param(
            {"choices": [{"message": {"content": "private"}}]},
            "{}",
            Reason.INVALID_RESPONSE,
            id="another-dialect",
        ),
    ],
)
def test_a_body_that_is_no_answer_fails(document: object, evidence: str, reason: Reason | None) -> None:
    """The same for an answer that came whole."""
    found = failure(_MODE, json.dumps(document).encode(), JSON)
    assert found.transport is Transport.BODY200
    assert evidence in found.body
    assert "private" not in found.body
    assert reason in {None, classify(found).reason}


def test_tool_calls_wait_for_the_end() -> None:
    """A call whose stream breaks later is never released, though its own block is complete."""
    one = reader(_MODE, _FRAMES)
    assert one.feed(_START + _used(0, "t", "f", "{}")) == []
    with pytest.raises(AttemptFailed):
        one.finish()


def test_parts_of_a_tool_call_are_progress_and_starts_are_none() -> None:
    """A clock that watches `pieces` sees a long call grow, and a silent model stay silent."""
    one = reader(_MODE, _FRAMES)
    one.feed(_START + _delta(0, text=""))
    assert one.pieces == 0
    one.feed(_used(1, "t", "f", '{"a"', ": 1}"))
    assert one.pieces == 3


def test_the_end_comes_with_the_count_of_tokens() -> None:
    """A provider that keeps the connection open keeps nobody waiting."""
    one = reader(_MODE, _FRAMES)
    assert one.feed(_START + _said("a") + _stop("end_turn")) == [Said("a")]
    assert one.feed(_META) == [_ended("stop")]
    assert one.feed(exception("internalServerException", "late")) == []
    assert one.finish() == []
