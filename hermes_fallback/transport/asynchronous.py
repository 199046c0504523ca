"""The carrier for callers on an asyncio loop."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self
from weakref import WeakKeyDictionary

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
from hermes_fallback.transport.lookup import Lookup, addresses_of, found_soon
from hermes_fallback.transport.message import Message, decoder_for, outgoing
from hermes_fallback.transport.network import Certificates
from hermes_fallback.transport.way import Secure, Way
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["AsyncCarrier", "AsyncExchange"]

_Stream = httpcore.AsyncNetworkStream


class AsyncExchange:
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

    async def read(self, timeout_s: float) -> bytes:
        """The next decoded bytes, `b""` at the end. Takes *timeout_s* seconds at most, whatever dribbles in.

        Raises:
            AttemptFailed: nothing came in time, the connection broke, or the body is not what it claims.
        """
        if self._is_over:
            return b""
        async with self._discarding():
            data = await self._next(time.monotonic() + timeout_s)
            if not data:
                self._is_over = True
                await self._let_go()
            return data

    async def failure(self, timeout_s: float, *, provider: str | None = None) -> Failure:
        """The failure that this answer is, for any status but 200. Its body is read as far as it comes."""
        due_s = time.monotonic() + timeout_s
        body = b""
        with contextlib.suppress(AttemptFailed):
            while len(body) < ERROR_BODY_BYTES and (data := await self.read(due_s - time.monotonic())):
                body += data
        await self.close()
        return status_failure(self.status, self.headers, body, provider=provider, credential=self._credential)

    async def close(self) -> None:
        """Let go of the connection: it is kept if the answer is over, and closed if not."""
        if self._is_open:
            async with self._discarding():
                await self._drain()
                await self._let_go()

    async def _next(self, due_s: float) -> bytes:
        if not self._is_open:
            raise StreamClosed
        left_s(due_s)  # what is here already is late as well
        while raw := self._decoder.pending or await self._raw(due_s):
            if data := self._decoder.decode(raw):
                return data
        return b""

    async def _raw(self, due_s: float) -> bytes:
        while (raw := self._line.http.body()) is None:
            await _receive(self._line, due_s)
        return raw

    async def _drain(self) -> None:
        due_s = time.monotonic() + DRAIN_S
        with contextlib.suppress(*FOREIGN):
            while await self._raw(due_s):
                pass

    async def _let_go(self) -> None:
        self._is_open = False
        if not self._lines.keep(self._line):
            await _close(self._line.stream)

    @contextlib.asynccontextmanager
    async def _discarding(self) -> AsyncIterator[None]:
        """Close the connection however the block fails, cancellation included."""
        try:
            yield
        except BaseException as error:
            self._is_open = False
            await _close(self._line.stream)
            if isinstance(error, FOREIGN):
                raise failed(error, credential=self._credential) from error
            raise


class AsyncCarrier:
    """Sends requests and gives their answers, over connections that it keeps for each event loop.

    *lookup* gives the addresses of hosts in place of the system; it is called in a thread.
    """

    def __init__(self, *, lookup: Lookup = addresses_of) -> None:
        self._certificates = Certificates()
        self._lookup = lookup
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, Lines[_Stream]] = WeakKeyDictionary()

    async def open(self, request: HttpRequest, *, timeouts: Timeouts) -> AsyncExchange:
        """The answer to *request*, whatever its status; redirects are answers, and not followed.

        Waits `connect_s` for a connection, and `first_token_s` in all for the answer's head.

        Raises:
            CredentialError: the credential is not bound to where the request goes; nothing was sent.
            AttemptFailed: there was no answer.
        """
        due_s = time.monotonic() + timeouts.first_token_s
        lines = self._lines.setdefault(asyncio.get_running_loop(), Lines())
        line = None
        try:
            message = outgoing(request)
            line = await _kept(lines, message.origin) or await self._connected(message.origin, timeouts)
            lines.add(line)
            return AsyncExchange(await _answered(line, message, due_s), line, lines, request.credential)
        except FOREIGN as error:
            is_silent = line is not None and not line.http.has_begun
            raise failed(error, credential=request.credential, is_silent=is_silent) from error

    async def close(self) -> None:
        """Close every connection of the running loop; an exchange that is still open breaks."""
        if lines := self._lines.pop(asyncio.get_running_loop(), None):
            for line in lines.close():
                await _close(line.stream)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _connected(self, origin: Origin, timeouts: Timeouts) -> Line[_Stream]:
        limit_s = min(timeouts.connect_s, timeouts.first_token_s)
        due_s = time.monotonic() + limit_s
        way = Way.to(origin, self._certificates)
        try:
            stream = await self._reached(*way.nearest, due_s)
            return Line(way, await _travelled(way, stream, due_s))
        except (httpcore.TimeoutException, TimeoutError):
            raise unreached(limit_s) from None

    async def _reached(self, host: str, port: int, due_s: float) -> _Stream:
        """A connection to the first address that takes one; each gets its share of the time."""
        async with asyncio.timeout(left_s(due_s)):
            addresses = await found_soon(host, self._lookup)
        for left, address in zip(range(len(addresses), 1, -1), addresses, strict=False):
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await _backend.connect_tcp(address, port, left_s(due_s) / left)
        return await _backend.connect_tcp(addresses[-1], port, left_s(due_s))


async def _travelled(way: Way, stream: _Stream, due_s: float) -> _Stream:
    stages, came = way.stages(), None
    try:
        while True:
            stage = next(stages) if came is None else stages.send(came)
            if isinstance(stage, Secure):
                stream = await stream.start_tls(stage.trusted, stage.host, left_s(due_s))
                came = None
            else:
                await stream.write(stage, left_s(due_s))
                came = await stream.read(READ_BYTES, left_s(due_s))
    except StopIteration:
        return stream
    except BaseException:
        await _close(stream)
        raise


async def _kept(lines: Lines[_Stream], origin: Origin) -> Line[_Stream] | None:
    while (line := lines.take(origin)) and not line.is_usable:
        await _close(line.stream)
    return line


async def _answered(line: Line[_Stream], message: Message, due_s: float) -> Head:
    try:
        with contextlib.suppress(httpcore.WriteError):  # it may have answered before it hung up
            await line.stream.write(line.request(message), left_s(due_s))
        while not (head := line.http.head()):
            await _receive(line, due_s)
    except BaseException:
        await _close(line.stream)
        raise
    return head


async def _receive(line: Line[_Stream], due_s: float) -> None:
    line.http.feed(await line.stream.read(READ_BYTES, left_s(due_s)))


async def _close(stream: _Stream) -> None:
    with contextlib.suppress(*FOREIGN):
        await stream.aclose()


_backend = httpcore.AnyIOBackend()
