"""Our request as it leaves, and what the head of its answer asks of us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from hermes_fallback.model.origin import Origin
from hermes_fallback.transport.content import Decoder
from hermes_fallback.transport.network import origin_of
from hermes_fallback.transport.sealing import sealed
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["Message", "decoder_for", "outgoing"]

_TARGET = re.compile(r"[^:]*://[^/?#]*([^#]*)")
_MAY_STAND = "/?:@!$&'()*+,;=%[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request with its secret, ready to leave. Its headers are not for showing."""

    origin: Origin
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


def outgoing(request: HttpRequest) -> Message:
    """*request* as it leaves.

    Raises:
        CredentialError: the credential is not bound to where the request goes.
        httpcore.UnsupportedProtocol: the address is not an http(s) one.
        h11.LocalProtocolError: a header would not be valid HTTP.
    """
    origin = origin_of(request.url)
    host = str(origin).partition("://")[2]
    headers = {"host": host if host.isascii() else host.encode("idna").decode(), **sealed(request)}
    if request.body or request.method == "POST":
        headers["content-length"] = str(len(request.body))
    return Message(
        origin=origin,
        method=request.method,
        target=_target(request.url),
        headers=headers,
        body=request.body,
    )


def decoder_for(headers: Mapping[str, str]) -> Decoder:
    """The decoder that the answer's *headers* ask for."""
    kind = headers.get("content-type", "").lower()
    is_stream = "event-stream" in kind or "eventstream" in kind  # the latter is AWS's
    return Decoder(headers.get("content-encoding", "").strip().lower(), is_stream=is_stream)


def _target(url: str) -> str:
    match = _TARGET.match(url)
    target = quote(match[1], safe=_MAY_STAND) if match else ""
    return target if target.startswith("/") else f"/{target}"
