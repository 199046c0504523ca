"""A conversation is made to fit its target; what was changed is said."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hermes_fallback.model.demands import Demands
from hermes_fallback.model.route import Route
from hermes_fallback.transcript.compiling import compiled
from hermes_fallback.transcript.conversation import Conversation, Message, ToolCall

_HOME = "https://api.example.com"
_IMAGE = {"type": "image_url", "image_url": {"url": "https://h/a.png"}}


def _route(api_mode: str = "chat_completions", **demands: Any) -> Route:
    wanted = Demands(**demands)
    return Route(provider="p", model="m", base_url=f"{_HOME}/v1", api_mode=api_mode, demands=wanted)


def _made(to: Route, *messages: Message) -> tuple[Message, ...]:
    return compiled(Conversation(messages), to).conversation.messages


def _called(call_id: str, origin: str | None = None) -> Message:
    return Message(role="assistant", tool_calls=(ToolCall(call_id, "look", "{}"),), origin=origin)


def test_what_fits_stays_as_it_is_and_nothing_is_said() -> None:
    """The usual conversation is not touched."""
    said = Conversation((Message.system("s"), Message.user("a"), _called("c"), Message.tool_result("c", "b")))
    made = compiled(said, _route())
    assert (made.conversation, made.changes) == (said, ())


@pytest.mark.parametrize("blank", ["", " \n", None, ({"type": "text", "text": " "},)], ids=repr)
def test_an_empty_message_is_left_out(blank: Any) -> None:
    """Most providers refuse the whole request for one."""
    made = compiled(Conversation((Message.user("a"), Message(role="assistant", content=blank))), _route())
    assert made.conversation.messages == (Message.user("a"),)
    assert made.changes == ("an empty message was left out",)


def test_an_empty_result_keeps_its_place() -> None:
    """A tool may have nothing to say; its call must be answered."""
    empty = Message(role="tool", content=None, tool_call_id="c")
    assert _made(_route(), Message.user("a"), _called("c"), empty)[-1] == Message.tool_result("c", "")


def test_a_prompt_in_the_middle_stays_where_it_is_taken() -> None:
    """And goes first, into the one before, where it is not."""
    said = (Message.system("be kind"), Message.user("a"), Message.system("be brief"), Message.user("b"))
    assert _made(_route(), *said) == said
    moved = compiled(Conversation(said), _route(system_first=True))
    assert moved.conversation.messages == (
        Message.system("be kind\n\nbe brief"),
        Message.user("a"),
        Message.user("b"),
    )
    assert moved.changes == ("a system prompt was put first",)


def test_turns_are_taken_where_that_is_wanted() -> None:
    """Text joins text; beside an image it is a part; an answer takes the calls behind it along."""
    said = Message(role="assistant", content="so", origin=_HOME, extra={"reasoning_content": "hm"})
    picture = Message(role="user", content=(_IMAGE,))
    made = _made(_route(alternates=True), Message.user("a"), Message.user("b"), said, _called("c"))
    assert [message.content for message in made[:2]] == ["a\n\nb", "so"]
    assert (made[1].tool_calls[0].id, made[1].extra_for(_HOME)) == ("c", {"reasoning_content": "hm"})
    (both,) = _made(_route(alternates=True), Message.user("a"), picture)
    assert both.content == ({"type": "text", "text": "a"}, _IMAGE)


def test_anthropics_form_begins_with_the_user() -> None:
    """Where the assistant greets first, a word of the user goes before it."""
    made = _made(_route("anthropic_messages"), Message(role="assistant", content="hello"), Message.user("a"))
    assert [message.role for message in made] == ["user", "assistant", "user"]


@pytest.mark.parametrize(
    ("api_mode", "demands", "pattern"),
    [
        ("chat_completions", {}, r".{1,40}"),
        ("chat_completions", {"tool_id_chars": 9, "exact_tool_ids": True}, r"[A-Za-z0-9]{9}"),
        ("anthropic_messages", {}, r"[A-Za-z0-9_-]{1,64}"),
        ("codex_responses", {}, r"[A-Za-z0-9_-]{1,64}"),
    ],
    ids=["chat", "nine", "anthropic", "responses"],
)
@pytest.mark.parametrize("call_id", ["a", "functions.look:0", "é" * 90, "x" * 70, "fc_1|ctc_2"])
def test_an_id_fits_and_its_result_goes_by_it(
    api_mode: str, demands: dict[str, Any], pattern: str, call_id: str
) -> None:
    """Two calls of one id are told apart, too."""
    said = [Message.user("a"), *[_called(call_id), Message.tool_result(call_id, "b")] * 2, Message.user("c")]
    _, one, first, other, second, _ = _made(_route(api_mode, **demands), *said)
    ids = [one.tool_calls[0].id, other.tool_calls[0].id]
    assert [first.tool_call_id, second.tool_call_id] == ids
    assert len(set(ids)) == 2
    assert all(re.fullmatch(pattern, each) for each in ids)


def test_an_id_goes_home_as_it_was() -> None:
    """Who gave it knows it, whatever it looks like."""
    long = "x" * 90
    made = _made(_route(), Message.user("a"), _called(long, _HOME), Message.tool_result(long, "b"))
    assert (made[1].tool_calls[0].id, made[2].tool_call_id) == (long, long)


def test_what_is_left_behind_is_said() -> None:
    """A signature of another provider is of no use here."""
    signed = ToolCall("c", "look", "{}", {"extra_content": {"google": {"thought_signature": "x"}}})
    foreign = Message(role="assistant", tool_calls=(signed,), origin="https://elsewhere.test")
    said = Conversation((Message.user("a"), foreign, Message.tool_result("c", "b")))
    assert compiled(said, _route()).changes == ("reasoning or signatures of another provider were left out",)
