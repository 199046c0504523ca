"""The official SDK is the witness that the loopback providers speak Anthropic's messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from hermes_fallback.loopback.server import Loopback

_KEY = "sk-ant-loopback"
_ASKED: Any = {"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": "one two"}]}
_HEARD = "p heard 1 messages, the last of them: one two"
_TOOLS: Any = [{"name": "look", "input_schema": {"type": "object", "properties": {}}}]


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """One provider with a key and two models."""
    with Loopback([{"name": "p", "key": _KEY, "models": ["m", "m2"]}]) as running:
        yield running


@pytest.fixture(params=["", "/anthropic"], ids=["root", "below-anthropic"])
def client(request: pytest.FixtureRequest, loopback: Loopback) -> Iterator[Any]:
    """The SDK's client, which does not retry."""
    base_url = loopback.base_url("p").removesuffix("/v1") + request.param
    with anthropic.Anthropic(base_url=base_url, api_key=_KEY, max_retries=0, timeout=5) as made:
        yield made


def _ask(client: Any, *, stream: bool) -> Any:
    if not stream:
        return client.messages.create(**_ASKED, tools=_TOOLS)
    with client.messages.stream(**_ASKED, tools=_TOOLS) as events:
        return events.get_final_message()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_an_answer(loopback: Loopback, client: Any, *, stream: bool) -> None:
    """Thinking, text, the reason it stopped and the count of tokens arrive."""
    loopback.script("p", {"behaviour": "ok", "reasoning": "hm"})
    answer = _ask(client, stream=stream)
    assert [block.type for block in answer.content] == ["thinking", "text"]
    assert (answer.content[0].thinking, answer.content[1].text) == ("hm", _HEARD)
    assert (answer.stop_reason, answer.model, answer.role) == ("end_turn", "m", "assistant")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (2, 10)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_tool_call(loopback: Loopback, client: Any, *, stream: bool) -> None:
    """The first tool on offer is called, with arguments that the SDK puts together."""
    loopback.script("p", {"behaviour": "tool_call", "arguments": {"at": "sky"}})
    answer = _ask(client, stream=stream)
    assert [(block.type, block.name, block.input) for block in answer.content] == [
        ("tool_use", "look", {"at": "sky"})
    ]
    assert answer.stop_reason == "tool_use"


def test_text_comes_in_pieces(client: Any) -> None:
    """A stream is one, not an answer in a single event."""
    with client.messages.stream(**_ASKED) as events:
        assert len(list(events.text_stream)) > 3


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("step", "error", "kind"),
    [
        ("rate_limit", "RateLimitError", "rate_limit_error"),
        ("quota", "BadRequestError", "invalid_request_error"),
        ("payment_required", "APIStatusError", "billing_error"),
        ("unauthorized", "AuthenticationError", "authentication_error"),
        ("forbidden", "PermissionDeniedError", "permission_error"),
        ("not_found", "NotFoundError", "not_found_error"),
        ("model_not_found", "NotFoundError", "not_found_error"),
        ("payload_too_large", "APIStatusError", "request_too_large"),
        ("context_overflow", "BadRequestError", "invalid_request_error"),
        ("content_policy", "BadRequestError", "invalid_request_error"),
        ("unsupported_parameter", "BadRequestError", "invalid_request_error"),
        ("server_error", "InternalServerError", "api_error"),
        ("overloaded", "APIStatusError", "overloaded_error"),
        ("overloaded_529", "APIStatusError", "overloaded_error"),
    ],
)
def test_errors_are_the_sdks_own(
    loopback: Loopback, client: Any, step: str, error: str, kind: str, *, stream: bool
) -> None:
    """Each fault is raised as the class the SDK has for it, with its type and the id of the request."""
    loopback.script("p", step)
    with pytest.raises(getattr(anthropic, error)) as caught:
        _ask(client, stream=stream)
    assert caught.value.body["error"]["type"] == kind
    assert caught.value.request_id == loopback.received("p")[-1].request_id


def test_an_error_inside_a_stream(loopback: Loopback, client: Any) -> None:
    """The SDK recognises our `error` event as one."""
    loopback.script("p", {"behaviour": "error_in_stream", "after": 2})
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        _ask(client, stream=True)


def test_a_refusal_is_an_answer(loopback: Loopback, client: Any) -> None:
    """It comes under status 200, with a reason of its own."""
    loopback.script("p", {"behaviour": "refusal", "text": "I would"})
    assert _ask(client, stream=True).stop_reason == "refusal"


@pytest.mark.parametrize("behaviour", ["reset", "refuse"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_connection_without_an_answer(
    loopback: Loopback, client: Any, behaviour: str, *, stream: bool
) -> None:
    """It is the connection that the SDK blames."""
    loopback.script("p", behaviour)
    with pytest.raises(anthropic.APIConnectionError):
        _ask(client, stream=stream)


@pytest.mark.parametrize("behaviour", ["cut_before_content", "cut", "cut_in_tool_call"])
def test_a_cut_stream_is_no_answer(loopback: Loopback, client: Any, behaviour: str) -> None:
    """The SDK tells it by the missing end of the exchange."""
    loopback.script("p", behaviour)
    with pytest.raises(Exception, match="peer closed connection"):
        _ask(client, stream=True)


def test_the_list_is_in_the_dialect(client: Any) -> None:
    """The SDK reads the models, and asks with the same key."""
    assert [model.id for model in client.models.list()] == ["m", "m2"]
