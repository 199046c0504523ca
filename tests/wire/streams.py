"""Responses read by a dialect, and the bytes they are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from hermes_fallback.model.failure import AttemptFailed, Failure
from hermes_fallback.model.route import Route
from hermes_fallback.transcript.conversation import Conversation, Message, Options
from hermes_fallback.wire.dialects import dialect
from hermes_fallback.wire.exchange import Event, HttpRequest, Reader

SSE = "text/event-stream; charset=utf-8"
JSON = "application/json"


def reader(api_mode: str, content_type: str = SSE) -> Reader:
    """A reader for one response."""
    return dialect(api_mode).reader(content_type, provider="p")


def read(api_mode: str, slices: Sequence[bytes], content_type: str = SSE) -> list[Event]:
    """All events of a response that comes in *slices*."""
    one = reader(api_mode, content_type)
    return [event for data in slices for event in one.feed(data)] + one.finish()


def every_slicing(body: bytes) -> list[list[bytes]]:
    """*body* whole, in two pieces cut anywhere, and byte by byte."""
    return [
        [body],
        *([body[:at], body[at:]] for at in range(1, len(body))),
        [body[i : i + 1] for i in range(len(body))],
    ]


def failure(api_mode: str, body: bytes, content_type: str = SSE) -> Failure:
    """What is left of a response that is no answer."""
    with pytest.raises(AttemptFailed) as caught:
        read(api_mode, [body], content_type)
    return caught.value.failure


def named(*documents: Mapping[str, Any]) -> bytes:
    """Events that bear the name of their documents' type."""
    return b"".join(f"event: {d['type']}\ndata: {json.dumps(d)}\n\n".encode() for d in documents)


def route(api_mode: str, base_url: str = "https://api.example.com/v1", **fields: Any) -> Route:
    """A route to a model of no provider we know."""
    return Route(**{"provider": "p", "model": "m-1", "base_url": base_url, "api_mode": api_mode, **fields})


def request(to: Route, *messages: Message, options: Options | None = None) -> tuple[HttpRequest, Any]:
    """The request that continues *messages*, and its body."""
    said = Conversation(messages or (Message.user("hi"),))
    made = dialect(to.api_mode).request(said, to, options or Options())
    return made, json.loads(made.body)
