"""A long conversation tours all dialects in any order: nothing is refused, nothing lost, each secret goes home."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest
from anthropic.types.message_create_params import MessageCreateParamsStreaming
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming
from recorded import answered, body_for, route_to, secret_of

from hermes_fallback.loopback.strict import objection
from hermes_fallback.model.route import Route
from hermes_fallback.transcript.conversation import Conversation, Message, ToolCall
from hermes_fallback.transcript.lint import refusal
from tests.wire.sdk import accepted

_DIALECTS = ("anthropic_messages", "chat_completions", "codex_responses")
_KINDS: Mapping[str, Any] = {
    "anthropic_messages": MessageCreateParamsStreaming,
    "chat_completions": CompletionCreateParamsStreaming,
    "codex_responses": ResponseCreateParamsStreaming,
}
_TURNS = 40
_IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVsbG8="}}
_MARKS = re.compile(r"question \d+\.|answer \d+|place \d+\.\d|result \d+\.\d|aGVsbG8=")
"""All that is said, wherever a dialect puts it."""


def _heard(body: Any) -> list[str]:
    return _MARKS.findall(json.dumps(body))


def _question(turn: int) -> Message:
    text = {"type": "text", "text": f"question {turn}."}
    return Message(role="user", content=(text, _IMAGE) if turn % 7 == 3 else (text,))


def _results(turn: int, calls: tuple[ToolCall, ...]) -> list[Message]:
    return [Message.tool_result(call.id, f"result {turn}.{n}") for n, call in enumerate(calls)]


def _sent(to: Route, conversation: Conversation) -> Any:
    """What *to* is sent, which is accepted by its vendor's own types, a strict reading of its reference, and lint."""
    assert refusal(conversation, to) is None
    body = body_for(to, conversation)
    assert objection(to.api_mode, body) is None
    return accepted(_KINDS[to.api_mode], body)


def _turn(to: Route, conversation: Conversation, turn: int) -> Conversation:
    """One turn on *to*; every other one calls two tools at once."""
    conversation = conversation.plus(_question(turn))
    _sent(to, conversation)
    if turn % 2:
        asked = answered(to, turn, calls=2)
        conversation = conversation.plus(asked, *_results(turn, asked.tool_calls))
        _sent(to, conversation)
    return conversation.plus(answered(to, turn, calls=0))


def _told(turns: int) -> list[str]:
    """What a conversation of *turns* says, in order."""
    marks: list[str] = []
    for turn in range(turns):
        marks += [f"question {turn}.", *(["aGVsbG8="] if turn % 7 == 3 else [])]
        if turn % 2:
            calls = [f"place {turn}.{n}" for n in range(2)]
            marks += [f"answer {turn}", *calls, *(f"result {turn}.{n}" for n in range(2))]
        marks.append(f"answer {turn}")
    return marks


@pytest.mark.parametrize("order", list(permutations(_DIALECTS)), ids="-".join)
def test_a_long_conversation_survives_a_tour(order: tuple[str, ...]) -> None:
    """Forty turns with parallel calls, images and reasoning, each turn elsewhere; whoever is next hears all of it."""
    conversation = Conversation((Message.system("be kind"),))
    for turn in range(_TURNS):
        conversation = _turn(route_to(order[turn % 3]), conversation, turn)
    conversation = conversation.plus(Message.user("go on"))
    for api_mode in _DIALECTS:
        assert _heard(_sent(route_to(api_mode), conversation)) == _told(_TURNS)


@pytest.mark.parametrize("api_mode", _DIALECTS)
def test_what_is_sealed_goes_back_to_who_sealed_it(api_mode: str) -> None:
    """With each of its answers, and to nobody else."""
    conversation = Conversation()
    for turn in range(12):
        conversation = _turn(route_to(_DIALECTS[turn % 3]), conversation, turn)
    sent = json.dumps(_sent(route_to(api_mode), conversation.plus(Message.user("go on"))))
    for turn in range(12):
        sealed = secret_of(_DIALECTS[turn % 3], turn)
        is_own = _DIALECTS[turn % 3] == api_mode
        assert sent.count(sealed) == (1 + turn % 2 if is_own else 0)


def _exchange(turn: int, ids: list[str], given_ids: list[str], *, speaks: bool) -> list[Message]:
    """A question, calls, results for some of them and others besides, and perhaps an answer."""
    calls = tuple(ToolCall(call_id, "look", f'{{"at": "place {turn}.{n}"}}') for n, call_id in enumerate(ids))
    results = [Message.tool_result(call_id, f"result {turn}.{n}") for n, call_id in enumerate(given_ids)]
    asked = [Message(role="assistant", tool_calls=calls)] if calls else []
    said = [Message(role="assistant", content=f"answer {turn}")] if speaks else []
    return [Message.user(f"question {turn}."), *asked, *results, *said]


_IDS = st.lists(st.sampled_from(["a", "b", "c:0", "é" * 80]), max_size=3)
_EXCHANGES = st.lists(st.tuples(_IDS, _IDS, st.booleans()), min_size=1, max_size=4)


@pytest.mark.parametrize("api_mode", _DIALECTS)
@given(exchanges=_EXCHANGES)
def test_a_broken_conversation_is_mended_and_taken(
    api_mode: str, exchanges: list[tuple[list[str], list[str], bool]]
) -> None:
    """Calls without results, results without calls, ids used again: all that was said is sent, and in a form that is taken."""
    said = [
        message
        for turn, (ids, given_ids, speaks) in enumerate(exchanges)
        for message in _exchange(turn, ids, given_ids, speaks=speaks)
    ]
    conversation = Conversation((*said, Message.user("question 9.")))
    body = _sent(route_to(api_mode), conversation)
    told = [mark for message in conversation.messages for mark in _heard(message.to_dict())]
    assert sorted(_heard(body)) == sorted(told)
    kinds = ("question", "answer", "place")
    ordered = [[mark for mark in marks if mark.startswith(kinds)] for marks in (_heard(body), told)]
    assert ordered[0] == ordered[1]
