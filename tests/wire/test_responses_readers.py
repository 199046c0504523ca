"""Responses of OpenAI's Responses dialect become events, or the failure that they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streams import JSON, SSE, every_slicing, failure, named, read, reader

from hermes_fallback.failover.classify import classify
from hermes_fallback.model.failure import AttemptFailed, Transport
from hermes_fallback.model.reason import Reason
from hermes_fallback.transcript.conversation import ToolCall
from hermes_fallback.wire.exchange import Called, Ended, Event, Reasoned, Said, Usage

_MODE = "codex_responses"
_COUNTS = {
    "input_tokens": 3,
    "input_tokens_details": {"cached_tokens": 1},
    "output_tokens": 2,
    "total_tokens": 5,
}
_USAGE = Usage(3, 2, 5, cached_tokens=1)


def _response(status: str, *output: object, **more: Any) -> dict[str, Any]:
    whole = {"id": "resp_1", "object": "response", "status": status, "model": "gpt-x", "error": None}
    return {**whole, "instructions": "private", "output": list(output), "usage": _COUNTS, **more}


def _event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **fields}


_CREATED = _event("created", response=_response("in_progress", usage=None))


def _item(kind: str, index: int, **item: Any) -> dict[str, Any]:
    return _event(f"output_item.{kind}", output_index=index, item=item)


def _said(*pieces: str, index: int = 0) -> list[dict[str, Any]]:
    deltas = [_event("output_text.delta", output_index=index, delta=piece) for piece in pieces]
    content = [{"type": "output_text", "text": "".join(pieces)}]
    return [
        _item("added", index, type="message", content=[]),
        *deltas,
        _event("output_text.done", output_index=index, text="".join(pieces)),
        _item("done", index, type="message", content=content),
    ]


def _called(index: int, call_id: str, name: str, *pieces: str) -> list[dict[str, Any]]:
    call = {"type": "function_call", "call_id": call_id, "name": name}
    deltas = [
        _event("function_call_arguments.delta", output_index=index, delta=piece, item_id=f"i{number}")
        for number, piece in enumerate(pieces)
    ]
    return [
        _item("added", index, **call, arguments=""),
        *deltas,
        _item("done", index, **call, arguments="".join(pieces)),
    ]


def _done(*output: object) -> dict[str, Any]:
    return _event("completed", response=_response("completed", *output))


def _cut(why: str) -> dict[str, Any]:
    return _event("incomplete", response=_response("incomplete", incomplete_details={"reason": why}))


def _ended(finish: str, **extra: Any) -> Ended:
    return Ended(finish_reason=finish, usage=_USAGE, model="gpt-x", extra=extra)


_MESSAGE = {"type": "message", "content": [{"type": "output_text", "text": "a"}]}
_THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x", "status": None}
_KEPT = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"}
_STREAMS = [
    pytest.param(
        named(_CREATED, *_said("Grüße, ", "🌍"), _done()),
        [Said("Grüße, "), Said("🌍"), _ended("stop")],
        id="text",
    ),
    pytest.param(
        named(
            _CREATED,
            *_called(0, "call_1", "look", '{"at":', ' "sky"}'),
            *_called(1, "call_2", "sing"),
            _done(),
        ),
        [
            Called(ToolCall("call_1", "look", '{"at": "sky"}')),
            Called(ToolCall("call_2", "sing", "{}")),
            _ended("tool_calls"),
        ],
        id="tools",
    ),
    pytest.param(
        named(
            _event("reasoning_summary_text.delta", delta="hm"),
            _event("reasoning_text.delta", delta="so"),
            _item("done", 0, **_THOUGHT),
            *_said("a", index=1),
            _done(_THOUGHT, _MESSAGE),
        ),
        [Reasoned("hm"), Reasoned("so"), Said("a"), _ended("stop", reasoning_items=[_KEPT])],
        id="reasoning-goes-back-encrypted",
    ),
    pytest.param(
        named(_item("done", 0, **_MESSAGE), _done()), [Said("a"), _ended("stop")], id="text-only-when-done"
    ),
    pytest.param(
        named(_CREATED, _done(_THOUGHT, _MESSAGE)),
        [Said("a"), _ended("stop", reasoning_items=[_KEPT])],
        id="all-with-the-end",
    ),
    pytest.param(
        named(_event("refusal.delta", delta="I will not"), _done()),
        [Said("I will not"), _ended("stop")],
        id="refusal",
    ),
    pytest.param(named(*_said("a"), _cut("max_output_tokens")), [Said("a"), _ended("length")], id="length"),
    pytest.param(
        named(*_said("a"), _cut("content_filter")), [Said("a"), _ended("content_filter")], id="filtered"
    ),
    pytest.param(
        b'data: {"type": "resp\n\n' + named(*_said("a"), _done()),
        [Said("a"), _ended("stop")],
        id="one-garbled",
    ),
]


@pytest.mark.parametrize(("body", "events"), _STREAMS)
def test_a_stream_gives_the_same_events_for_every_split(body: bytes, events: list[Event]) -> None:
    """Events depend on the bytes, never on how they were cut."""
    for slices in every_slicing(body):
        assert read(_MODE, slices) == events


@pytest.mark.parametrize(
    ("document", "events"),
    [
        pytest.param(_response("completed", _MESSAGE), [Said("a"), _ended("stop")], id="text"),
        pytest.param(
            _response(
                "completed",
                _THOUGHT,
                {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}"},
            ),
            [Called(ToolCall("c", "f", "{}")), _ended("tool_calls", reasoning_items=[_KEPT])],
            id="tool",
        ),
        pytest.param(
            _response("completed", {"type": "message", "content": [{"type": "refusal", "refusal": "no"}]}),
            [Said("no"), _ended("stop")],
            id="refusal",
        ),
        pytest.param(
            _response("incomplete", _MESSAGE, incomplete_details={"reason": "max_output_tokens"}),
            [Said("a"), _ended("length")],
            id="length",
        ),
    ],
)
@pytest.mark.parametrize("content_type", [JSON, SSE])
def test_a_whole_answer_is_taken_though_a_stream_was_asked_for(
    document: object, events: list[Event], content_type: str
) -> None:
    """The first bytes decide, as in the chat dialect."""
    assert read(_MODE, [json.dumps(document).encode()], content_type) == events


_NO_END = "the stream ended without a finish reason"
_QUOTA = {"code": "insufficient_quota", "message": "You exceeded your current quota"}


@pytest.mark.parametrize(
    ("body", "evidence", "reason"),
    [
        pytest.param(named(_CREATED), _NO_END, Reason.INVALID_RESPONSE, id="only-created"),
        pytest.param(named(*_said("private")), _NO_END, Reason.INVALID_RESPONSE, id="no-end"),
        pytest.param(
            named(*_said("private")) + b"data: [DONE]\n\n", _NO_END, Reason.INVALID_RESPONSE, id="done"
        ),
        pytest.param(named(_CREATED, _done()), '"completed"', Reason.INVALID_RESPONSE, id="empty"),
        pytest.param(
            named(_CREATED, _cut("content_filter")), "content_filter", Reason.CONTENT_POLICY, id="filtered"
        ),
        pytest.param(
            named(*_said("private"), _event("failed", response=_response("failed", error=_QUOTA))),
            "insufficient_quota",
            Reason.QUOTA,
            id="failed",
        ),
        pytest.param(
            named({"type": "error", **_QUOTA}), "insufficient_quota", Reason.QUOTA, id="error-event"
        ),
        pytest.param(
            named({"type": "error", "error": _QUOTA}), "insufficient_quota", Reason.QUOTA, id="error-nested"
        ),
        pytest.param(
            named(_item("added", 0, type="function_call", call_id="c", name="f"), _cut("max_output_tokens")),
            "`f`",
            None,
            id="cut-before-arguments",
        ),
        pytest.param(
            named(
                *_called(0, "c", "f", '{"a"')[:-1],
                _event("incomplete", response=_response("incomplete")),
            ),
            "`f`",
            Reason.INVALID_RESPONSE,
            id="cut-arguments",
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
        pytest.param({"error": _QUOTA}, "insufficient_quota", id="error"),
        pytest.param(_response("failed", error={"code": "server_error"}), "server_error", id="failed"),
        pytest.param(_response("in_progress", _MESSAGE), '"in_progress"', id="not-complete"),
        pytest.param(_response("completed"), '"completed"', id="empty"),
        pytest.param({"choices": [{"message": {"content": "private"}}]}, "{}", id="another-dialect"),
    ],
)
def test_a_body_that_is_no_answer_fails(document: object, evidence: str) -> None:
    """The same for an answer that came whole; what it repeats of the prompt is left out too."""
    found = failure(_MODE, json.dumps(document).encode(), JSON)
    assert found.transport is Transport.BODY200
    assert evidence in found.body
    assert "private" not in found.body


def test_tool_calls_wait_for_the_end() -> None:
    """A call whose stream breaks later is never released, though its own item is done."""
    one = reader(_MODE)
    assert one.feed(named(*_called(0, "c", "f", "{}"))) == []
    with pytest.raises(AttemptFailed):
        one.finish()


def test_parts_of_a_tool_call_are_progress() -> None:
    """A clock that watches `pieces` sees a long call grow; events without content leave it alone."""
    one = reader(_MODE)
    one.feed(named(_CREATED, _event("in_progress"), _item("added", 0, type="message")))
    assert one.pieces == 0
    one.feed(named(*_called(0, "c", "f", '{"a"', ": 1}")))
    assert one.pieces == 3
    assert one.usage is None
