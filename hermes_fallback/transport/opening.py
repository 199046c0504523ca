"""A connection being made in a thread of its own, since nothing interrupts a blocking name lookup."""

from __future__ import annotations

import threading

import httpx

from hermes_fallback.transport.errors import FOREIGN, silent, unreached
from hermes_fallback.transport.line import Line

__all__ = ["Opening"]


class Opening:
    """Sends *request* on a new line. Whoever gives up waiting leaves the thread to clean up after itself."""

    def __init__(self, line: Line, request: httpx.Request) -> None:
        self._line = line
        self._request = request
        self._lock = threading.Lock()
        self._connected = threading.Event()
        self._ended = threading.Event()
        self._is_abandoned = False
        self._response: httpx.Response | None = None
        self._error: Exception | None = None
        # A daemon: a lookup that hangs must not keep the program from ending.
        threading.Thread(target=self._run, name="hermes-fallback-connect", daemon=True).start()

    def await_connection(self, limit_s: float) -> None:
        """Return when the request goes out, or everything has failed already.

        Raises:
            httpx.ConnectTimeout: neither came about within *limit_s* seconds.
        """
        if not self._connected.wait(limit_s):
            raise unreached(limit_s)

    def result(self, limit_s: float) -> httpx.Response:
        """The head of the answer.

        Raises:
            httpx.ReadTimeout: it did not come within *limit_s* seconds.
            httpx.HTTPError: what the connection failed with.
        """
        if not self._ended.wait(limit_s):
            raise silent()
        if self._response is None:
            raise self._error or httpx.TransportError("the connecting thread died")
        return self._response

    def abandon(self) -> None:
        """Stop waiting for it: the connection is closed now, or as soon as there is one."""
        with self._lock:
            self._is_abandoned = True
            is_over = self._ended.is_set()
        if is_over:
            self._line.close()
        else:
            self._line.cut()

    def _run(self) -> None:
        try:
            self._response = self._line.send(self._request, self._connected.set)
        except FOREIGN as error:
            self._error = error
        finally:
            with self._lock:
                self._ended.set()
                is_abandoned = self._is_abandoned
            self._connected.set()
            if is_abandoned or self._response is None:
                self._line.close()
