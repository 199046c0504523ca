"""The carrier for callers that wait."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import httpx

from hermes_fallback.model.credential import Credential
from hermes_fallback.model.failure import AttemptFailed, Failure
from hermes_fallback.model.limits import Timeouts
from hermes_fallback.transport.errors import (
    ERROR_BODY_BYTES,
    FOREIGN,
    failed,
    status_failure,
)
from hermes_fallback.transport.line import Line, Lines
from hermes_fallback.transport.message import decoder_for, headers_of, outgoing, without_read_limit
from hermes_fallback.transport.network import origin_of
from hermes_fallback.transport.opening import Opening
from hermes_fallback.transport.watchdog import Watchdog
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["Carrier", "Exchange"]

_DRAIN_S = 0.01
"""The end of a stream comes right behind its last event; waiting for it keeps the connection."""


class Exchange:
    """One answer: its head is here, its body is read in pieces. Close it, or read it to its end."""

    def __init__(
        self,
        response: httpx.Response,
        line: Line,
        lines: Lines,
        watchdog: Watchdog,
        credential: Credential | None,
    ) -> None:
        self.status = response.status_code
        self.headers = headers_of(response)
        self._response, self._line, self._lines, self._watchdog = response, line, lines, watchdog
        self._credential = credential
        self._decoder = decoder_for(response)
        self._chunks: Iterator[bytes] = iter(response.stream)  # type: ignore[arg-type]  # never the async kind
        self._is_open = True
        self._is_over = False

    def read(self, timeout_s: float) -> bytes:
        """The next decoded bytes, `b""` at the end. Takes *timeout_s* seconds at most, whatever dribbles in.

        Raises:
            AttemptFailed: nothing came in time, the connection broke, or the body is not what it claims.
        """
        if self._is_over:
            return b""
        with self._discarding():
            with self._watchdog.guard(self._line.socket, timeout_s):
                data = self._next()
            if not data:
                self._is_over = True
                self._let_go()
            return data

    def failure(self, timeout_s: float, *, provider: str | None = None) -> Failure:
        """The failure that this answer is, for any status but 200. Its body is read as far as it comes."""
        due_s = time.monotonic() + timeout_s
        body = b""
        with contextlib.suppress(AttemptFailed):
            while len(body) < ERROR_BODY_BYTES and (data := self.read(due_s - time.monotonic())):
                body += data
        self.close()
        return status_failure(self.status, self.headers, body, provider=provider, credential=self._credential)

    def close(self) -> None:
        """Let go of the connection: it is kept if the answer is over, and closed if not."""
        if self._is_open:
            with self._discarding():
                self._drain()
                self._let_go()

    def _next(self) -> bytes:
        if not self._is_open:
            raise httpx.StreamClosed
        while (raw := self._decoder.pending or next(self._chunks, None)) is not None:
            if data := self._decoder.decode(raw):
                return data
        return b""

    def _drain(self) -> None:
        with contextlib.suppress(*FOREIGN), self._watchdog.guard(self._line.socket, _DRAIN_S):
            while next(self._chunks, None) is not None:
                pass

    def _let_go(self) -> None:
        self._is_open = False
        self._response.close()
        self._lines.give_back(self._line)

    @contextlib.contextmanager
    def _discarding(self) -> Iterator[None]:
        """Close the connection however the block fails, Ctrl-C included."""
        try:
            yield
        except FOREIGN as error:
            self._discard()
            raise failed(error, credential=self._credential) from error
        except BaseException:
            self._discard()
            raise

    def _discard(self) -> None:
        self._is_open = False
        with contextlib.suppress(*FOREIGN):
            self._response.close()
        self._line.close()


class Carrier:
    """Sends requests and gives their answers, over connections that it keeps. Safe to use from threads."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._watchdog = Watchdog()

    def open(self, request: HttpRequest, *, timeouts: Timeouts) -> Exchange:
        """The answer to *request*, whatever its status; redirects are answers, and not followed.

        Waits `connect_s` for a connection, and `first_token_s` in all for the answer's head.

        Raises:
            CredentialError: the credential is not bound to where the request goes; nothing was sent.
            AttemptFailed: there was no answer.
        """
        try:
            message = outgoing(request, timeouts)
            origin = origin_of(request.url)
            if line := self._lines.take(origin):
                response = self._again(line, message, timeouts)
            else:
                line = self._lines.new(origin)
                response = _afresh(line, message, timeouts)
            without_read_limit(message)
            return Exchange(response, line, self._lines, self._watchdog, request.credential)
        except FOREIGN as error:
            raise failed(error, credential=request.credential, before_head=True) from error

    def close(self) -> None:
        """Close every connection; an exchange that is still open breaks."""
        self._lines.close()
        self._watchdog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _again(self, line: Line, message: httpx.Request, timeouts: Timeouts) -> httpx.Response:
        """The head of the answer over a connection that stands: no thread, and the watchdog as the clock."""
        with _closing_on_error(line), self._watchdog.guard(line.socket, timeouts.first_token_s):
            return line.send(message)


@contextlib.contextmanager
def _closing_on_error(line: Line) -> Iterator[None]:
    try:
        yield
    except BaseException:
        line.close()
        raise


def _afresh(line: Line, message: httpx.Request, timeouts: Timeouts) -> httpx.Response:
    """The head of the answer over a new connection."""
    due_s = time.monotonic() + timeouts.first_token_s
    connect_s = min(timeouts.connect_s, timeouts.first_token_s)
    opening = Opening(line, message)
    try:
        opening.await_connection(connect_s)
        return opening.result(due_s - time.monotonic())
    except BaseException:
        opening.abandon()
        raise
