"""One connection to one origin, and the lines that are kept for the next request."""

from __future__ import annotations

import threading
import time
from typing import Generic, TypeVar
from weakref import WeakSet

import httpcore

from hermes_fallback.model.origin import Origin
from hermes_fallback.transport.http1 import Http1
from hermes_fallback.transport.message import Message
from hermes_fallback.transport.way import Way

__all__ = ["DRAIN_S", "IDLE_S", "READ_BYTES", "Line", "Lines", "left_s"]

IDLE_S = 30.0
"""Below the patience of the proxies and firewalls between us, which drop idle connections without a word."""
DRAIN_S = 0.01
"""The end of a stream comes right behind its last event; waiting for it keeps the connection."""
READ_BYTES = 64 * 1024
_KEPT = 8
_S = TypeVar("_S", bound=httpcore.NetworkStream | httpcore.AsyncNetworkStream)


class Line(Generic[_S]):
    """A connection that carries one request at a time."""

    def __init__(self, way: Way, stream: _S) -> None:
        self.origin = way.origin
        self.stream = stream
        self.http = Http1()
        self.idle_since_s = 0.0
        self._forwarder = way.forwarder

    def request(self, message: Message) -> bytes:
        """The bytes that *message* is on this line.

        Raises:
            h11.LocalProtocolError: it would not be valid HTTP.
        """
        target, headers = message.target, message.headers
        if self._forwarder:
            target, headers = f"{self.origin}{target}", {**self._forwarder.authorization, **headers}
        return self.http.request(message.method, target, headers, message.body)

    @property
    def is_usable(self) -> bool:
        """True while the connection stands, is quiet, and has not been idle for too long."""
        if time.monotonic() - self.idle_since_s > IDLE_S:
            return False
        return not self.stream.get_extra_info("is_readable")


class Lines(Generic[_S]):
    """The idle lines of every origin. Safe to use from several threads; its users close what they get."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[Origin, list[Line[_S]]] = {}
        self._all: WeakSet[Line[_S]] = WeakSet()
        self._is_closed = False

    def add(self, line: Line[_S]) -> None:
        """Know of *line*, so that `close` tells of it."""
        with self._lock:
            self._all.add(line)

    def take(self, origin: Origin) -> Line[_S] | None:
        """The line to *origin* that was used last, usable or not."""
        with self._lock:
            idle = self._idle.get(origin)
            return idle.pop() if idle else None

    def keep(self, line: Line[_S]) -> bool:
        """Keep *line* for the next request; False if it cannot serve one."""
        line.idle_since_s = time.monotonic()
        with self._lock:
            idle = self._idle.setdefault(line.origin, [])
            is_wanted = not self._is_closed and len(idle) < _KEPT and line.http.is_done()
            if is_wanted:
                idle.append(line)
            return is_wanted

    def close(self) -> list[Line[_S]]:
        """Every line, in use or not; nothing is kept from now on."""
        with self._lock:
            self._is_closed = True
            lines = list(self._all)
            self._idle.clear()
            return lines


def left_s(due_s: float) -> float:
    """The seconds until *due_s*.

    Raises:
        httpcore.ReadTimeout: there are none.
    """
    left = due_s - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
