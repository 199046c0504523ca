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

__all__ = ["Request", "Responder", "Source", "read_request"]

_LINE_BYTES = 64 * 1024
_BODY_BYTES = 64 * 1024 * 1024
_IDLE_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, whole."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""

    @property
    def document(self) -> Any:
        """The body as JSON, or None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Source:
    """Reads a connection, and notices when the client leaves while its answer is being made."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._ahead = b""

    async def line(self) -> bytes:
        """The next line without its end; empty at an empty line and at the end."""
        line = self._ahead + await self._reader.readline()
        self._ahead = b""
        return line.rstrip(b"\r\n")

    async def exactly(self, size: int) -> bytes:
        """The next *size* bytes."""
        return await self._reader.readexactly(size)

    async def departure(self) -> None:
        """Return when the client has closed its side; never, if it sends its next request instead."""
        self._ahead = await self._reader.read(1)
        if self._ahead:
            await asyncio.Event().wait()


async def read_request(source: Source) -> Request | None:
    """The next request, or None when the client has none or sends something else."""
    async with asyncio.timeout(_IDLE_S):
        first = (await source.line()).decode("latin-1").split(" ")
    if len(first) != 3:
        return None
    headers: dict[str, str] = {}
    while line := await source.line():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return Request(
        method=first[0], path=first[1].partition("?")[0], headers=headers, body=await _body(source, headers)
    )


async def _body(source: Source, headers: Mapping[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", ""):
        body = b""
        while size := int((await source.line()).partition(b";")[0], 16):
            body += await source.exactly(min(size, _BODY_BYTES))
            await source.line()
        await source.line()
        return body
    length = headers.get("content-length", "0")
    return await source.exactly(min(int(length), _BODY_BYTES)) if length.isdigit() else b""


class Responder:
    """Writes one answer, well or badly."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.keeps_alive = True
        """False when nothing more can follow on this connection."""

    async def whole(
        self, status: int, body: bytes, *, kind: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """A complete answer of content type *kind*."""
        await self.head(status, {"content-type": kind, "content-length": str(len(body)), **(headers or {})})
        await self.raw(body)

    async def json(self, status: int, document: object, headers: Mapping[str, str] | None = None) -> None:
        """A complete answer of JSON."""
        await self.whole(status, json.dumps(document).encode(), kind="application/json", headers=headers)

    async def head(self, status: int, headers: Mapping[str, str]) -> None:
        """The status line and headers."""
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        await self.raw("\r\n".join([*lines, "", ""]).encode("latin-1"))

    async def chunk(self, data: bytes) -> None:
        """One chunk of a body whose head said `transfer-encoding: chunked`; an empty one ends it."""
        await self.raw(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._writer.write(data)
        await self._writer.drain()

    async def hang_up(self, *, reset: bool = False) -> None:
        """Close the connection wherever the answer stands; with *reset*, rudely."""
        self.keeps_alive = False
        if reset:
            await asyncio.sleep(0.02)  # what was sent before arrives first, on every system
            sock = self._writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()
        else:
            self._writer.close()
