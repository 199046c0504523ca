"""What passes between a dialect and a transport: a request, and the events that response bytes become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hermes_fallback.model.credential import Credential
from hermes_fallback.model.route import Route
from hermes_fallback.transcript.conversation import Conversation, Options, ToolCall

__all__ = ["Called", "Dialect", "Ended", "Event", "HttpRequest", "Reader", "Reasoned", "Said", "Usage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request without its secret: the transport adds that last, after checking where it goes."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    credential: Credential | None = None
    auth_header: str = "Authorization"
    auth_scheme: str = "Bearer"
    """Put before the secret; empty for headers that hold the bare key, such as `x-api-key`."""
    changes: tuple[str, ...] = ()
    """What of the conversation is not sent as the caller wrote it, in words."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them."""

    input_tokens: int | None = None
    """All that was read, what came from a cache included."""
    output_tokens: int | None = None
    total_tokens: int | None = None
    cached_tokens: int | None = None
    """Of the input, what was read from a cache."""
    cache_written_tokens: int | None = None
    """Of the input, what was put into one."""


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A piece of the model's reasoning, where the provider shows it."""

    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """A complete tool call; never a part of one."""

    call: ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The evidence that the answer is whole. Always last, and exactly once."""

    finish_reason: str
    usage: Usage | None = None
    model: str | None = None
    """The model the provider says it was."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the assistant message to give back to the same provider."""


Event = Said | Reasoned | Called | Ended
"""Every event but `Ended` is content: it feeds the clocks and may be shown."""


class Reader(Protocol):
    """Turns the bytes of one response into events.

    Both methods raise `AttemptFailed` when the response is an error, is malformed, or ends without evidence. What
    came before that is given first, and the next call raises: feed nothing to see whether more is to be waited for.
    """

    @property
    def pieces(self) -> int:
        """How many pieces of content have come, parts of unfinished tool calls among them.

        A clock that sees it grow sees progress; a long tool call is one event, at its very end.
        """

    @property
    def usage(self) -> Usage | None:
        """The tokens counted so far, also of an answer that breaks off later."""

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by *data*, any slice of the response body."""

    def finish(self) -> list[Event]:
        """The events that were waiting for the end of the body."""


class Dialect(Protocol):
    """One way to speak to a provider."""

    def request(self, conversation: Conversation, route: Route, options: Options) -> HttpRequest:
        """The request that continues *conversation* on *route*, asking for a stream."""

    def reader(self, content_type: str, *, provider: str) -> Reader:
        """A reader for one response of status 200; a provider may answer whole though asked to stream."""
