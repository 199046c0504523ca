"""A conversation becomes a request of OpenAI's Responses dialect."""

from __future__ import annotations

from typing import Any

import pytest
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming
from sdk import accepted
from streams import request, route

from hermes_fallback.transcript.conversation import Message, Options, ToolCall

_PARAMETERS = {"type": "object", "properties": {}}
_ROUTE = route("codex_responses")


def _body(*messages: Message, **options: Any) -> Any:
    return accepted(ResponseCreateParamsStreaming, request(_ROUTE, *messages, options=Options(**options))[1])


def test_a_stream_is_asked_for_and_nothing_is_kept_there() -> None:
    """What the next turn needs comes back with the answer, encrypted."""
    made, body = request(_ROUTE)
    assert (made.method, made.url) == ("POST", "https://api.example.com/v1/responses")
    assert body == {
        "model": "m-1",
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}],
        "include": ["reasoning.encrypted_content"],
        "store": False,
        "stream": True,
    }


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://h/v1/", "https://h/v1/responses"),
        ("https://h/v1?api-version=2", "https://h/v1/responses?api-version=2"),
        ("https://h/v1/responses", "https://h/v1/responses"),
    ],
)
def test_the_path_is_added_once(base_url: str, url: str) -> None:
    """The endpoint is found from every form of a base URL."""
    assert request(route("codex_responses", base_url))[0].url == url


def test_models_that_never_reason_are_not_asked_for_their_reasoning() -> None:
    """They refuse the whole request."""
    assert "include" not in request(route("codex_responses", model="gpt-4.1"))[1]


def test_history_becomes_items() -> None:
    """System prompts before it all become the instructions; each call and result is an item of its own, in order."""
    calls = (ToolCall("call_1", "look", '{"at": "sky"}'), ToolCall("call_2", "sing", ""))
    body = _body(
        Message.system("be kind"),
        Message(role="developer", content="be brief"),
        Message.user("a"),
        Message.system("be quick"),
        Message(role="assistant", content="so", tool_calls=calls),
        Message.tool_result("call_1", "blue"),
        Message.tool_result("call_2", ""),
    )
    assert body["instructions"] == "be kind\n\nbe brief"
    assert body["input"] == [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]},
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "be quick"}]},
        {"type": "message", "role": "assistant", "content": "so"},
        {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": '{"at": "sky"}'},
        {"type": "function_call", "call_id": "call_2", "name": "sing", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "blue"},
        {"type": "function_call_output", "call_id": "call_2", "output": ""},
    ]


def test_images_are_carried_over() -> None:
    """In messages and in results of tools, with the detail that was asked for."""
    image = {"type": "image_url", "image_url": {"url": "https://h/a.png", "detail": "low"}}
    sent = {"type": "input_image", "image_url": "https://h/a.png", "detail": "low"}
    call = Message(role="assistant", tool_calls=(ToolCall("c", "look", "{}"),))
    body = _body(
        Message(
            role="user", content=(image, {"type": "image_url", "image_url": "data:image/png;base64,aGk="})
        ),
        call,
        Message(role="tool", content=(image,), tool_call_id="c"),
    )
    plain = {"type": "input_image", "image_url": "data:image/png;base64,aGk=", "detail": "auto"}
    assert body["input"][0]["content"] == [sent, plain]
    assert body["input"][2]["output"] == [sent]


@pytest.mark.parametrize(
    ("origin", "goes"), [("https://api.example.com", True), ("https://elsewhere.test", False)]
)
def test_reasoning_goes_back_to_where_it_came_from(origin: str, goes: bool) -> None:
    """Nobody else can decrypt it."""
    item = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"}
    body = _body(Message(role="assistant", content="a", extra={"reasoning_items": [item]}, origin=origin))
    said = {"type": "message", "role": "assistant", "content": "a"}
    assert body["input"] == [*([item] if goes else []), said]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("required", "required"),
        ({"type": "function", "function": {"name": "look"}}, {"type": "function", "name": "look"}),
        ({"type": "web_search_preview"}, {"type": "web_search_preview"}),
    ],
    ids=["word", "one", "own-form"],
)
def test_tools_and_the_choice_among_them_are_translated(given: Any, sent: object) -> None:
    """Functions in the flat form, strict only where that was asked for; other tools as they are."""
    tools = (
        {"type": "function", "function": {"name": "look", "parameters": _PARAMETERS, "strict": True}},
        {"type": "function", "function": {"name": "sing"}},
        {"type": "web_search"},
    )
    body = _body(tools=tools, tool_choice=given)
    assert body["tools"] == [
        {"type": "function", "name": "look", "parameters": _PARAMETERS, "strict": True},
        {"type": "function", "name": "sing", "parameters": _PARAMETERS, "strict": False},
        {"type": "web_search"},
    ]
    assert body["tool_choice"] == sent


def test_options_become_fields() -> None:
    """What the caller chose is sent, zero included, and no answer shorter than the dialect allows."""
    schema = {"type": "object"}
    body = _body(temperature=0.0, max_tokens=5, json_schema=schema, extra={"reasoning": {"effort": "low"}})
    assert (body["temperature"], body["max_output_tokens"]) == (0.0, 16)
    assert body["reasoning"] == {"effort": "low"}
    assert body["text"] == {"format": {"type": "json_schema", "name": "answer", "schema": schema}}
    assert _body(max_tokens=500)["max_output_tokens"] == 500
