"""As much of HTTP/1.1 as a misbehaving provider needs: requests in, and answers broken at any point."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

__all__ = ["Request", "Responder", "take_request"]

_HEAD_BYTES = 64 * 1024
_REQUEST_BYTES = 64 * 1024 * 1024
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, whole."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    document: Any
    """The body as JSON, or None where it is none."""


def take_request(heard: bytearray) -> Request | None:
    """The next request, taken out of *heard*, or None while it is not whole.

    Raises:
        ValueError: what was heard is no request.
    """
    end = heard.find(b"\r\n\r\n")
    if len(heard) > (_HEAD_BYTES if end < 0 else _REQUEST_BYTES):
        raise ValueError("the request has no end")
    if end < 0:
        return None
    first, *lines = heard[:end].decode("latin-1").split("\r\n")
    method, target, _version = first.split(" ")
    path, _, query = target.partition("?")
    named = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in named}
    taken = _body(heard, end + 4, headers)
    if taken is None:
        return None
    body, end = taken
    del heard[:end]
    return Request(method=method, path=path, query=query, headers=headers, document=_parsed(body))


def _body(heard: bytearray, begin: int, headers: Mapping[str, str]) -> tuple[bytes, int] | None:
    """The body that begins there, and where it ends."""
    if "chunked" in headers.get("transfer-encoding", ""):
        return _chunked(heard, begin)
    length = headers.get("content-length", "0")
    end = begin + (int(length) if length.isdigit() else 0)
    return (bytes(heard[begin:end]), end) if len(heard) >= end else None


def _chunked(heard: bytearray, at: int) -> tuple[bytes, int] | None:
    body = b""
    while (line_end := heard.find(b"\r\n", at)) >= 0:
        size = abs(int(heard[at:line_end].partition(b";")[0], 16))
        begin, at = line_end + 2, line_end + 4 + size
        if len(heard) < at:
            return None
        if not size:
            return body, at
        body += heard[begin : begin + size]
    return None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


class Responder:
    """Writes one answer, well or badly. What is written without a pause in between leaves at once."""

    def __init__(self, transport: asyncio.Transport, headers: Mapping[str, str] | None = None) -> None:
        self._transport = transport
        self._headers = headers or {}
        """What every answer's head holds."""
        self._waiting: list[bytes] = []
        self._has_sent = False
        self.keeps_alive = True
        """False when nothing more can follow on this connection."""

    def whole(self, status: int, body: bytes, *, kind: str, headers: Mapping[str, str] | None = None) -> None:
        """A complete answer of content type *kind*."""
        self.head(status, {"content-type": kind, "content-length": str(len(body)), **(headers or {})})
        self.raw(body)

    def json(self, status: int, document: object, headers: Mapping[str, str] | None = None) -> None:
        """A complete answer of JSON."""
        self.whole(status, json.dumps(document).encode(), kind="application/json", headers=headers)

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        """The status line and headers."""
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
        fields = {**self._headers, **headers}
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in fields.items())]
        self.raw("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def chunk(self, data: bytes) -> None:
        """One chunk of a body whose head said `transfer-encoding: chunked`; an empty one ends it."""
        self.raw(b"%x\r\n%b\r\n" % (len(data), data))

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._waiting.append(data)

    def flush(self) -> None:
        """Let everything leave that was written."""
        if self._waiting:
            self._transport.write(b"".join(self._waiting))
            self._waiting.clear()
            self._has_sent = True

    async def pause(self, seconds: float) -> None:
        """Let everything leave, and nothing follow for *seconds*."""
        self.flush()
        await asyncio.sleep(seconds)

    async def hang_up(self, *, reset: bool = False) -> None:
        """Close the connection wherever the answer stands; with *reset*, rudely."""
        self.keeps_alive = False
        self.flush()
        if not reset:
            self._transport.close()
            return
        if self._has_sent:
            await asyncio.sleep(0.02)  # what was sent before arrives first, on every system
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()
