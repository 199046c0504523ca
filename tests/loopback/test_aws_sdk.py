"""AWS's own library is the witness that the loopback providers speak Bedrock's Converse."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

from hermes_fallback.loopback.planted import CERTIFICATE
from hermes_fallback.loopback.server import Loopback

_KEY = "bedrock-key-loopback"
_SCHEMA: Any = {"json": {"type": "object", "properties": {}}}
_ASKED: Any = {
    "modelId": "us.acme.m-v1:0",
    "messages": [{"role": "user", "content": [{"text": "one two"}]}],
    "toolConfig": {"tools": [{"toolSpec": {"name": "look", "inputSchema": _SCHEMA}}]},
}
_HEARD = "p heard 1 messages, the last of them: one two"


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """One provider with a key and one model."""
    spec = {"name": "p", "key": _KEY, "models": [_ASKED["modelId"]], "tls": True}
    with Loopback([spec]) as running:
        yield running


@pytest.fixture
def connect(
    loopback: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Any]]:
    """Makes the library's client with a key of Bedrock's own; it does not retry."""
    certificate = tmp_path / "certificate.pem"
    certificate.write_text(CERTIFICATE)
    with contextlib.ExitStack() as made:

        def _connected(key: str) -> Any:
            monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", key)
            client = boto3.Session(region_name="us-east-1").client(
                "bedrock-runtime",
                endpoint_url=loopback.base_url("p").removesuffix("/v1"),
                verify=str(certificate),
                config=Config(retries={"total_max_attempts": 1}, read_timeout=5, connect_timeout=5),
            )
            return made.enter_context(contextlib.closing(client))

        yield _connected


@pytest.fixture
def client(connect: Callable[[str], Any]) -> Any:
    """One that has the key."""
    return connect(_KEY)


def _whole(client: Any) -> Any:
    return client.converse(**_ASKED)


def _streamed(client: Any) -> list[dict[str, Any]]:
    with contextlib.closing(client.converse_stream(**_ASKED)["stream"]) as events:
        return list(events)


def _deltas(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["contentBlockDelta"]["delta"] for event in events if "contentBlockDelta" in event]


def test_a_whole_answer(loopback: Loopback, client: Any) -> None:
    """Reasoning, text, the reason it stopped and the count of tokens arrive."""
    loopback.script("p", {"behaviour": "ok", "reasoning": "hm"})
    answer = _whole(client)
    reasoning, text = answer["output"]["message"]["content"]
    assert reasoning["reasoningContent"]["reasoningText"]["text"] == "hm"
    assert text == {"text": _HEARD}
    assert answer["stopReason"] == "end_turn"
    assert answer["usage"] == {"inputTokens": 2, "outputTokens": 10, "totalTokens": 12}


def test_a_streamed_answer(loopback: Loopback, client: Any) -> None:
    """The same in frames whose checksums the library verifies, and events that its model of the service knows."""
    loopback.script("p", {"behaviour": "ok", "reasoning": "hm"})
    events = _streamed(client)
    assert "SDK_UNKNOWN_MEMBER" not in {name for event in events for name in event}
    deltas = _deltas(events)
    assert deltas[0] == {"reasoningContent": {"text": "hm"}}
    assert "".join(delta.get("text", "") for delta in deltas) == _HEARD
    assert len(deltas) > 3
    assert events[-2] == {"messageStop": {"stopReason": "end_turn"}}
    assert events[-1]["metadata"]["usage"]["totalTokens"] == 12


def test_a_tool_call(loopback: Loopback, client: Any) -> None:
    """The first tool on offer is called, with arguments that come whole or in pieces."""
    loopback.script("p", {"behaviour": "tool_call", "arguments": {"at": "sky"}})
    answer = _whole(client)
    (used,) = answer["output"]["message"]["content"]
    assert (used["toolUse"]["name"], used["toolUse"]["input"]) == ("look", {"at": "sky"})
    assert answer["stopReason"] == "tool_use"
    pieces = [delta["toolUse"]["input"] for delta in _deltas(_streamed(client))]
    assert "".join(pieces) == '{"at": "sky"}'


@pytest.mark.parametrize("ask", [_whole, _streamed], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("step", "status", "kind"),
    [
        ("rate_limit", 429, "ThrottlingException"),
        ("quota", 400, "ServiceQuotaExceededException"),
        ("unauthorized", 401, "UnrecognizedClientException"),
        ("forbidden", 403, "AccessDeniedException"),
        ("model_not_found", 404, "ResourceNotFoundException"),
        ("context_overflow", 400, "ValidationException"),
        ("server_error", 500, "InternalServerException"),
        ("overloaded", 503, "ServiceUnavailableException"),
    ],
)
def test_errors_are_the_librarys_own(
    loopback: Loopback, client: Any, step: str, status: int, kind: str, ask: Any
) -> None:
    """Each fault is raised under the name that AWS has for it, with the id of the request."""
    loopback.script("p", step)
    with pytest.raises(ClientError) as caught:
        ask(client)
    told = caught.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (kind, status)
    assert told["ResponseMetadata"]["RequestId"] == loopback.received("p")[-1].request_id


def test_an_error_inside_a_stream(loopback: Loopback, client: Any) -> None:
    """The library raises our exception as one."""
    loopback.script("p", {"behaviour": "error_in_stream", "after": 2})
    with pytest.raises(EventStreamError, match="internalServerException"):
        _streamed(client)


def test_a_refusal_is_an_answer(loopback: Loopback, client: Any) -> None:
    """It comes under status 200, with a reason of its own."""
    loopback.script("p", {"behaviour": "refusal", "text": "I would"})
    assert _whole(client)["stopReason"] == "content_filtered"


def test_another_key_is_refused(connect: Callable[[str], Any]) -> None:
    """So that the key is known to have come."""
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        _whole(connect("another"))
