"""The official SDK is the witness that the loopback providers speak OpenAI."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from hermes_fallback.loopback.server import Loopback

_KEY = "sk-loopback"
_HISTORY: Any = [
    {"role": "system", "content": "be brief"},
    {"role": "user", "content": "one"},
    {"role": "assistant", "content": "two"},
    {"role": "user", "content": "three"},
]
_HEARD = "p heard 4 messages, the last of them: three"
_TOOLS: Any = [
    {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
]


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """One provider with a key and two models."""
    with Loopback([{"name": "p", "key": _KEY, "models": ["m", "m2"]}]) as running:
        yield running


@pytest.fixture
def client(loopback: Loopback) -> Iterator[Any]:
    """The SDK's client, which does not retry."""
    with openai.OpenAI(base_url=loopback.base_url("p"), api_key=_KEY, max_retries=0, timeout=5) as made:
        yield made


def _ask(client: Any, **fields: Any) -> Any:
    return client.chat.completions.create(**{"model": "m", "messages": _HISTORY, **fields})


def test_a_whole_answer(client: Any) -> None:
    """The SDK parses answer, finish reason, usage and model; the answer proves the history came along."""
    answer = _ask(client)
    assert answer.choices[0].message.content == _HEARD
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.model, answer.object) == ("m", "chat.completion")
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


@pytest.mark.parametrize("wants_usage", [True, False])
def test_a_streamed_answer(client: Any, wants_usage: bool) -> None:
    """A role first, then several pieces, a finish reason, and the tokens only if they were asked for."""
    options = {"stream_options": {"include_usage": True}} if wants_usage else {}
    chunks = list(_ask(client, stream=True, **options))
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == _HEARD
    assert sum(bool(delta.content) for delta in deltas) > 3
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert [bool(chunk.usage) for chunk in chunks][-1] is wants_usage


def test_asynchronous_use(loopback: Loopback) -> None:
    """The SDK's other client gets the same, whole and streamed, side by side."""

    async def main() -> list[str]:
        async with openai.AsyncOpenAI(base_url=loopback.base_url("p"), api_key=_KEY, max_retries=0) as client:

            async def whole() -> str:
                answer = await client.chat.completions.create(model="m", messages=_HISTORY)
                return str(answer.choices[0].message.content)

            async def streamed() -> str:
                stream = await client.chat.completions.create(model="m", messages=_HISTORY, stream=True)
                return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

            return await asyncio.gather(*(make() for make in (whole, streamed) for _ in range(10)))

    assert asyncio.run(main()) == [_HEARD] * 20


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_call_and_its_result(loopback: Loopback, client: Any, stream: bool) -> None:
    """The SDK's own accumulator puts the call together; the result is part of the next request."""
    loopback.script("p", [{"behaviour": "tool_call", "arguments": {"at": "sky"}}, "ok"])
    if stream:
        with client.chat.completions.stream(model="m", messages=_HISTORY, tools=_TOOLS) as events:
            message = events.get_final_completion().choices[0].message
    else:
        message = _ask(client, tools=_TOOLS).choices[0].message
    call = message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == ("look", {"at": "sky"})
    result = {"role": "tool", "tool_call_id": call.id, "content": "blue"}
    answer = _ask(client, messages=[*_HISTORY, message.model_dump(exclude_none=True), result])
    assert answer.choices[0].message.content == "p heard 6 messages, the last of them: blue"


def test_the_list_of_models(client: Any) -> None:
    """Models are listed, and the script does not move."""
    assert [model.id for model in client.models.list()] == ["m", "m2"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("step", "error", "code"),
    [
        ("rate_limit", "RateLimitError", "rate_limit_exceeded"),
        ("quota", "RateLimitError", "insufficient_quota"),
        ("unauthorized", "AuthenticationError", "invalid_api_key"),
        ("forbidden", "PermissionDeniedError", "permission_denied"),
        ("not_found", "NotFoundError", None),
        ("model_not_found", "NotFoundError", "model_not_found"),
        ("server_error", "InternalServerError", None),
        ("bad_gateway", "InternalServerError", None),
        ("overloaded", "InternalServerError", "overloaded"),
        ({"behaviour": "overloaded", "status": 529}, "InternalServerError", "overloaded"),
        ("context_overflow", "BadRequestError", "context_length_exceeded"),
        ("content_policy", "BadRequestError", "content_policy_violation"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_errors_are_the_sdks_own(
    loopback: Loopback, client: Any, step: object, error: str, code: str | None, stream: bool
) -> None:
    """Each refusal is raised as the class the SDK has for it, with its code."""
    loopback.script("p", [step])
    with pytest.raises(getattr(openai, error)) as caught:
        _ask(client, stream=stream)
    assert caught.value.code == code


def test_a_retry_after_is_heard(loopback: Loopback) -> None:
    """The SDK, left to retry, waits as told and is answered."""
    loopback.script("p", [{"behaviour": "rate_limit", "retry_after": 0.01, "headers": {"x-a": "b"}}, "ok"])
    with openai.OpenAI(base_url=loopback.base_url("p"), api_key=_KEY, max_retries=1) as client:
        assert _ask(client).choices[0].message.content == _HEARD
    assert len(loopback.received("p")) == 2


def test_a_wrong_key_is_refused(loopback: Loopback) -> None:
    """Only the planted key is taken, and a refusal does not use up the script."""
    loopback.script("p", ["server_error"])
    with (
        openai.OpenAI(base_url=loopback.base_url("p"), api_key="sk-wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        _ask(client)
    assert loopback.received("p")[0].behaviour == "unauthorized"


def test_a_wrong_model_is_not_found(client: Any) -> None:
    """Only the provider's models are served."""
    with pytest.raises(openai.NotFoundError, match="`other` does not exist"):
        _ask(client, model="other")


def test_an_error_inside_a_stream(loopback: Loopback, client: Any) -> None:
    """The SDK recognises our in-band error as one."""
    loopback.script("p", ["error_in_stream"])
    with pytest.raises(openai.APIError, match="had an error"):
        list(_ask(client, stream=True))


@pytest.mark.parametrize("behaviour", ["hang", "stall", "keepalive_only"])
@pytest.mark.parametrize("stream", [False, True])
def test_silence_times_the_sdk_out(loopback: Loopback, client: Any, behaviour: str, stream: bool) -> None:
    """Silence is silence for the SDK too, where no keep-alive deceives it."""
    loopback.script(
        "p", [{"behaviour": behaviour, **({"every_s": 9} if behaviour == "keepalive_only" else {})}]
    )
    with pytest.raises(Exception, match=r"[Tt]imed out"):
        list(_ask(client.with_options(timeout=0.1), stream=stream))


def test_a_refused_connection(loopback: Loopback, client: Any) -> None:
    """Nobody listens: a connection error."""
    loopback.script("p", ["refuse"])
    with pytest.raises(openai.APIConnectionError):
        _ask(client)
