"""One small document, whole: a model list, an account. Nothing streams, and one clock holds for all of it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hermes_fallback.model.failure import AttemptFailed, Failure, Transport
from hermes_fallback.model.limits import Timeouts
from hermes_fallback.transport.errors import ERROR_BODY_BYTES, scrubbed
from hermes_fallback.transport.synchronous import Carrier, Exchange
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["Fetched", "fetch", "misfit"]

_OK = 200
_BODY_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer, whatever its status."""

    status: int
    body: bytes
    """The document of a 200, else empty."""
    failure: Failure | None
    """What any other status amounts to."""
    latency_ms: float
    """From the request to the head of the answer, the connection included."""


def fetch(carrier: Carrier, request: HttpRequest, *, timeout_s: float, provider: str) -> Fetched:
    """The answer to *request*, within *timeout_s* seconds from the name lookup to its last byte.

    Raises:
        CredentialError: the credential is not bound to where the request goes; nothing was sent.
        AttemptFailed: there was no answer, not all of it came in time, or it has over 8 MiB.
    """
    began_s = time.monotonic()
    due_s = began_s + timeout_s
    exchange = carrier.open(request, timeouts=Timeouts(connect_s=timeout_s, first_token_s=timeout_s))
    latency_ms = (time.monotonic() - began_s) * 1000
    try:
        if exchange.status == _OK:
            body, failure = _body(exchange, due_s), None
        else:
            body, failure = b"", exchange.failure(due_s - time.monotonic(), provider=provider)
    finally:
        exchange.close()
    return Fetched(status=exchange.status, body=body, failure=failure, latency_ms=latency_ms)


def misfit(fetched: Fetched, request: HttpRequest, *, provider: str) -> Failure:
    """The failure that a 200 is when its document is not what *request* asked for."""
    text = fetched.body[:ERROR_BODY_BYTES].decode("utf-8", "replace")
    body = scrubbed(text, request.credential)
    return Failure(transport=Transport.BODY200, status=_OK, body=body, provider=provider)


def _body(exchange: Exchange, due_s: float) -> bytes:
    pieces: list[bytes] = []
    left_bytes = _BODY_BYTES
    while data := exchange.read(due_s - time.monotonic()):
        pieces.append(data)
        left_bytes -= len(data)
        if left_bytes < 0:
            body = f"the answer is larger than {_BODY_BYTES // 2**20} MiB"
            raise AttemptFailed(Failure(transport=Transport.BODY200, status=_OK, body=body))
    return b"".join(pieces)
