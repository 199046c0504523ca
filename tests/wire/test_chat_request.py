"""A conversation becomes a request of the chat dialect."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest

from hermes_fallback.model.credential import Credential
from hermes_fallback.model.origin import Origin
from hermes_fallback.model.route import Route
from hermes_fallback.secret import Secret
from hermes_fallback.transcript.conversation import Conversation, Message, Options, ToolCall
from hermes_fallback.wire.chat_completions import ChatCompletions
from hermes_fallback.wire.dialects import dialect, spoken
from hermes_fallback.wire.exchange import HttpRequest

_TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def _route(base_url: str = "https://api.example.com/v1", **fields: Any) -> Route:
    return Route(provider="p", model="m-1", base_url=base_url, api_mode="chat_completions", **fields)


def _request(
    *messages: Message, route: Route | None = None, options: Options | None = None
) -> tuple[HttpRequest, dict[str, Any]]:
    request = ChatCompletions().request(
        Conversation(messages or (Message.user("hi"),)), route or _route(), options or Options()
    )
    return request, json.loads(request.body)


def test_a_stream_with_usage_is_asked_for() -> None:
    """Every request asks for a stream and for the tokens, so that the clocks hold for whole answers too."""
    request, body = _request()
    assert (request.method, request.url) == ("POST", "https://api.example.com/v1/chat/completions")
    assert body == {
        "model": "m-1",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        pytest.param("https://h/v1/", "https://h/v1/chat/completions", id="slash"),
        pytest.param("https://h", "https://h/chat/completions", id="bare-host"),
        pytest.param("https://h/v1?api-version=2", "https://h/v1/chat/completions?api-version=2", id="query"),
        pytest.param("https://h/v1/chat/completions", "https://h/v1/chat/completions", id="endpoint-itself"),
    ],
)
def test_the_path_is_added_once(base_url: str, url: str) -> None:
    """The endpoint is found from every form of a base URL."""
    assert _request(route=_route(base_url))[0].url == url


def test_history_travels_whole() -> None:
    """System prompt, tool calls, results and unknown fields reach the provider as they were."""
    call = ToolCall("call_1", "look", '{"at": "sky"}')
    answer = Message(role="assistant", tool_calls=(call,), extra={"reasoning_content": "hm"})
    _, body = _request(Message.system("be kind"), answer, Message.tool_result("call_1", "blue"))
    assert body["messages"] == [
        {"role": "system", "content": "be kind"},
        {
            "role": "assistant",
            "reasoning_content": "hm",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "look", "arguments": '{"at": "sky"}'},
                }
            ],
        },
        {"role": "tool", "content": "blue", "tool_call_id": "call_1"},
    ]


def test_options_become_fields() -> None:
    """What the caller chose is sent, zero included; what was not chosen is not."""
    options = Options(
        temperature=0.0,
        max_tokens=5,
        tools=(MappingProxyType(_TOOL),),
        tool_choice="auto",
        extra={"top_p": 0.5, "stream_options": {}},
    )
    _, body = _request(options=options)
    assert body["temperature"] == 0.0
    assert body["max_tokens"] == 5
    assert body["tools"] == [_TOOL]
    assert body["tool_choice"] == "auto"
    assert body["top_p"] == 0.5
    assert body["stream_options"] == {}
    assert "response_format" not in body


@pytest.mark.parametrize(
    ("schema", "wrapped"),
    [
        pytest.param({"type": "object"}, {"name": "answer", "schema": {"type": "object"}}, id="bare"),
        pytest.param(
            {"title": "My Plan!"}, {"name": "My_Plan", "schema": {"title": "My Plan!"}}, id="titled"
        ),
        pytest.param(
            {"name": "n", "schema": {}, "strict": True},
            {"name": "n", "schema": {}, "strict": True},
            id="wrapped",
        ),
    ],
)
def test_a_schema_becomes_a_response_format(schema: dict[str, Any], wrapped: dict[str, Any]) -> None:
    """A bare JSON Schema gets the wrapping and the name that the API wants."""
    _, body = _request(options=Options(json_schema=schema))
    assert body["response_format"] == {"type": "json_schema", "json_schema": wrapped}


def test_the_secret_is_nowhere_in_the_request() -> None:
    """The credential travels beside the headers; the transport adds it, once it has checked the host."""
    credential = Credential(
        secret=Secret("sk-very-secret"),
        source="env",
        origins=frozenset({Origin.of("https://api.example.com")}),
    )
    request, _ = _request(route=_route(credential=credential))
    assert request.credential is credential
    assert "sk-very-secret" not in repr(request)


def test_route_headers_are_sent_beside_ours() -> None:
    """A profile may add headers, but not change what the body is."""
    headers = {"X-Title": "t", "Content-Type": "text/plain"}
    request, _ = _request(route=_route(headers=headers))
    assert dict(request.headers) == {
        "content-type": "application/json",
        "accept": "text/event-stream, application/json",
        "X-Title": "t",
    }


def test_text_that_no_encoding_holds_is_sent_mended() -> None:
    """Half a surrogate pair, as from a badly decoded file, does not stop the request."""
    _, body = _request(Message.user("a\ud83d — ü 🌍"))
    assert body["messages"][0]["content"] == "a? — ü 🌍"


def test_what_other_dialects_left_stays_here() -> None:
    """Fields that only another dialect of the same host can read are no part of the chat form."""
    extra = {"thinking_blocks": [1], "reasoning_items": [2], "reasoning_content": "hm"}
    origin = "https://api.example.com"
    _, body = _request(Message(role="assistant", content="a", extra=extra, origin=origin))
    assert body["messages"] == [{"role": "assistant", "content": "a", "reasoning_content": "hm"}]


def test_only_dialects_we_speak_are_found() -> None:
    """A dialect that is not here yet is in no list, which makes a link not ready rather than wrong."""
    assert isinstance(dialect("chat_completions"), ChatCompletions)
    assert "codex_app_server" not in spoken()
