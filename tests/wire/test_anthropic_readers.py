"""Responses of Anthropic's dialect become events, or the failure that they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streams import JSON, SSE, every_slicing, failure, named, read, reader

from hermes_fallback.failover.classify import classify
from hermes_fallback.model.failure import AttemptFailed, Transport
from hermes_fallback.model.reason import Reason
from hermes_fallback.transcript.conversation import ToolCall
from hermes_fallback.wire.anthropic_answer import ANSWER_TOOL
from hermes_fallback.wire.exchange import Called, Ended, Event, Reasoned, Said, Usage

_MODE = "anthropic_messages"
_START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 1},
    },
}
_STOP = {"type": "message_stop"}
_PING = {"type": "ping"}
_USAGE = Usage(7, 2, 9, cached_tokens=4)


def _begin(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def _delta(index: int, **delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _end(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def _said(*pieces: str, index: int = 0) -> list[dict[str, Any]]:
    deltas = [_delta(index, type="text_delta", text=piece) for piece in pieces]
    return [_begin(index, type="text", text=""), *deltas, _end(index)]


def _used(index: int, call_id: str, name: str, *pieces: str) -> list[dict[str, Any]]:
    deltas = [_delta(index, type="input_json_delta", partial_json=piece) for piece in pieces]
    return [_begin(index, type="tool_use", id=call_id, name=name, input={}), *deltas, _end(index)]


def _closing(stop: str | None, **more: Any) -> dict[str, Any]:
    return {
        "type": "message_delta",
        "delta": {"stop_reason": stop, **more},
        "usage": {"output_tokens": 2},
    }


def _ended(finish: str, **extra: Any) -> Ended:
    return Ended(finish_reason=finish, usage=_USAGE, model="claude-x", extra=extra)


_THOUGHT = {"type": "thinking", "thinking": "hm so", "signature": "c2ln"}
_STREAMS = [
    pytest.param(
        named(_START, _PING, *_said("Grüße, ", "🌍"), _closing("end_turn"), _STOP),
        [Said("Grüße, "), Said("🌍"), _ended("stop")],
        id="text",
    ),
    pytest.param(
        named(
            _START,
            *_said("a"),
            *_used(1, "toolu_1", "look", "", '{"at":', ' "sky"}'),
            *_used(2, "toolu_2", "sing"),
            _closing("tool_use"),
            _STOP,
        ),
        [
            Said("a"),
            Called(ToolCall("toolu_1", "look", '{"at": "sky"}')),
            Called(ToolCall("toolu_2", "sing", "{}")),
            _ended("tool_calls"),
        ],
        id="tools",
    ),
    pytest.param(
        named(
            _START,
            _begin(0, type="thinking", thinking="", signature=""),
            _delta(0, type="thinking_delta", thinking="hm "),
            _delta(0, type="thinking_delta", thinking="so"),
            _delta(0, type="signature_delta", signature="c2ln"),
            _end(0),
            _begin(1, type="redacted_thinking", data="x"),
            _end(1),
            *_said("a", index=2),
            _closing("end_turn"),
            _STOP,
        ),
        [
            Reasoned("hm "),
            Reasoned("so"),
            Said("a"),
            _ended("stop", thinking_blocks=[_THOUGHT, {"type": "redacted_thinking", "data": "x"}]),
        ],
        id="thinking-goes-back-signed",
    ),
    pytest.param(
        named(_START, *_said("a"), _closing("max_tokens"), _STOP), [Said("a"), _ended("length")], id="length"
    ),
    pytest.param(
        named(_START, *_said("a"), _closing("refusal"), _STOP),
        [Said("a"), _ended("content_filter")],
        id="refusal-after-text",
    ),
    pytest.param(
        named(_START, *_said("a"), _closing("end_turn")), [Said("a"), _ended("stop")], id="no-message-stop"
    ),
    pytest.param(
        named(_START, *_said("a"), _STOP),
        [Said("a"), Ended(finish_reason="stop", usage=Usage(7, 1, 8, cached_tokens=4), model="claude-x")],
        id="no-stop-reason",
    ),
    pytest.param(
        b'event: ping\ndata: {"typ\n\n' + named(_START, *_said("a"), _closing("end_turn"), _STOP),
        [Said("a"), _ended("stop")],
        id="one-garbled-event",
    ),
    pytest.param(
        named(
            _START,
            *_used(0, "toolu_1", "look", "{}"),
            *_used(0, "toolu_2", "look", "{}"),
            _closing("tool_use"),
            _STOP,
        ),
        [
            Called(ToolCall("toolu_1", "look", "{}")),
            Called(ToolCall("toolu_2", "look", "{}")),
            _ended("tool_calls"),
        ],
        id="blocks-sharing-an-index",
    ),
    pytest.param(
        named(_START, *_used(0, "toolu_1", ANSWER_TOOL, '{"a"', ": 1}"), _closing("tool_use"), _STOP),
        [Said('{"a"'), Said(": 1}"), _ended("stop")],
        id="answer-that-fits-a-schema",
    ),
    pytest.param(
        named(
            _START,
            _begin(0, type="server_tool_use", id="s", name="web_search", input={}),
            _delta(0, type="citations_delta", citation={}),
            {"type": "message_news", "message": "of a later version"},
            *_said("a", index=1),
            _closing("end_turn"),
            _STOP,
        ),
        [Said("a"), _ended("stop")],
        id="what-we-do-not-know-is-passed-over",
    ),
]


@pytest.mark.parametrize(("body", "events"), _STREAMS)
def test_a_stream_gives_the_same_events_for_every_split(body: bytes, events: list[Event]) -> None:
    """Events depend on the bytes, never on how they were cut."""
    for slices in every_slicing(body):
        assert read(_MODE, slices) == events


def _whole(stop: str | None = "end_turn", *content: object, **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": 7, "output_tokens": 2}
    message = {"id": "msg_1", "type": "message", "model": "claude-x", "content": list(content)}
    return {**message, "stop_reason": stop, "usage": usage, **more}


_TEXT = {"type": "text", "text": "a"}


@pytest.mark.parametrize(
    ("document", "said", "finish"),
    [
        pytest.param(_whole("end_turn", _TEXT), [Said("a")], "stop", id="text"),
        pytest.param(_whole(None, _TEXT), [Said("a")], "stop", id="whole-json-is-evidence-enough"),
        pytest.param(
            _whole("tool_use", {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}),
            [Called(ToolCall("t", "f", '{"a": 1}'))],
            "tool_calls",
            id="tool",
        ),
        pytest.param(
            _whole("tool_use", {"type": "tool_use", "id": "t", "name": ANSWER_TOOL, "input": {"a": "ü"}}),
            [Said('{"a": "ü"}')],
            "stop",
            id="schema",
        ),
        pytest.param(
            _whole("end_turn", _THOUGHT, _TEXT), [Reasoned("hm so"), Said("a")], "stop", id="thinking"
        ),
    ],
)
@pytest.mark.parametrize("content_type", [JSON, SSE])
def test_a_whole_answer_is_taken_though_a_stream_was_asked_for(
    document: object, said: list[Event], finish: str, content_type: str
) -> None:
    """The first bytes decide, as in the chat dialect."""
    *events, end = read(_MODE, [json.dumps(document).encode()], content_type)
    assert events == said
    assert isinstance(end, Ended)
    assert (end.finish_reason, end.usage) == (finish, Usage(7, 2, 9))


_NO_END = "the stream ended without a finish reason"


@pytest.mark.parametrize(
    ("body", "evidence", "reason"),
    [
        pytest.param(named(_START), _NO_END, Reason.INVALID_RESPONSE, id="only-a-start"),
        pytest.param(named(_START, *_said("private")), _NO_END, Reason.INVALID_RESPONSE, id="no-end"),
        pytest.param(
            named(_START, *_said("private")) + b"data: [DONE]\n\n",
            _NO_END,
            Reason.INVALID_RESPONSE,
            id="done",
        ),
        pytest.param(
            named(_START, _closing("end_turn"), _STOP), '"end_turn"', Reason.INVALID_RESPONSE, id="empty"
        ),
        pytest.param(
            named(_START, *_said(" \n"), _closing("end_turn"), _STOP),
            '"end_turn"',
            Reason.INVALID_RESPONSE,
            id="blank",
        ),
        pytest.param(
            named(_START, _closing("refusal", stop_details={"type": "refusal", "category": "bio"}), _STOP),
            '"bio"',
            Reason.CONTENT_POLICY,
            id="refusal",
        ),
        pytest.param(
            named(_START, *_said("private"), {"type": "error", "error": {"type": "overloaded_error"}}),
            "overloaded_error",
            Reason.OVERLOADED,
            id="error-event",
        ),
        pytest.param(
            b'event: error\ndata: {"message": "no capacity"}\n\n', "no capacity", None, id="error-by-name"
        ),
        pytest.param(
            named(_START, *_used(0, "t", "f", '{"a"')[:-1], _closing("max_tokens"), _STOP),
            "`f`",
            Reason.INVALID_RESPONSE,
            id="cut-arguments",
        ),
        pytest.param(
            named(_START, *_used(0, "t", "f"), _closing("max_tokens"), _STOP),
            "`f`",
            None,
            id="cut-before-arguments",
        ),
        pytest.param(
            b'data: {"content": "private\n\ndata: gone\n\n', "gone", Reason.INVALID_RESPONSE, id="two-garbled"
        ),
        pytest.param(
            b'data: {"delta": "private\n\n', _NO_END, Reason.INVALID_RESPONSE, id="garbled-and-no-end"
        ),
        pytest.param(
            b'data: {"choices": [{"delta": {"content": "private"}}]}\n\n',
            "{}",
            Reason.INVALID_RESPONSE,
            id="another-dialect",
        ),
    ],
)
def test_a_stream_that_is_no_answer_fails(body: bytes, evidence: str, reason: Reason | None) -> None:
    """The evidence is at hand, holds none of the answer's text, and is judged as what it is."""
    found = failure(_MODE, body)
    assert (found.transport, found.status) == (Transport.SSE, 200)
    assert evidence in found.body
    assert "private" not in found.body
    assert reason in {None, classify(found).reason}


@pytest.mark.parametrize(
    ("document", "evidence"),
    [
        pytest.param({"type": "error", "error": {"type": "api_error"}}, "api_error", id="error"),
        pytest.param(_whole("end_turn"), '"end_turn"', id="empty"),
        pytest.param(_whole("refusal"), '"refusal"', id="refusal"),
        pytest.param({"type": "message", "content": "private"}, '"message"', id="no-list"),
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
    """A call whose stream breaks later is never released, though its own block is complete."""
    one = reader(_MODE)
    assert one.feed(named(_START, *_used(0, "t", "f", "{}"))) == []
    with pytest.raises(AttemptFailed):
        one.finish()


def test_parts_of_a_tool_call_are_progress_and_pings_are_none() -> None:
    """A clock that watches `pieces` sees a long call grow, and a silent model stay silent."""
    one = reader(_MODE)
    one.feed(named(_START, _PING, _begin(0, type="text", text="")))
    assert one.pieces == 0
    one.feed(named(*_used(1, "t", "f", '{"a"', ": 1}")))
    assert one.pieces == 3


def test_tokens_are_counted_before_the_end() -> None:
    """What a broken answer has cost is known: the input from the first event on."""
    one = reader(_MODE)
    assert one.usage is None
    one.feed(named(_START, *_said("a")))
    assert one.usage == Usage(7, 1, 8, cached_tokens=4)


def test_the_end_comes_with_message_stop() -> None:
    """A provider that keeps the connection open keeps nobody waiting."""
    one = reader(_MODE)
    one.feed(named(_START, *_said("a"), _closing("end_turn")))
    assert one.feed(named(_STOP)) == [_ended("stop")]
    assert one.feed(named({"type": "error", "error": {"message": "late"}})) == []
    assert one.finish() == []
