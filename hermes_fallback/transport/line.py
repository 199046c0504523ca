"""One connection to one origin, and the lines that are kept for the next request."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakSet

import httpx

from hermes_fallback.model.origin import Origin
from hermes_fallback.transport.network import Certificates, proxy_for
from hermes_fallback.transport.watchdog import shut_down

__all__ = ["IDLE_S", "Line", "Lines"]

IDLE_S = 30.0
"""Below the patience of the proxies and firewalls between us, which drop idle connections without a word."""
_KEPT = 8
_ONE_AT_A_TIME = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=None)


class Line:
    """A connection that carries one request at a time, and knows its socket, so that it can be cut.

    An `httpx.Client` would add cookies, redirects and credentials from `.netrc`, and take a third longer.
    """

    def __init__(self, origin: Origin, transport: httpx.HTTPTransport) -> None:
        self.origin = origin
        self.idle_since_s = 0.0
        self.socket: socket.socket | None = None
        self._stream: Any = None
        self._transport = transport

    def send(self, request: httpx.Request, on_connected: Callable[[], None] = lambda: None) -> httpx.Response:
        """The head of the answer. *on_connected* is called when the request begins to go out."""

        def trace(event: str, info: Mapping[str, Any]) -> None:
            if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
                self._know(info.get("return_value"))
            elif is_sending(event, info):
                on_connected()

        request.extensions["trace"] = trace
        response = self._transport.handle_request(request)
        self._know(response.extensions.get("network_stream"))
        return response

    @property
    def is_usable(self) -> bool:
        """True while the connection stands, is quiet, and has not been idle for too long."""
        if self._stream is None or time.monotonic() - self.idle_since_s > IDLE_S:
            return False
        return not self._stream.get_extra_info("is_readable")

    def cut(self) -> None:
        """End whatever another thread does on this line."""
        shut_down(self.socket)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def _know(self, stream: Any) -> None:
        if stream is not None:
            self._stream, self.socket = stream, stream.get_extra_info("socket")


class Lines:
    """The idle lines of every origin. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[Origin, list[Line]] = {}
        self._all: WeakSet[Line] = WeakSet()
        self._certificates = Certificates()
        self._is_closed = False

    def take(self, origin: Origin) -> Line | None:
        """A line that stands, or None: then the caller makes a `new` one."""
        while True:
            with self._lock:
                idle = self._idle.get(origin)
                line = idle.pop() if idle else None
            if line is None or line.is_usable:
                return line
            line.close()

    def new(self, origin: Origin) -> Line:
        """A line that connects with its first request."""
        with self._lock:
            trusted = self._certificates.trusted(origin)
        transport = httpx.HTTPTransport(verify=trusted, proxy=proxy_for(origin), limits=_ONE_AT_A_TIME)
        line = Line(origin, transport)
        with self._lock:
            self._all.add(line)
        return line

    def give_back(self, line: Line) -> None:
        """Keep *line* for the next request, if it can serve one."""
        line.idle_since_s = time.monotonic()
        with self._lock:
            idle = self._idle.setdefault(line.origin, [])
            if not self._is_closed and len(idle) < _KEPT and line.is_usable:
                idle.append(line)
                return
        line.close()

    def close(self) -> None:
        """Close every line, in use or not."""
        with self._lock:
            self._is_closed = True
            lines = list(self._all)
            self._idle.clear()
        for line in lines:
            line.close()


def is_sending(event: str, info: Mapping[str, Any]) -> bool:
    """True for the trace event of our own request going out; a proxy's CONNECT goes before it."""
    if not event.endswith(".send_request_headers.started"):
        return False
    return bool(getattr(info.get("request"), "method", b"") != b"CONNECT")
