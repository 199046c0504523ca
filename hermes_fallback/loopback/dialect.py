"""What a behaviour says, and who writes it down: answers, faults, and the dialects they are written in."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

__all__ = ["Answer", "Dialect", "Event", "Fault", "Part", "ServerSent", "Tool", "first", "halves", "words"]

CREATED = 1_700_000_000
"""When every answer was made."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A call of the tool *name* with *arguments*, which are JSON."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer as it is meant, before a dialect puts it into words."""

    model: str = ""
    text: str | None = None
    """None leaves no place for text; without a tool either, the answer holds nothing at all."""
    reasoning: str = ""
    tool: Tool | None = None
    finish: str | None = "stop"
    """As a chat would call it: `stop`, `length`, `tool_calls`, `content_filter`; None is no evidence of an end."""
    asked_tokens: int = 0
    wants_usage: bool = True

    @property
    def answered_tokens(self) -> int:
        """How many tokens the text has, where a word is one."""
        return len((self.text or "").split())

    @property
    def heart(self) -> str:
        """The part of it that a reader waits for."""
        return self.tool.arguments if self.tool else self.text or ""


class Part(Enum):
    """What an event of a stream is to its reader."""

    FRAME = "frame"
    """It holds no content: a role, an empty block, a sign of life."""
    CONTENT = "content"
    END = "end"
    """It is the evidence that the answer has ended, or the count that comes with it."""
    DONE = "done"
    """It follows the evidence and says nothing new."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream, as bytes."""

    part: Part
    data: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as a dialect words it."""

    status: int
    message: str
    """May hold `{model}` and the other places that `Call.filled` fills."""
    kind: str | None = None
    """The error's type; None is the usual one of the status."""
    code: object = None
    param: str | None = None


class Dialect(Hashable, Protocol):
    """Writes answers and faults down."""

    name: str
    """As a link's `api_mode` calls it."""
    key_headers: Sequence[str]
    """The headers that may hold the key."""
    id_header: str
    """The header with the request's id."""
    faults: Mapping[str, Fault]
    """Every fault by the name of its behaviour."""
    stream_type: str
    """The content type of a stream."""
    comments: Sequence[bytes]
    """What may stand in a stream and is no event."""

    def whole(self, answer: Answer) -> dict[str, Any]:
        """*answer* in one document."""
        ...

    def events(self, answer: Answer) -> tuple[Event, ...]:
        """*answer* as a stream."""
        ...

    def idle(self, answer: Answer) -> tuple[bytes, ...]:
        """Events that tell a reader nothing but that somebody is there."""
        ...

    def framed(self, data: bytes) -> bytes:
        """*data*, whatever that is, as an event of a stream."""
        ...

    def error(self, fault: Fault, request_id: str) -> dict[str, Any]:
        """*fault* as the body of an error status."""
        ...

    def error_headers(self, fault: Fault) -> Mapping[str, str]:
        """What the head of an error says of *fault*."""
        ...

    def failed(self, fault: Fault, answer: Answer, request_id: str) -> dict[str, Any]:
        """*fault* where a whole answer is expected."""
        ...

    def failed_event(self, fault: Fault, answer: Answer, request_id: str) -> bytes:
        """*fault* in the middle of a stream."""
        ...

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        """The list of models."""
        ...


class ServerSent:
    """What the dialects share whose streams are server-sent events."""

    stream_type = "text/event-stream; charset=utf-8"
    comments: Sequence[bytes] = (b": keep-alive\n\n",)

    def framed(self, data: bytes) -> bytes:
        """*data* in an event without a name."""
        return b"data: " + data + b"\n\n"

    def error_headers(self, fault: Fault) -> Mapping[str, str]:  # noqa: ARG002  # the body says it all
        """Nothing."""
        return {}


def first(events: Sequence[Event], after: int) -> list[Event]:
    """The events with the first *after* pieces of content, and with no evidence of an end."""
    taken: list[Event] = []
    for event in events:
        after -= event.part is Part.CONTENT
        if after < 0 or event.part in {Part.END, Part.DONE}:
            break
        taken.append(event)
    return taken


def words(text: str | None) -> list[str]:
    """*text* in the pieces it is streamed in."""
    return re.findall(r"\s*\S+\s*?(?=\s|$)|\s+$", text or "")


def halves(text: str) -> tuple[str, str]:
    """*text* in two."""
    return text[: len(text) // 2], text[len(text) // 2 :]
