"""The carrier for callers on an asyncio loop."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self, cast
from weakref import WeakKeyDictionary

import httpx

from hermes_fallback.model.credential import Credential
from hermes_fallback.model.failure import AttemptFailed, Failure
from hermes_fallback.model.limits import Timeouts
from hermes_fallback.model.origin import Origin
from hermes_fallback.transport.errors import (
    ERROR_BODY_BYTES,
    FOREIGN,
    failed,
    silent,
    status_failure,
    unreached,
)
from hermes_fallback.transport.line import IDLE_S, is_sending
from hermes_fallback.transport.message import decoder_for, headers_of, outgoing, without_read_limit
from hermes_fallback.transport.network import Certificates, origin_of, proxy_for
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["AsyncCarrier", "AsyncExchange"]

_DRAIN_S = 0.01
_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=8, keepalive_expiry=IDLE_S)


class AsyncExchange:
    """One answer: its head is here, its body is read in pieces. Close it, or read it to its end."""

    def __init__(self, response: httpx.Response, credential: Credential | None) -> None:
        self.status = response.status_code
        self.headers = headers_of(response)
        self._response = response
        self._credential = credential
        self._decoder = decoder_for(response)
        chunks = aiter(cast("AsyncIterable[bytes]", response.stream))
        # An async generator, always: its `aclose` is what lets go of everything below it.
        self._chunks = cast("AsyncGenerator[bytes, None]", chunks)
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
            async with _within(timeout_s):
                data = await self._next()
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
            try:
                await self._drain()
            finally:
                await self._let_go()

    async def _next(self) -> bytes:
        if not self._is_open:
            raise httpx.StreamClosed
        while (raw := self._decoder.pending or await self._chunk()) is not None:
            if data := self._decoder.decode(raw):
                return data
        return b""

    async def _chunk(self) -> bytes | None:
        try:
            return await anext(self._chunks)
        except StopAsyncIteration:
            return None

    async def _drain(self) -> None:
        with contextlib.suppress(*FOREIGN):
            async with _within(_DRAIN_S):
                while await self._chunk() is not None:
                    pass

    @contextlib.asynccontextmanager
    async def _discarding(self) -> AsyncIterator[None]:
        """Close the connection however the block fails, cancellation included."""
        try:
            yield
        except FOREIGN as error:
            await self._let_go()
            raise failed(error, credential=self._credential) from error
        except BaseException:
            await self._let_go()
            raise

    async def _let_go(self) -> None:
        self._is_open = False
        for let_go in (self._chunks.aclose, self._response.aclose):
            with contextlib.suppress(*FOREIGN):
                await let_go()


class AsyncCarrier:
    """Sends requests and gives their answers, over connections that it keeps for each event loop."""

    def __init__(self) -> None:
        self._certificates = Certificates()
        self._transports: WeakKeyDictionary[
            asyncio.AbstractEventLoop, dict[Origin, httpx.AsyncHTTPTransport]
        ] = WeakKeyDictionary()

    async def open(self, request: HttpRequest, *, timeouts: Timeouts) -> AsyncExchange:
        """The answer to *request*, whatever its status; redirects are answers, and not followed.

        Waits `connect_s` for a connection, and `first_token_s` in all for the answer's head.

        Raises:
            CredentialError: the credential is not bound to where the request goes; nothing was sent.
            AttemptFailed: there was no answer.
        """
        try:
            message = outgoing(request, timeouts)
            transport = self._transport(origin_of(request.url))
            response = await _answered(transport, message, timeouts)
            without_read_limit(message)
            return AsyncExchange(response, request.credential)
        except FOREIGN as error:
            raise failed(error, credential=request.credential, before_head=True) from error

    async def close(self) -> None:
        """Close every connection of the running loop; an exchange that is still open breaks."""
        for transport in self._transports.pop(asyncio.get_running_loop(), {}).values():
            await transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _transport(self, origin: Origin) -> httpx.AsyncHTTPTransport:
        kept = self._transports.setdefault(asyncio.get_running_loop(), {})
        if origin not in kept:
            kept[origin] = httpx.AsyncHTTPTransport(
                verify=self._certificates.trusted(origin), proxy=proxy_for(origin), limits=_LIMITS
            )
        return kept[origin]


async def _answered(
    transport: httpx.AsyncHTTPTransport, message: httpx.Request, timeouts: Timeouts
) -> httpx.Response:
    due_s = asyncio.get_running_loop().time() + timeouts.first_token_s
    connect_s = min(timeouts.connect_s, timeouts.first_token_s)
    clock = asyncio.timeout(connect_s)
    has_connected = False

    async def trace(event: str, info: Mapping[str, Any]) -> None:
        nonlocal has_connected
        if not has_connected and is_sending(event, info):
            has_connected = True
            clock.reschedule(due_s)

    message.extensions["trace"] = trace
    try:
        async with clock:
            return await transport.handle_async_request(message)
    except TimeoutError as error:
        if not clock.expired():
            raise
        raise (silent() if has_connected else unreached(connect_s)) from error


@contextlib.asynccontextmanager
async def _within(limit_s: float) -> AsyncIterator[None]:
    """Let the block take *limit_s* seconds, or raise `httpx.ReadTimeout`."""
    if limit_s <= 0:
        raise silent()
    clock = asyncio.timeout(limit_s)
    try:
        async with clock:
            yield
    except TimeoutError:
        if not clock.expired():
            raise
        raise silent() from None
