"""The chat form is fitted to who is asked, by its profile's demands."""

from __future__ import annotations

from typing import Any

import pytest
from streams import named, read, request, route

from hermes_fallback.model.demands import Demands
from hermes_fallback.transcript.conversation import Message, ToolCall
from hermes_fallback.wire.exchange import Called, Ended

_HOME = "https://api.example.com"
_CALL = ToolCall("c", "look", "{}")
_RESULT = Message.tool_result("c", "blue")
_SIGNED = {"extra_content": {"google": {"thought_signature": "mine"}}}
_STAND_IN = {"extra_content": {"google": {"thought_signature": "any"}}}


def _sent(*messages: Message, **demands: Any) -> list[Any]:
    body = request(route("chat_completions", demands=Demands(**demands)), Message.user("a"), *messages)[1]
    sent: list[Any] = body["messages"][1:]
    return sent


def _asked(origin: str | None = None, extra: dict[str, Any] | None = None) -> Message:
    return Message(role="assistant", tool_calls=(_CALL,), extra=extra or {}, origin=origin)


@pytest.mark.parametrize(
    ("demand", "extra", "sent"),
    [
        ("kept", {"reasoning_content": "hm"}, "hm"),
        ("kept", {}, None),
        ("filled", {"reasoning_content": "hm"}, "hm"),
        ("filled", {}, " "),
        ("refused", {"reasoning_content": "hm", "reasoning_details": [1], "reasoning": "hm"}, None),
    ],
    ids=["kept", "none", "own", "blank", "refused"],
)
def test_reasoning_is_as_the_provider_wants_it(demand: str, extra: dict[str, Any], sent: str | None) -> None:
    """Given back, stood in for where it is demanded, or left out with all its kind."""
    asked, _ = _sent(_asked(extra=extra), _RESULT, reasoning_content=demand)
    assert asked.get("reasoning_content") == sent
    assert {"reasoning_details", "reasoning"}.isdisjoint(asked)


def test_an_answer_without_calls_wants_no_reasoning() -> None:
    """Only a message that calls tools is filled."""
    (said,) = _sent(Message(role="assistant", content="so"), reasoning_content="filled")
    assert "reasoning_content" not in said


def test_a_call_of_another_provider_gets_what_every_call_needs() -> None:
    """One of its own has that itself, and gets it back."""
    own = Message(role="assistant", tool_calls=(ToolCall("c", "look", "{}", _SIGNED),), origin=_HOME)
    foreign = Message(
        role="assistant", tool_calls=(ToolCall("c", "look", "{}", _SIGNED),), origin="https://x.y"
    )
    given = [_sent(message, _RESULT, call_fields=_STAND_IN)[0]["tool_calls"][0] for message in (own, foreign)]
    assert [call["extra_content"] for call in given] == [_SIGNED["extra_content"], _STAND_IN["extra_content"]]
    assert "extra_content" not in _sent(foreign, _RESULT)[0]["tool_calls"][0]


def test_a_signature_in_a_stream_stays_with_its_call() -> None:
    """With the first piece of the call or a later one; that of a text with its message."""
    pieces = [
        {"id": "c", "index": 0, "type": "function", "function": {"name": "look", "arguments": "{}"}},
        {"index": 0, **_SIGNED},
    ]
    chunks = [{"type": "", "choices": [{"delta": {"tool_calls": [piece]}}]} for piece in pieces]
    text = {"type": "", "choices": [{"delta": {"content": "so", **_STAND_IN}, "finish_reason": "tool_calls"}]}
    _, called, ended = read("chat_completions", [named(*chunks, text), b"data: [DONE]\n\n"])
    assert isinstance(called, Called)
    assert isinstance(ended, Ended)
    assert (called.call.extra, ended.extra) == (_SIGNED, _STAND_IN)


def test_a_history_in_the_chat_form_keeps_the_fields_of_its_calls() -> None:
    """Read and written again, they are as they were."""
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}, **_SIGNED}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    assert Message.from_dict(message).to_dict() == message


def test_an_image_in_a_result_is_shown_by_the_user() -> None:
    """Behind all results: one of them is text there."""
    image = {"type": "image_url", "image_url": {"url": "https://h/a.png"}}
    asked = Message(role="assistant", tool_calls=(_CALL, ToolCall("d", "look", "{}")))
    seen = Message(role="tool", content=({"type": "text", "text": "seen"}, image), tool_call_id="c")
    _, first, second, shown, last = _sent(asked, seen, Message.tool_result("d", "blue"), Message.user("b"))
    assert (first["content"], second["content"]) == ("seen", "blue")
    assert shown == {"role": "user", "content": [image]}
    assert last["content"] == "b"


def test_a_developers_words_are_a_system_prompt() -> None:
    """Few know the other word, and who does takes this one."""
    assert _sent(Message(role="developer", content="be brief"))[0] == {
        "role": "system",
        "content": "be brief",
    }
