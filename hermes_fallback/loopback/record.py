"""What the providers received, in the order it came."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hermes_fallback.loopback.http import Request

__all__ = ["Received", "Record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request, whole, with its secrets: they are planted ones."""

    number: int
    at_s: float
    """Seconds since the providers began."""
    provider: str
    method: str
    path: str
    query: str
    """What followed the path's question mark."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """The parsed JSON, or None."""
    dialect: str | None
    """The `api_mode` it is written in; None where it is no conversation, such as a request for the list."""
    behaviour: str
    """What it got."""
    request_id: str
    """The id that its answer has in the head."""

    @property
    def authorization(self) -> str | None:
        """The credential as it came."""
        return self.headers.get("authorization") or self.headers.get("x-api-key")


class Record:
    """The requests of all providers."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._name = secrets.token_hex(8)
        self._received: list[Received] = []

    def add(self, provider: str, request: Request, *, behaviour: str, dialect: str | None) -> Received:
        """Note that *provider* received *request*, written in *dialect*, and answers it with *behaviour*."""
        number = len(self._received) + 1
        received = Received(
            number=number,
            at_s=time.monotonic() - self._began_s,
            provider=provider,
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=request.document,
            dialect=dialect,
            behaviour=behaviour,
            request_id=f"req_{self._name}{number:08x}",
        )
        self._received.append(received)
        return received

    def received(self, provider: str | None = None) -> tuple[Received, ...]:
        """The requests so far, of *provider* or of all."""
        return tuple(one for one in tuple(self._received) if provider in {None, one.provider})

    def documents(self) -> list[dict[str, Any]]:
        """The requests so far, ready for JSON."""
        return [asdict(one) for one in self.received()]
