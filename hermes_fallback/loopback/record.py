"""What the providers received, in the order it came."""

from __future__ import annotations

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
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """The parsed JSON, or None."""
    behaviour: str
    """What it got."""

    @property
    def authorization(self) -> str | None:
        """The credential as it came."""
        return self.headers.get("authorization")


class Record:
    """The requests of all providers."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._received: list[Received] = []

    def add(self, provider: str, request: Request, behaviour: str) -> None:
        """Note that *provider* received *request* and answers it with *behaviour*."""
        self._received.append(
            Received(
                number=len(self._received) + 1,
                at_s=time.monotonic() - self._began_s,
                provider=provider,
                method=request.method,
                path=request.path,
                headers=dict(request.headers),
                body=request.document,
                behaviour=behaviour,
            )
        )

    def received(self, provider: str | None = None) -> tuple[Received, ...]:
        """The requests so far, of *provider* or of all."""
        return tuple(one for one in tuple(self._received) if provider in {None, one.provider})

    def documents(self) -> list[dict[str, Any]]:
        """The requests so far, ready for JSON."""
        return [asdict(one) for one in self.received()]
