"""A conversation becomes a request of Anthropic's dialect."""

from __future__ import annotations

from typing import Any

import pytest
from anthropic.types.message_create_params import MessageCreateParamsStreaming
from sdk import accepted
from streams import request, route

from hermes_fallback.transcript.conversation import Message, Options, ToolCall
from hermes_fallback.wire.anthropic_answer import ANSWER_TOOL

_FUNCTION = {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {}}}
_TOOL = {"type": "function", "function": _FUNCTION}
_LOOK = {"name": "look", "description": "Looks.", "input_schema": _FUNCTION["parameters"]}
_ROUTE = route("anthropic_messages")


def _body(*messages: Message, **options: Any) -> Any:
    return accepted(MessageCreateParamsStreaming, request(_ROUTE, *messages, options=Options(**options))[1])


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def test_a_stream_of_some_length_is_asked_for() -> None:
    """The length is required there; the version is ours, the credential travels beside the headers."""
    made, body = request(_ROUTE)
    assert (made.method, made.url) == ("POST", "https://api.example.com/v1/messages")
    assert made.headers["anthropic-version"] == "2023-06-01"
    assert body == {
        "model": "m-1",
        "max_tokens": 32_000,
        "messages": [{"role": "user", "content": [_text("hi")]}],
        "stream": True,
    }


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://h", "https://h/v1/messages"),
        ("https://h/v1/", "https://h/v1/messages"),
        ("https://h/anthropic", "https://h/anthropic/v1/messages"),
        ("https://h/anthropic/v1", "https://h/anthropic/v1/messages"),
        ("https://h/coding?x=1", "https://h/coding/v1/messages?x=1"),
        ("https://h/v1/messages", "https://h/v1/messages"),
    ],
)
def test_the_path_is_added_once(base_url: str, url: str) -> None:
    """The endpoint is found from every form of a base URL."""
    assert request(route("anthropic_messages", base_url))[0].url == url


def test_a_profile_may_ask_for_another_version() -> None:
    """Its header goes before ours, however it is written."""
    made, _ = request(route("anthropic_messages", headers={"Anthropic-Version": "2030-01-01"}))
    versions = [value for name, value in made.headers.items() if name.lower() == "anthropic-version"]
    assert versions == ["2030-01-01"]


@pytest.mark.parametrize(
    ("fields", "most"),
    [
        ({"model": "claude-sonnet-5"}, 32_000),
        ({"model": "anthropic/claude-3-haiku"}, 4_096),
        ({"model": "claude-3-5-sonnet-20241022"}, 8_192),
        ({"context_length": 8_000}, 4_000),
    ],
)
def test_an_answer_may_be_as_long_as_the_model_allows(fields: dict[str, Any], most: int) -> None:
    """Old models refuse to be asked for more, and a small window must hold the prompt too."""
    assert request(route("anthropic_messages", **fields))[1]["max_tokens"] == most


def test_history_becomes_turns() -> None:
    """System prompts go ahead, one speaker's messages together, and results of tools first in their turn."""
    calls = (ToolCall("call_1", "look", '{"at": "sky"}'), ToolCall("call_2", "sing", ""))
    body = _body(
        Message.system("be kind"),
        Message.user("a"),
        Message.user("b"),
        Message(role="developer", content="be brief"),
        Message(role="assistant", content="so", tool_calls=calls),
        Message.tool_result("call_1", "blue"),
        Message.tool_result("call_2", ""),
        Message.user("and now?"),
    )
    assert body["system"] == [_text("be kind"), _text("be brief")]
    assert body["messages"] == [
        {"role": "user", "content": [_text("a"), _text("b")]},
        {
            "role": "assistant",
            "content": [
                _text("so"),
                {"type": "tool_use", "id": "call_1", "name": "look", "input": {"at": "sky"}},
                {"type": "tool_use", "id": "call_2", "name": "sing", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": [_text("blue")]},
                {"type": "tool_result", "tool_use_id": "call_2", "content": []},
                _text("and now?"),
            ],
        },
    ]


def test_a_result_that_comes_late_still_goes_before_what_was_said_meanwhile() -> None:
    """The dialect takes results only directly behind their calls."""
    call = Message(role="assistant", tool_calls=(ToolCall("c", "look", "{}"),))
    body = _body(Message.user("a"), call, Message.user("hurry"), Message.tool_result("c", "blue"))
    assert [block["type"] for block in body["messages"][2]["content"]] == ["tool_result", "text"]


def test_blank_text_is_left_out() -> None:
    """Blocks of blanks are refused there; a message of nothing else goes, and its neighbours join."""
    body = _body(Message.user("a"), Message(role="assistant", content=" \n"), Message.user("b"))
    assert body["messages"] == [{"role": "user", "content": [_text("a"), _text("b")]}]


@pytest.mark.parametrize(
    ("image", "source"),
    [
        (
            {"url": "data:image/png;base64,aGk="},
            {"type": "base64", "media_type": "image/png", "data": "aGk="},
        ),
        ({"url": "https://h/a.png", "detail": "low"}, {"type": "url", "url": "https://h/a.png"}),
        ("https://h/a.png", {"type": "url", "url": "https://h/a.png"}),
    ],
    ids=["data", "address", "bare-address"],
)
def test_images_are_carried_over(image: object, source: object) -> None:
    """With their bytes, or by address."""
    parts = ({"type": "text", "text": "what?"}, {"type": "image_url", "image_url": image})
    body = _body(Message(role="user", content=parts))
    assert body["messages"][0]["content"] == [_text("what?"), {"type": "image", "source": source}]


@pytest.mark.parametrize("arguments", ["[1]", "no json", '"a"'])
def test_arguments_that_are_no_object_are_wrapped(arguments: str) -> None:
    """Nothing but an object is taken there, and nothing is lost."""
    body = _body(Message.user("a"), Message(role="assistant", tool_calls=(ToolCall("c", "look", arguments),)))
    assert body["messages"][1]["content"][0]["input"] == {"arguments": arguments}


@pytest.mark.parametrize(
    ("origin", "goes"), [("https://api.example.com", True), ("https://elsewhere.test", False)]
)
def test_thinking_goes_back_to_where_it_came_from(origin: str, goes: bool) -> None:
    """Signed thinking is an error anywhere else."""
    thinking = {"type": "thinking", "thinking": "hm", "signature": "c2ln"}
    extra = {"thinking_blocks": [thinking]}
    body = _body(Message.user("a"), Message(role="assistant", content="a", extra=extra, origin=origin))
    assert body["messages"][1]["content"] == [*([thinking] if goes else []), _text("a")]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("auto", {"type": "auto"}),
        ("none", {"type": "none"}),
        ("required", {"type": "any"}),
        ({"type": "function", "function": {"name": "look"}}, {"type": "tool", "name": "look"}),
        (
            {"type": "any", "disable_parallel_tool_use": True},
            {"type": "any", "disable_parallel_tool_use": True},
        ),
    ],
    ids=["auto", "none", "required", "one", "own-form"],
)
def test_tools_and_the_choice_among_them_are_translated(given: Any, sent: object) -> None:
    """A tool that has Anthropic's own form is sent as it is."""
    own = {"type": "web_search_20250305", "name": "web_search"}
    body = _body(tools=(_TOOL, own), tool_choice=given)
    assert body["tools"] == [_LOOK, own]
    assert body["tool_choice"] == sent


def test_options_become_fields() -> None:
    """What the caller chose is sent, zero included, as far as the dialect goes; a choice without tools is not."""
    body = _body(
        temperature=0.0, max_tokens=5, tool_choice="auto", extra={"top_k": 3, "stream_options": None}
    )
    assert (body["temperature"], body["max_tokens"], body["top_k"]) == (0.0, 5, 3)
    assert not {"tools", "tool_choice", "system", "stream_options"} & body.keys()
    assert _body(temperature=1.7)["temperature"] == 1.0


def test_a_schema_becomes_a_tool_that_must_be_called() -> None:
    """Beside other tools any of them may be called first."""
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    body = _body(json_schema=schema)
    assert [(tool["name"], tool["input_schema"]) for tool in body["tools"]] == [(ANSWER_TOOL, schema)]
    assert body["tool_choice"] == {"type": "tool", "name": ANSWER_TOOL}
    body = _body(json_schema={"name": "n", "schema": schema}, tools=(_TOOL,))
    assert [tool["name"] for tool in body["tools"]] == ["look", ANSWER_TOOL]
    assert body["tool_choice"] == {"type": "any"}
