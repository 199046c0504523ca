"""A conversation that moves from dialect to dialect loses nothing that was said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import request, route

from hermes_fallback.transcript.conversation import Conversation, Message, ToolCall
from hermes_fallback.transcript.tool_ids import with_fitting_ids

_WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).map(lambda text: f"x{text}")
_IDS = st.text(st.sampled_from("ab_2:. é"), min_size=1, max_size=70)
_FITS = re.compile(r"[A-Za-z0-9_-]{1,64}")


@st.composite
def _exchanges(draw: st.DrawFn) -> list[Message]:
    """A question, any number of calls with their results, and an answer."""
    ids = draw(st.lists(_IDS, max_size=4))
    calls = tuple(ToolCall(call_id, "look", f'{{"n": {n}}}') for n, call_id in enumerate(ids))
    asked = Message(role="assistant", content=draw(st.none() | _WORDS), tool_calls=calls)
    results = [Message.tool_result(call_id, f"result {n}") for n, call_id in enumerate(ids)]
    answer = Message(role="assistant", content=draw(_WORDS))
    return [Message.user(draw(_WORDS)), *([asked, *results] if calls else []), answer]


_CONVERSATIONS = st.lists(_exchanges(), min_size=1, max_size=4).map(
    lambda each: [*chain.from_iterable(each), Message.user("go on")]
)


def _told(messages: list[Message]) -> Iterator[tuple[str, str]]:
    """What was said, called and answered, in order."""
    for message in messages:
        if message.content:
            yield "result" if message.role == "tool" else message.role, str(message.content)
        for call in message.tool_calls:
            yield "call", call.arguments


def _anthropic(body: Any) -> Iterator[tuple[str, str, str]]:
    for turn in body["messages"]:
        for block in turn["content"]:
            if block["type"] == "text":
                yield turn["role"], block["text"], ""
            elif block["type"] == "tool_use":
                yield "call", f'{{"n": {block["input"]["n"]}}}', block["id"]
            else:
                yield "result", block["content"][0]["text"], block["tool_use_id"]


def _responses(body: Any) -> Iterator[tuple[str, str, str]]:
    for item in body["input"]:
        if item["type"] == "message":
            content = item["content"]
            yield item["role"], content if isinstance(content, str) else content[0]["text"], ""
        elif item["type"] == "function_call":
            yield "call", item["arguments"], item["call_id"]
        else:
            yield "result", item["output"], item["call_id"]


def _chat(body: Any) -> Iterator[tuple[str, str, str]]:
    for message in Conversation.from_dicts(body["messages"]).messages:
        for kind, said in _told([message]):
            yield kind, said, ""


@pytest.mark.parametrize(
    ("api_mode", "sent"),
    [("chat_completions", _chat), ("anthropic_messages", _anthropic), ("codex_responses", _responses)],
    ids=["chat", "anthropic", "responses"],
)
@given(messages=_CONVERSATIONS)
def test_every_dialect_is_sent_all_of_it_in_order(api_mode: str, sent: Any, messages: list[Message]) -> None:
    """Each message, call and result, whatever their ids are like."""
    _, body = request(route(api_mode), *messages)
    assert [(kind, said) for kind, said, _ in sent(body)] == list(_told(messages))


@pytest.mark.parametrize(
    ("api_mode", "sent"),
    [("anthropic_messages", _anthropic), ("codex_responses", _responses)],
    ids=["anthropic", "responses"],
)
@given(messages=_CONVERSATIONS)
def test_each_result_names_its_own_call_under_an_id_that_fits(
    api_mode: str, sent: Any, messages: list[Message]
) -> None:
    """No two calls share an id, though their providers gave them one, or ids that differ in odd letters only."""
    told = list(sent(request(route(api_mode), *messages)[1]))
    called = [call_id for kind, _, call_id in told if kind == "call"]
    assert [call_id for kind, _, call_id in told if kind == "result"] == called
    assert len(set(called)) == len(called)
    assert all(_FITS.fullmatch(call_id) for call_id in called)


@given(messages=_CONVERSATIONS, more=_exchanges())
def test_a_history_that_grows_keeps_its_ids(messages: list[Message], more: list[Message]) -> None:
    """A provider that remembers the beginning of a prompt finds it again."""
    before = with_fitting_ids(Conversation(tuple(messages))).messages
    after = with_fitting_ids(Conversation((*messages, *more))).messages
    assert after[: len(before)] == before


def test_ids_that_fit_stay_as_they_are() -> None:
    """What one of these providers gave, it is given back."""
    call = Message(role="assistant", tool_calls=(ToolCall("toolu_01-A", "look", "{}"),))
    said = Conversation((call, Message.tool_result("toolu_01-A", "blue")))
    assert with_fitting_ids(said) == said
