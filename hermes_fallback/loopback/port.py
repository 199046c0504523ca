"""A port on loopback, and the connections to it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable

from hermes_fallback.loopback.http import Request, Responder, take_request

__all__ = ["Port", "Serve"]

_BACKLOG = 256
Serve = Callable[[Request, asyncio.Transport], Awaitable[Responder]]
"""Answers one request on its connection, and gives back what it answered with."""


class Port:
    """A free port of *host* that is ours while we live, whether anybody listens on it or not."""

    def __init__(self, serve: Serve, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.serve = serve
        self._host = socket.gethostbyname(host)
        self._tls = tls
        # Bound and never listening: it holds the number, and the kernel refuses who comes.
        self._holder = _bound(self._host, 0)
        self.number: int = self._holder.getsockname()[1]
        self.connections = 0
        """How many were accepted so far."""
        self.open: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    @property
    def is_listening(self) -> bool:
        """True when connections are accepted."""
        return self._server is not None

    async def listen(self) -> None:
        """Accept connections."""
        if self._server is None:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: _Connection(self),
                sock=_bound(self._host, self.number),
                backlog=_BACKLOG,
                ssl=self._tls,
            )

    def refuse(self) -> None:
        """Accept no more connections, drop the idle ones, and the others once they are answered."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in self.open:
            connection.drop_idle()

    async def close(self) -> None:
        """Drop every connection and give the number back."""
        self.refuse()
        dropped = list(self.open)
        for connection in dropped:
            connection.abort()
        for connection in dropped:
            await connection.gone.wait()
        self._holder.close()


class _Connection(asyncio.Protocol):
    """Hears requests, one after another, and lets the port answer each while the client stays."""

    _transport: asyncio.Transport

    def __init__(self, port: Port) -> None:
        self._port = port
        self._heard = bytearray()
        self._answering: asyncio.Task[None] | None = None
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # asyncio gives a stream nothing else
        self._transport = transport
        self._port.connections += 1
        self._port.open.add(self)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if self._answering is None:
            self._next()

    def eof_received(self) -> None:
        self._leave()

    def connection_lost(self, _error: Exception | None) -> None:
        self._leave()
        self._port.open.discard(self)
        self.gone.set()

    def drop_idle(self) -> None:
        """Close, unless an answer is under way."""
        if self._answering is None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def _leave(self) -> None:
        if self._answering is not None:
            self._answering.cancel()

    def _next(self) -> None:
        try:
            request = take_request(self._heard)
        except ValueError:
            self._transport.close()
            return
        if request is not None:
            self._answering = asyncio.ensure_future(self._answer(request))

    async def _answer(self, request: Request) -> None:
        goes_on = False
        try:
            responder = await self._port.serve(request, self._transport)
            responder.flush()
            goes_on = responder.keeps_alive and self._port.is_listening
        finally:
            self._answering = None
            if not goes_on:
                self._transport.close()
        if goes_on:
            self._next()


def _bound(host: str, port: int) -> socket.socket:
    # TCP by name: asyncio turns Nagle's delay off only for sockets that say so.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind((host, port))
    return sock
