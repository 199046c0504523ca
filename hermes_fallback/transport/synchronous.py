"""The carrier for callers that wait."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import httpcore

from hermes_fallback.model.credential import Credential
from hermes_fallback.model.failure import AttemptFailed, Failure
from hermes_fallback.model.limits import Timeouts
from hermes_fallback.model.origin import Origin
from hermes_fallback.transport.errors import (
    ERROR_BODY_BYTES,
    FOREIGN,
    StreamClosed,
    failed,
    status_failure,
    unreached,
)
from hermes_fallback.transport.http1 import Head
from hermes_fallback.transport.line import DRAIN_S, READ_BYTES, Line, Lines, left_s
from hermes_fallback.transport.lookup import Lookup, addresses_of, found
from hermes_fallback.transport.message import Message, decoder_for, outgoing
from hermes_fallback.transport.network import Certificates
from hermes_fallback.transport.way import Secure, Way
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["Carrier", "Exchange"]

_SENT_BYTES = 64 * 1024
_Stream = httpcore.NetworkStream


class Exchange:
    """One answer: its head is here, its body is read in pieces. Close it, or read it to its end."""

    def __init__(
        self, head: Head, line: Line[_Stream], lines: Lines[_Stream], credential: Credential | None
    ) -> None:
        self.status = head.status
        self.headers = head.headers
        self._line, self._lines = line, lines
        self._credential = credential
        self._decoder = decoder_for(head.headers)
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
            data = self._next(time.monotonic() + timeout_s)
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

    def _next(self, due_s: float) -> bytes:
        if not self._is_open:
            raise StreamClosed
        left_s(due_s)  # what is here already is late as well
        while raw := self._decoder.pending or self._raw(due_s):
            if data := self._decoder.decode(raw):
                return data
        return b""

    def _raw(self, due_s: float) -> bytes:
        while (raw := self._line.http.body()) is None:
            _receive(self._line, due_s)
        return raw

    def _drain(self) -> None:
        due_s = time.monotonic() + DRAIN_S
        with contextlib.suppress(*FOREIGN):
            while self._raw(due_s):
                pass

    def _let_go(self) -> None:
        self._is_open = False
        if not self._lines.keep(self._line):
            self._line.stream.close()

    @contextlib.contextmanager
    def _discarding(self) -> Iterator[None]:
        """Close the connection however the block fails, Ctrl-C included."""
        try:
            yield
        except BaseException as error:
            self._is_open = False
            self._line.stream.close()
            if isinstance(error, FOREIGN):
                raise failed(error, credential=self._credential) from error
            raise


class Carrier:
    """Sends requests and gives their answers, over connections that it keeps. Safe to use from threads.

    *lookup* gives the addresses of hosts in place of the system.
    """

    def __init__(self, *, lookup: Lookup = addresses_of) -> None:
        self._lines: Lines[_Stream] = Lines()
        self._certificates = Certificates()
        self._lookup = lookup

    def open(self, request: HttpRequest, *, timeouts: Timeouts) -> Exchange:
        """The answer to *request*, whatever its status; redirects are answers, and not followed.

        Waits `connect_s` for a connection, and `first_token_s` in all for the answer's head.

        Raises:
            CredentialError: the credential is not bound to where the request goes; nothing was sent.
            AttemptFailed: there was no answer.
        """
        due_s = time.monotonic() + timeouts.first_token_s
        line = None
        try:
            message = outgoing(request)
            line = self._kept(message.origin) or self._connected(message.origin, timeouts)
            self._lines.add(line)
            return Exchange(_answered(line, message, due_s), line, self._lines, request.credential)
        except FOREIGN as error:
            is_silent = line is not None and not line.http.has_begun
            raise failed(error, credential=request.credential, is_silent=is_silent) from error

    def close(self) -> None:
        """Close every connection; an exchange that is still open breaks."""
        for line in self._lines.close():
            line.stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _kept(self, origin: Origin) -> Line[_Stream] | None:
        while (line := self._lines.take(origin)) and not line.is_usable:
            line.stream.close()
        return line

    def _connected(self, origin: Origin, timeouts: Timeouts) -> Line[_Stream]:
        limit_s = min(timeouts.connect_s, timeouts.first_token_s)
        due_s = time.monotonic() + limit_s
        way = Way.to(origin, self._certificates)
        try:
            stream = _reached(*way.nearest, self._lookup, due_s)
            return Line(way, _travelled(way, stream, due_s))
        except (httpcore.TimeoutException, TimeoutError):
            raise unreached(limit_s) from None


def _travelled(way: Way, stream: _Stream, due_s: float) -> _Stream:
    stages, came = way.stages(), None
    try:
        while True:
            stage = next(stages) if came is None else stages.send(came)
            if isinstance(stage, Secure):
                stream = stream.start_tls(stage.trusted, stage.host, left_s(due_s))
                came = None
            else:
                stream.write(stage, left_s(due_s))
                came = stream.read(READ_BYTES, left_s(due_s))
    except StopIteration:
        return stream
    except BaseException:
        stream.close()
        raise


def _reached(host: str, port: int, lookup: Lookup, due_s: float) -> _Stream:
    """A connection to the first address that takes one; each gets its share of the time."""
    addresses = found(host, lookup, left_s(due_s))
    for left, address in zip(range(len(addresses), 1, -1), addresses, strict=False):
        with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
            return _backend.connect_tcp(address, port, left_s(due_s) / left)
    return _backend.connect_tcp(addresses[-1], port, left_s(due_s))


def _answered(line: Line[_Stream], message: Message, due_s: float) -> Head:
    try:
        _send(line, line.request(message), due_s)
        while not (head := line.http.head()):
            _receive(line, due_s)
    except BaseException:
        line.stream.close()
        raise
    return head


def _send(line: Line[_Stream], data: bytes, due_s: float) -> None:
    with contextlib.suppress(httpcore.WriteError):  # it may have answered before it hung up
        for start in range(0, len(data), _SENT_BYTES):
            line.stream.write(data[start : start + _SENT_BYTES], left_s(due_s))


def _receive(line: Line[_Stream], due_s: float) -> None:
    line.http.feed(line.stream.read(READ_BYTES, left_s(due_s)))


_backend = httpcore.SyncBackend()
