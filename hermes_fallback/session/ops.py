"""The operations a turn asks of its driver: the whole of its contact with the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hermes_fallback.model.credential import Credential
from hermes_fallback.model.limits import Timeouts
from hermes_fallback.session.events import Event, Notice
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["Explain", "Op", "Open", "Permit", "Read", "Renew", "Response", "Show", "Sleep"]


class Response(Protocol):
    """The head of a response; drivers know how to read the rest."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Header values by lower-case name."""


@dataclass(frozen=True, slots=True)
class Open:
    """Send *request*; answer with a `Response`, or throw `AttemptFailed`."""

    request: HttpRequest
    timeouts: Timeouts


@dataclass(frozen=True, slots=True)
class Read:
    """Read the next bytes within *limit_s* seconds; answer with `b""` at the end."""

    response: Response
    limit_s: float


@dataclass(frozen=True, slots=True)
class Explain:
    """Read the body of an error response; answer with the `Failure` it tells of."""

    response: Response
    limit_s: float
    provider: str


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Permit:
    """Ask the user whether the conversation may move; answer with a bool."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class Renew:
    """Get *credential* anew; answer with it as it is good now, or with the `CredentialError` that tells why not."""

    credential: Credential
    refused: bool
    """True where the host has just refused it as it is."""


@dataclass(frozen=True, slots=True)
class Show:
    """Hand *event* to the caller."""

    event: Event


Op = Open | Read | Explain | Sleep | Permit | Renew | Show
