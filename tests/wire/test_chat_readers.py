"""Responses of the chat dialect become events, or the failure that they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from hermes_fallback.model.failure import AttemptFailed, Failure, Transport
from hermes_fallback.transcript.conversation import ToolCall
from hermes_fallback.wire.chat_completions import ChatCompletions
from hermes_fallback.wire.exchange import Called, Ended, Event, Reader, Reasoned, Said, Usage

_SSE = "text/event-stream; charset=utf-8"
_JSON = "application/json"
_DONE = b"data: [DONE]\n\n"
_STOP: dict[str, Any] = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def _reader(content_type: str = _SSE) -> Reader:
    return ChatCompletions().reader(content_type, provider="p")


def _read(slices: Sequence[bytes], content_type: str = _SSE) -> list[Event]:
    reader = _reader(content_type)
    return [event for data in slices for event in reader.feed(data)] + reader.finish()


def _failure(body: bytes, content_type: str = _SSE) -> Failure:
    with pytest.raises(AttemptFailed) as caught:
        _read([body], content_type)
    return caught.value.failure


def _event(document: object) -> bytes:
    return f"data: {json.dumps(document)}\n\n".encode()


def _delta(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _stream(*documents: object, done: bool = True) -> bytes:
    return b"".join(_event(document) for document in documents) + (_DONE if done else b"")


def _part(index: int | None = 0, call_id: str = "", name: str = "", arguments: Any = "") -> dict[str, Any]:
    part = {"id": call_id, "function": {"name": name, "arguments": arguments}}
    return _delta(tool_calls=[part if index is None else {"index": index, **part}])


def _whole(finish: str | None = "stop", **message: Any) -> dict[str, Any]:
    return {
        "id": "r",
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }


_USAGE = {
    "id": "r",
    "model": "m-2",
    "choices": [],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}
_END = Ended(finish_reason="stop")
_CALLS = Ended(finish_reason="tool_calls")

_STREAMS = [
    pytest.param(
        _stream(
            _delta(role="assistant", content=""),
            _delta(content="Grüße, "),
            _delta(content="🌍"),
            _STOP,
            _USAGE,
        ),
        [Said("Grüße, "), Said("🌍"), Ended(finish_reason="stop", usage=Usage(3, 2, 5), model="m-2")],
        id="text-and-usage",
    ),
    pytest.param(
        _stream(_delta(content="a"), _STOP, done=False), [Said("a"), _END], id="no-done-is-no-fault"
    ),
    pytest.param(
        _stream(_delta(content="a"), _STOP).rstrip(b"\n"), [Said("a"), _END], id="done-without-empty-line"
    ),
    pytest.param(
        b": ping\n\n" + _stream(_delta(content=None), _delta(content=""), _delta(content="a"), _STOP),
        [Said("a"), _END],
        id="signs-of-life-are-no-content",
    ),
    pytest.param(
        _stream(_delta(content="\n"), _delta(content=" a"), _delta(content="\n"), _STOP),
        [Said("\n a"), Said("\n"), _END],
        id="leading-blanks-wait-for-text",
    ),
    pytest.param(
        _stream(_delta(reasoning_content="hm"), _delta(reasoning="so"), _delta(content="a"), _STOP),
        [Reasoned("hm"), Reasoned("so"), Said("a"), _END],
        id="reasoning-both-names",
    ),
    pytest.param(
        _stream(
            _delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]),
            _delta(content=[{"type": "text", "text": "a"}, {"type": "image_url"}]),
            _STOP,
        ),
        [Reasoned("hm"), Said("a"), _END],
        id="parts",
    ),
    pytest.param(_stream(_delta(refusal="I will not"), _STOP), [Said("I will not"), _END], id="refusal"),
    pytest.param(
        _stream(_delta(content="a"), _delta(finish="length")),
        [Said("a"), Ended(finish_reason="length")],
        id="length",
    ),
    pytest.param(
        _stream(
            _part(0, "call_1", "look", ""),
            _part(0, arguments='{"at":'),
            _part(0, arguments='"sky"}'),
            _part(1, "call_2", "sing", "{}"),
            _delta(finish="tool_calls"),
        ),
        [
            Called(ToolCall("call_1", "look", '{"at":"sky"}')),
            Called(ToolCall("call_2", "sing", "{}")),
            _CALLS,
        ],
        id="tool-calls-in-parts",
    ),
    pytest.param(
        _stream(
            _part(0, "call_1", "look", "{}"), _part(0, "call_2", "sing", "{}"), _delta(finish="tool_calls")
        ),
        [Called(ToolCall("call_1", "look", "{}")), Called(ToolCall("call_2", "sing", "{}")), _CALLS],
        id="tool-calls-sharing-an-index",
    ),
    pytest.param(
        _stream(
            _part(None, "call_1", "look", '{"a"'),
            _part(None, arguments=":1}"),
            _part(None, "call_2", "sing", "{}"),
            _part(None, arguments=""),
            _delta(finish="tool_calls"),
        ),
        [Called(ToolCall("call_1", "look", '{"a":1}')), Called(ToolCall("call_2", "sing", "{}")), _CALLS],
        id="tool-calls-without-an-index",
    ),
    pytest.param(
        _stream({**_part(0, "", "look", {"at": 1}), "id": "r9"}, _delta(finish="tool_calls")),
        [Called(ToolCall("call_r9_0", "look", '{"at": 1}')), _CALLS],
        id="tool-call-without-an-id-with-a-mapping",
    ),
    pytest.param(
        _stream(_part(0, "c", "now"), _delta(finish="tool_calls")),
        [Called(ToolCall("c", "now", "{}")), _CALLS],
        id="tool-call-without-arguments",
    ),
    pytest.param(
        b'data: {"id": "chat\n\n' + _stream(_delta(content="a"), _STOP),
        [Said("a"), _END],
        id="one-garbled-event",
    ),
    pytest.param(
        _stream({"choices": [], "prompt_filter_results": []}, _delta(content="a"), {"type": "ping"}, _STOP),
        [Said("a"), _END],
        id="events-without-choices",
    ),
    pytest.param(
        _stream({"choices": [{"index": 1, "delta": {"content": "other"}}]}, _delta(content="a"), _STOP),
        [Said("a"), _END],
        id="second-choice-ignored",
    ),
]


@pytest.mark.parametrize(("body", "events"), _STREAMS)
def test_a_stream_gives_the_same_events_for_every_split(body: bytes, events: list[Event]) -> None:
    """Events depend on the bytes, never on how they were cut."""
    assert _read([body]) == events
    for at in range(len(body) + 1):
        assert _read([body[:at], body[at:]]) == events
    assert _read([body[i : i + 1] for i in range(len(body))]) == events


@pytest.mark.parametrize(
    ("document", "events"),
    [
        pytest.param(
            _whole(content="a"),
            [Said("a"), Ended(finish_reason="stop", usage=Usage(3, 2, 5), model="m")],
            id="text",
        ),
        pytest.param(
            _whole(content="a", finish=None),
            [Said("a"), Ended(finish_reason="stop", usage=Usage(3, 2, 5), model="m")],
            id="whole-json-is-evidence-enough",
        ),
        pytest.param(
            _whole(
                content=None,
                tool_calls=[{"id": "c", "function": {"name": "f", "arguments": "{}"}}],
                finish=None,
            ),
            [
                Called(ToolCall("c", "f", "{}")),
                Ended(finish_reason="tool_calls", usage=Usage(3, 2, 5), model="m"),
            ],
            id="tool-call",
        ),
        pytest.param(
            _whole(content=None, refusal="no"),
            [Said("no"), Ended(finish_reason="stop", usage=Usage(3, 2, 5), model="m")],
            id="refusal",
        ),
    ],
)
@pytest.mark.parametrize("content_type", [_JSON, _SSE, "", "text/plain"])
def test_a_whole_answer_is_taken_though_a_stream_was_asked_for(
    document: object, events: list[Event], content_type: str
) -> None:
    """The first bytes decide, not the content type: providers answer whole, and mislabel what they send."""
    body = b"\xef\xbb\xbf\n" + json.dumps(document).encode()
    assert _read([body], content_type) == events
    assert _read([body[i : i + 1] for i in range(len(body))], content_type) == events


@pytest.mark.parametrize("content_type", ["", _JSON, "text/plain"])
def test_a_stream_is_taken_under_any_label(content_type: str) -> None:
    """A stream that claims to be JSON is still read as it comes."""
    reader = _reader(content_type)
    assert reader.feed(b"\n: hello\n\n" + _event(_delta(content="a"))) == [Said("a")]


_NO_END = "the stream ended without a finish reason"


@pytest.mark.parametrize(
    ("body", "evidence"),
    [
        pytest.param(b"", _NO_END, id="nothing"),
        pytest.param(b": keep-alive\n\n", _NO_END, id="only-keep-alives"),
        pytest.param(_stream(_delta(content="private"), done=False), _NO_END, id="no-finish"),
        pytest.param(_stream(_delta(content="private")), _NO_END, id="done-without-finish"),
        pytest.param(_stream({"choices": []}), _NO_END, id="no-choices"),
        pytest.param(_stream({"choices": None}), '{"choices": null}', id="null-choices"),
        pytest.param(
            _stream(_STOP), '{"choices": [{"index": 0, "finish_reason": "stop"}]}', id="empty-content"
        ),
        pytest.param(_stream(_delta(content=" \n"), _STOP), '"finish_reason": "stop"', id="blank-content"),
        pytest.param(_stream(_delta(reasoning="hm"), _STOP), '"finish_reason": "stop"', id="only-reasoning"),
        pytest.param(_stream(_delta(finish="content_filter")), '"content_filter"', id="content-filter"),
        pytest.param(
            _stream(_delta(content="private"), _delta(finish="error")), '"error"', id="finish-error"
        ),
        pytest.param(
            _stream(_delta(content="private"), _delta(finish="network_error")),
            '"network_error"',
            id="network-error",
        ),
        pytest.param(
            _stream({"error": {"message": "overloaded", "code": 529}}), "overloaded", id="error-event"
        ),
        pytest.param(
            _stream(_delta(content="private"), {**_delta(), "error": {"message": "upstream"}}),
            "upstream",
            id="error-beside-choices",
        ),
        pytest.param(
            _stream({"choices": [{"delta": {"content": "private"}, "error": {"code": 502}}]}),
            '"error": {"code": 502}',
            id="error-in-choice",
        ),
        pytest.param(
            b'event: error\ndata: {"message": "no"}\n\n', '{"message": "no"}', id="named-error-event"
        ),
        pytest.param(b"event: error\ndata: no capacity\n\n", "no capacity", id="named-error-of-text"),
        pytest.param(
            _stream({"choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit"}}),
            "rate limit",
            id="minimax",
        ),
        pytest.param(_stream({"error_code": 18, "error_msg": "qps"}), "qps", id="baidu"),
        pytest.param(_stream({"header": {"code": 11200, "message": "no"}}), "11200", id="iflytek"),
        pytest.param(_stream({"object": "error", "code": 400}), '"code": 400', id="vllm"),
        pytest.param(b"data: upstream is gone\n\n", "upstream is gone", id="one-event-of-text"),
        pytest.param(b"data: gone\n\ndata: gone\n\n" + _stream(_STOP), "gone", id="two-garbled-events"),
        pytest.param(b"Internal Server Error", "Internal Server Error", id="text-in-place-of-events"),
        pytest.param(_event(_delta(content="private"))[:-9], _NO_END, id="cut-in-an-event"),
        pytest.param(_stream(_part(0, "c", "f", '{"a"'), _delta(finish="length")), "`f`", id="cut-arguments"),
        pytest.param(_stream(_part(0, "c", "f"), _delta(finish="length")), "`f`", id="cut-before-arguments"),
        pytest.param(
            _stream(_part(0, "c", "", "{}"), _delta(finish="tool_calls")), "function", id="nameless-call"
        ),
    ],
)
def test_a_stream_that_is_no_answer_fails(body: bytes, evidence: str) -> None:
    """Each is a failure of the stream with status 200, its evidence at hand, and none of the answer's text."""
    failure = _failure(body)
    assert (failure.transport, failure.status, failure.provider) == (Transport.SSE, 200, "p")
    assert evidence in failure.body
    assert "private" not in failure.body


@pytest.mark.parametrize(
    ("body", "evidence"),
    [
        pytest.param(b"", "the body is empty", id="nothing"),
        pytest.param(b"   \n ", "the body is empty", id="keep-alive-blanks"),
        pytest.param(b"<!doctype html><title>Sign in</title>", "<title>Sign in", id="html"),
        pytest.param(b"upstream is gone", "upstream is gone", id="text"),
        pytest.param(b"[1]", "[1]", id="a-list"),
        pytest.param(
            json.dumps(_whole(content="private" * 9)).encode()[:99], "cut off after 99", id="truncated"
        ),
        pytest.param(b"[" * 200_000, "[[[", id="bottomless"),
        pytest.param(
            json.dumps({"error": {"message": "no"}}).encode(), '{"error": {"message": "no"}}', id="error"
        ),
        pytest.param(
            json.dumps({**_whole(content="private"), "error": {"code": 429}}).encode(),
            '"code": 429',
            id="error-beside",
        ),
        pytest.param(json.dumps({**_whole(), "choices": []}).encode(), '"choices": []', id="no-choices"),
        pytest.param(b'{"choices": null, "base_resp": {"status_code": 1004}}', "1004", id="null-choices"),
        pytest.param(b'{"choices": [null]}', "{}", id="null-choice"),
        pytest.param(json.dumps(_whole(content=None)).encode(), '"finish_reason": "stop"', id="null-content"),
        pytest.param(json.dumps(_whole(content="")).encode(), '"finish_reason": "stop"', id="empty-content"),
        pytest.param(
            json.dumps(_whole(content="", finish="content_filter")).encode(),
            '"content_filter"',
            id="content-filter",
        ),
        pytest.param(
            json.dumps(_whole(content="private", finish="error")).encode(), '"error"', id="finish-error"
        ),
        pytest.param(
            json.dumps(
                _whole(tool_calls=[{"id": "c", "function": {"name": "f", "arguments": "{"}}])
            ).encode(),
            "`f`",
            id="cut-arguments",
        ),
    ],
)
def test_a_body_that_is_no_answer_fails(body: bytes, evidence: str) -> None:
    """Each is a failure of a whole body with status 200, its evidence at hand, and none of the answer's text."""
    failure = _failure(body, _JSON)
    assert (failure.transport, failure.status, failure.provider) == (Transport.BODY200, 200, "p")
    assert evidence in failure.body
    assert "private" not in failure.body


def test_evidence_is_short() -> None:
    """A failure carries at most 8 KB of what the provider sent."""
    assert len(_failure(b"<html>" + b"x" * 100_000, "text/html").body) == 8 * 1024


@pytest.mark.parametrize(("content_type", "start"), [(_SSE, b"data: "), (_JSON, b'{"choices": "')])
def test_a_body_without_end_is_refused(content_type: str, start: bytes) -> None:
    """An answer of more than 32 MiB in one piece fails rather than fill the memory."""
    reader = _reader(content_type)
    reader.feed(start)
    with pytest.raises(AttemptFailed) as caught:
        [reader.feed(b"x" * 2**20) for _ in range(40)]
    assert "too long" in caught.value.failure.body


def test_the_end_comes_with_done() -> None:
    """A provider that keeps the connection open after `[DONE]` keeps nobody waiting."""
    reader = _reader()
    reader.feed(_event(_delta(content="a")) + _event(_STOP))
    assert reader.feed(_DONE) == [_END]
    assert reader.feed(_event({"error": "late"})) == []
    assert reader.finish() == []


def test_the_end_comes_with_the_count_of_tokens() -> None:
    """Where the tokens follow the finish reason, nothing else is to come, `[DONE]` or not."""
    reader = _reader()
    reader.feed(_event(_delta(content="a")) + _event(_STOP))
    assert [type(event) for event in reader.feed(_event(_USAGE))] == [Ended]


def test_tool_calls_wait_for_the_end() -> None:
    """A call whose stream breaks later is never released, though its own parts are complete."""
    reader = _reader()
    assert reader.feed(_event(_part(0, "c", "f", "{}"))) == []
    with pytest.raises(AttemptFailed):
        reader.finish()


def test_parts_of_a_tool_call_are_progress() -> None:
    """A clock that watches `pieces` sees a long tool call grow; keep-alives and empty deltas leave it alone."""
    reader = _reader()
    reader.feed(b": ping\n\n" + _event(_delta(role="assistant", content="")))
    assert reader.pieces == 0
    reader.feed(_event(_part(0, "c", "f", "{")))
    assert reader.pieces == 1
    reader.feed(_event(_part(0, arguments='"a": 1}')) + _event(_delta(content="x")))
    assert reader.pieces == 3


def test_tokens_are_counted_before_the_end() -> None:
    """What a broken answer has cost is known, where the provider counts as it goes."""
    reader = _reader()
    reader.feed(_event(_delta(content="a")))
    assert reader.usage is None
    counted = {"prompt_tokens": 3, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 2}}
    reader.feed(_event({**_delta(content="b"), "usage": counted}))
    assert reader.usage == Usage(3, 1, cached_tokens=2)


def test_reasoning_goes_back_with_a_tool_call_only() -> None:
    """DeepSeek and Kimi want the reasoning behind a tool call returned; after plain answers it stays here."""
    call = [_part(0, "c", "f", "{}"), _delta(finish="tool_calls")]
    assert _end(_delta(reasoning_content="h"), _delta(reasoning_content="m"), *call).extra == {
        "reasoning_content": "hm"
    }
    assert _end(_delta(reasoning_content="hm"), _delta(content="a"), _STOP).extra == {}


def test_reasoning_details_go_back_whole() -> None:
    """OpenRouter's signed reasoning is put together again from its pieces."""
    pieces = [
        {"type": "reasoning.text", "index": 0, "text": "h"},
        {"type": "reasoning.text", "index": 0, "text": "m", "signature": "s"},
        {"type": "reasoning.encrypted", "index": 1, "data": "x"},
    ]
    end = _end(*(_delta(reasoning_details=[piece]) for piece in pieces), _delta(content="a"), _STOP)
    assert end.extra == {
        "reasoning_details": [
            {"type": "reasoning.text", "index": 0, "text": "hm", "signature": "s"},
            {"type": "reasoning.encrypted", "index": 1, "data": "x"},
        ]
    }


def test_halves_of_a_character_do_no_harm() -> None:
    """Text that JSON can write and UTF-8 cannot is mended before anybody prints or stores it."""
    events = _read([_stream(_delta(content="a\ud83d"), _delta(content="\ud83c\udf0d"), _STOP)])
    assert events[:2] == [Said("a�"), Said("🌍")]


def _end(*documents: object) -> Ended:
    end = _read([_stream(*documents)])[-1]
    assert isinstance(end, Ended)
    return end
