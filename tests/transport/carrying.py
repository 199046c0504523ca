"""Both carriers behind one face, and a server that sends exactly the bytes it is told to."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from hermes_fallback.model.failure import Failure
from hermes_fallback.model.limits import Timeouts
from hermes_fallback.transport.asynchronous import AsyncCarrier, AsyncExchange
from hermes_fallback.transport.synchronous import Carrier, Exchange
from hermes_fallback.wire.exchange import HttpRequest

Piece = bytes | float | None
"""Bytes to send, seconds to wait, or None to reset the connection."""


class RawServer:
    """Accepts connections one after the other and plays *pieces* to each, whatever it is asked."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.received = bytearray()
        self.connections = 0
        self._pieces = pieces
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.01)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Drop everything."""
        self._over.set()
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                self.received += connection.recv(65536)
                self._play(connection)

    def _play(self, connection: socket.socket) -> None:
        for piece in self._pieces:
            if piece is None:
                linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return
            if isinstance(piece, bytes):
                connection.sendall(piece)
            elif self._over.wait(piece):
                return


class ScriptedPeer:
    """Takes one connection, and answers each thing it receives with the next of *replies*."""

    def __init__(self, replies: Sequence[bytes]) -> None:
        self.received: list[bytes] = []
        self._replies = replies
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(5)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Wait for the end of the script."""
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            for reply in self._replies:
                self.received.append(connection.recv(65536))
                connection.sendall(reply)


class Opened:
    """An exchange of either kind, waited for."""

    def __init__(self, exchange: Exchange | AsyncExchange, wait: Callable[[Any], Any]) -> None:
        self._exchange, self._wait = exchange, wait
        self.status, self.headers = exchange.status, exchange.headers

    def read(self, timeout_s: float = 2.0) -> bytes:
        return bytes(self._wait(self._exchange.read(timeout_s)))

    def read_all(self, timeout_s: float = 2.0) -> bytes:
        body = b""
        while data := self.read(timeout_s):
            body += data
        return body

    def failure(self, timeout_s: float = 2.0) -> Failure:
        failure = self._wait(self._exchange.failure(timeout_s, provider="p"))
        assert isinstance(failure, Failure)
        return failure

    def close(self) -> None:
        self._wait(self._exchange.close())


class AnyCarrier:
    """A carrier of either kind, waited for."""

    def __init__(self, carrier: Carrier | AsyncCarrier, wait: Callable[[Any], Any]) -> None:
        self._carrier, self._wait = carrier, wait

    def open(self, request: HttpRequest, **limits: float) -> Opened:
        timeouts = Timeouts(**{"connect_s": 2.0, "first_token_s": 2.0, **limits})
        return Opened(self._wait(self._carrier.open(request, timeouts=timeouts)), self._wait)

    def close(self) -> None:
        self._wait(self._carrier.close())
