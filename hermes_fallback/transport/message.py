"""Our request as httpx takes it, and the head of its response as we give it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import httpx

from hermes_fallback.model.limits import Timeouts
from hermes_fallback.transport.content import Decoder
from hermes_fallback.transport.sealing import sealed
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["decoder_for", "headers_of", "outgoing", "without_read_limit"]

_BEHIND_S = 1.0


def outgoing(request: HttpRequest, timeouts: Timeouts) -> httpx.Request:
    """*request* with its secret, ready to leave. httpx's own limits are a fence a second behind our clocks.

    Raises:
        CredentialError: the credential is not bound to where the request goes.
        httpx.InvalidURL: the address is not valid.
    """
    connect_s, answer_s = timeouts.connect_s + _BEHIND_S, timeouts.first_token_s + _BEHIND_S
    limits = {"connect": connect_s, "pool": connect_s, "write": answer_s, "read": answer_s}
    return httpx.Request(
        request.method,
        request.url,
        headers=sealed(request),
        content=request.body,
        extensions={"timeout": limits},
    )


def without_read_limit(request: httpx.Request) -> None:
    """Let the body of the answer take as long as each `read` says."""
    request.extensions["timeout"]["read"] = None


def headers_of(response: httpx.Response) -> Mapping[str, str]:
    """The headers by lower-case name, a repeated one joined with commas."""
    return MappingProxyType(dict(response.headers.items()))


def decoder_for(response: httpx.Response) -> Decoder:
    """The decoder that the response's headers ask for."""
    is_stream = "event-stream" in response.headers.get("content-type", "").lower()
    return Decoder(response.headers.get("content-encoding", "").strip().lower(), is_stream=is_stream)
