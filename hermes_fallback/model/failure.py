"""Failure: what a failed attempt left behind, before anybody has judged it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["AttemptFailed", "Failure", "Transport"]


class Transport(StrEnum):
    """How the failure reached us."""

    HTTP = "http"
    """An answer with an error status."""
    EXCEPTION = "exception"
    """No answer: a library raised. `exception` is its class name, `body` its text."""
    SSE = "sse"
    """An error event inside a stream that began well."""
    BODY200 = "body200"
    """A whole answer with status 200 that is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The evidence: everything classification may look at, as it came off the wire."""

    transport: Transport
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: str = ""
    """Response text, event data or the exception's message; at most a few kilobytes."""
    exception: str | None = None
    """Class name of what was raised, such as `ConnectError`."""
    provider: str | None = None
    hung_up: bool = False
    """The host took the connection and closed it before any byte of its answer."""


class AttemptFailed(Exception):
    """Raised by transports and dialects to hand a `Failure` to the driver; users never see it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.exception or failure.status or failure.transport)
        self.failure = failure
