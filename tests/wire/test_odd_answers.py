"""Answers that no reference describes: fields of any type, and blanks without end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hermes_fallback.loopback.anthropic_messages import AnthropicMessages
from hermes_fallback.loopback.bedrock_converse import BedrockConverse
from hermes_fallback.loopback.chat_completions import ChatCompletions
from hermes_fallback.loopback.code_assist import CodeAssist
from hermes_fallback.loopback.codex_responses import CodexResponses
from hermes_fallback.loopback.dialect import Answer, Dialect, Tool, first
from hermes_fallback.model.failure import AttemptFailed
from hermes_fallback.wire.exchange import Ended, Said
from tests.wire.streams import JSON, SSE, read, reader

_IN_EVENTS = (ChatCompletions(), AnthropicMessages(), CodexResponses(), CodeAssist())
_SPOKEN = (*_IN_EVENTS, BedrockConverse())
_ANSWER = Answer(
    model="m", text="two words", reasoning="well", tool=Tool("f", '{"a": 1}'), finish="tool_calls"
)
_ODD = (None, True, -1, 1.5, "odd", [], [[]], {}, {"odd": []})


def _variants(value: Any) -> Iterator[Any]:
    """*value* once for each of its parts and each odd thing, with that in place of the part."""
    yield from _ODD
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in tuple(parts):
        for other in _variants(part):
            changed = value.copy()
            changed[key] = other
            yield changed


def _ends(mode: str, slices: list[bytes], content_type: str) -> bool:
    try:
        return isinstance(read(mode, slices, content_type)[-1], Ended)
    except AttemptFailed:
        return True


@pytest.mark.parametrize("spoken", _IN_EVENTS, ids=lambda spoken: spoken.name)
def test_a_stream_with_a_field_of_any_type_is_an_answer_or_a_failure(spoken: Dialect) -> None:
    """Nothing that a provider puts into an event gets past as another exception, or without an end."""
    events = [event.data for event in spoken.events(_ANSWER)]
    for at, event in enumerate(events):
        head, mark, data = event.partition(b"data: ")
        for odd in _variants(json.loads(data)) if b"{" in data else ():
            slices = [*events[:at], head + mark + json.dumps(odd).encode() + b"\n\n", *events[at + 1 :]]
            assert _ends(spoken.name, slices, SSE), odd


@pytest.mark.parametrize("spoken", _SPOKEN, ids=lambda spoken: spoken.name)
def test_a_body_with_a_field_of_any_type_is_an_answer_or_a_failure(spoken: Dialect) -> None:
    """The same for an answer that comes whole."""
    for odd in _variants(spoken.whole(_ANSWER)):
        assert _ends(spoken.name, [json.dumps(odd).encode()], JSON), odd


@pytest.mark.parametrize("spoken", _SPOKEN, ids=lambda spoken: spoken.name)
def test_what_came_before_a_failure_is_given_first(spoken: Dialect) -> None:
    """However the bytes are sliced: the text that came with an error is part of what the caller has got."""
    answer = Answer(text="two words")
    said = b"".join(event.data for event in first(spoken.events(answer), 1))
    one = reader(spoken.name)
    error = spoken.failed_event(spoken.faults["error_in_stream"], answer, "r")
    assert one.feed(said + error) == [Said("two")]
    with pytest.raises(AttemptFailed):
        one.feed(b"")


@pytest.mark.parametrize("content_type", [SSE, JSON], ids=["stream", "whole"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
def test_blanks_before_an_answer_are_not_kept(content_type: str, mark: bytes) -> None:
    """A provider that keeps the line warm with blanks for an hour costs no memory."""
    one = reader("chat_completions", content_type)
    one.feed(mark)
    before = _held(one)
    for _ in range(64):
        one.feed(b" \r\n\t" * 1024)
    assert _held(one) == before


def _held(one: object) -> int:
    return sum(len(value) for value in vars(one).values() if isinstance(value, bytes))
