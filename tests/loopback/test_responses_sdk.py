"""The official SDK is the witness that the loopback providers speak OpenAI's responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from hermes_fallback.loopback.server import Loopback

_KEY = "sk-loopback"
_ASKED: Any = {"model": "m", "input": [{"role": "user", "content": "one two"}], "instructions": "be brief"}
_HEARD = "p heard 2 messages, the last of them: one two"
_TOOLS: Any = [
    {"type": "function", "name": "look", "strict": False, "parameters": {"type": "object", "properties": {}}}
]


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """One provider with a key."""
    with Loopback([{"name": "p", "key": _KEY}]) as running:
        yield running


@pytest.fixture
def client(loopback: Loopback) -> Iterator[Any]:
    """The SDK's client, which does not retry."""
    with openai.OpenAI(base_url=loopback.base_url("p"), api_key=_KEY, max_retries=0, timeout=5) as made:
        yield made


def _ask(client: Any, *, stream: bool) -> Any:
    if not stream:
        return client.responses.create(**_ASKED, tools=_TOOLS)
    with client.responses.stream(**_ASKED, tools=_TOOLS) as events:
        return events.get_final_response()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_an_answer(loopback: Loopback, client: Any, *, stream: bool) -> None:
    """Reasoning, text, the status and the count of tokens arrive."""
    loopback.script("p", {"behaviour": "ok", "reasoning": "hm"})
    answer = _ask(client, stream=stream)
    assert [item.type for item in answer.output] == ["reasoning", "message"]
    assert (answer.output[0].summary[0].text, answer.output_text) == ("hm", _HEARD)
    assert (answer.status, answer.model) == ("completed", "m")
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.total_tokens) == (4, 10, 14)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_tool_call(loopback: Loopback, client: Any, *, stream: bool) -> None:
    """The first tool on offer is called, with its arguments."""
    loopback.script("p", {"behaviour": "tool_call", "arguments": {"at": "sky"}})
    call = _ask(client, stream=stream).output[0]
    assert (call.type, call.name, call.arguments) == ("function_call", "look", '{"at": "sky"}')


def test_events_come_in_the_order_of_the_reference(loopback: Loopback, client: Any) -> None:
    """Numbered without a gap, each item and part added before its deltas and done after them."""
    loopback.script("p", {"behaviour": "ok", "text": "a b"})
    events = list(client.responses.create(**_ASKED, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type.removeprefix("response.") for event in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("step", "error", "code"),
    [
        ("rate_limit", "RateLimitError", "rate_limit_exceeded"),
        ("quota", "RateLimitError", "insufficient_quota"),
        ("payment_required", "APIStatusError", "invalid_request_error"),
        ("unauthorized", "AuthenticationError", "invalid_api_key"),
        ("forbidden", "PermissionDeniedError", "permission_denied"),
        ("model_not_found", "NotFoundError", "model_not_found"),
        ("payload_too_large", "APIStatusError", "request_too_large"),
        ("context_overflow", "BadRequestError", "context_length_exceeded"),
        ("content_policy", "BadRequestError", "content_policy_violation"),
        ("unsupported_parameter", "BadRequestError", "unsupported_parameter"),
        ("server_error", "InternalServerError", None),
        ("gateway_timeout", "InternalServerError", None),
        ("overloaded_529", "InternalServerError", "overloaded"),
    ],
)
def test_errors_are_the_sdks_own(
    loopback: Loopback, client: Any, step: str, error: str, code: str | None, *, stream: bool
) -> None:
    """Each fault is raised as the class the SDK has for it, with its code and the id of the request."""
    loopback.script("p", step)
    with pytest.raises(getattr(openai, error)) as caught:
        _ask(client, stream=stream)
    assert caught.value.code == code
    assert caught.value.request_id == loopback.received("p")[-1].request_id


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_failed_response_is_one(loopback: Loopback, client: Any, *, stream: bool) -> None:
    """Under status 200, whole or as the stream's last event."""
    loopback.script("p", "error_in_stream" if stream else "error_in_200")
    answer = (
        list(client.responses.create(**_ASKED, stream=True))[-1].response
        if stream
        else _ask(client, stream=False)
    )
    assert (answer.status, answer.error.code) == ("failed", "server_error")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("step", "reason"),
    [("refusal", "content_filter"), ({"behaviour": "null_content", "finish": "length"}, "max_output_tokens")],
    ids=["refusal", "length"],
)
def test_an_incomplete_response_says_why(
    loopback: Loopback, client: Any, step: object, reason: str, *, stream: bool
) -> None:
    """A filter or the limit of tokens ends a response that is not complete."""
    loopback.script("p", step)
    answer = (
        list(client.responses.create(**_ASKED, stream=True))[-1].response
        if stream
        else _ask(client, stream=False)
    )
    assert (answer.status, answer.incomplete_details.reason) == ("incomplete", reason)
