"""The two drivers: both perform the operations of a flow; one waits, one awaits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from functools import partial
from typing import Protocol, TypeVar

from hermes_fallback.errors import CredentialError, UsageError
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.failure import AttemptFailed
from hermes_fallback.session.events import Answer, Answered, Event, Notice
from hermes_fallback.session.flow import Steps
from hermes_fallback.session.ops import Explain, Op, Open, Permit, Read, Renew, Show, Sleep
from hermes_fallback.transport.asynchronous import AsyncCarrier, AsyncExchange
from hermes_fallback.transport.synchronous import Carrier, Exchange

__all__ = ["AsyncDriver", "Driver", "MayMove", "MayMoveAsync", "Renewing"]

MayMove = Callable[[Notice], bool]
"""Asks the user whether the conversation may move to another link."""
MayMoveAsync = Callable[[Notice], Awaitable[bool]]


class Renewing(Protocol):
    """Keeps credentials fresh, for many threads at once."""

    def renew(self, credential: Credential, *, refused: bool, now: float) -> Credential:
        """*credential* as it is good at *now*, in seconds since the epoch; may take its time, and the network.

        *refused*: the host has just refused it as it is.

        Raises:
            CredentialError: there is no way to get it anew, or it did not work this time.
        """


_Advance = Callable[[], Op]
_E = TypeVar("_E")


class Driver:
    """Performs a flow's operations over a `Carrier`."""

    def __init__(self, carrier: Carrier, may_move: MayMove | None, renewing: Renewing) -> None:
        self._carrier = carrier
        self._may_move = may_move
        self._renewing = renewing
        self._exchange: Exchange | None = None

    def events(self, steps: Steps) -> Generator[Event, None, None]:
        """The events of one step; the last is `Answered`. However it ends, the connection is let go."""
        advance: _Advance = partial(steps.send, None)
        try:
            while True:
                try:
                    op = advance()
                except StopIteration as done:
                    yield Answered(_answer_of(done))
                    return
                if isinstance(op, Show):
                    yield op.event
                    advance = partial(steps.send, None)
                else:
                    advance = self._perform(steps, op)
        finally:
            steps.close()
            self._release()

    def _perform(self, steps: Steps, op: Op) -> _Advance:
        try:
            return partial(steps.send, self._outcome(op))
        except AttemptFailed as failed:
            return partial(steps.throw, failed)

    def _outcome(self, op: Op) -> object:
        match op:
            case Open():
                self._release()
                self._exchange = self._carrier.open(op.request, timeouts=op.timeouts)
                return self._exchange
            case Read():
                return _opened(self._exchange).read(op.limit_s)
            case Explain():
                return _opened(self._exchange).failure(op.limit_s, provider=op.provider)
            case Permit():
                return self._may_move is not None and self._may_move(op.notice)
            case Renew():
                return _renewed(op, self._renewing)
            case Sleep():
                time.sleep(op.seconds)
        return None

    def _release(self) -> None:
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None


class AsyncDriver:
    """Performs a flow's operations over an `AsyncCarrier`."""

    def __init__(self, carrier: AsyncCarrier, may_move: MayMoveAsync | None, renewing: Renewing) -> None:
        self._carrier = carrier
        self._may_move = may_move
        self._renewing = renewing
        self._exchange: AsyncExchange | None = None

    async def events(self, steps: Steps) -> AsyncGenerator[Event, None]:
        """The events of one step; the last is `Answered`. However it ends, the connection is let go."""
        advance: _Advance = partial(steps.send, None)
        try:
            while True:
                try:
                    op = advance()
                except StopIteration as done:
                    yield Answered(_answer_of(done))
                    return
                if isinstance(op, Show):
                    yield op.event
                    advance = partial(steps.send, None)
                else:
                    advance = await self._perform(steps, op)
        finally:
            steps.close()
            await self._release()

    async def _perform(self, steps: Steps, op: Op) -> _Advance:
        try:
            return partial(steps.send, await self._outcome(op))
        except AttemptFailed as failed:
            return partial(steps.throw, failed)

    async def _outcome(self, op: Op) -> object:
        match op:
            case Open():
                await self._release()
                self._exchange = await self._carrier.open(op.request, timeouts=op.timeouts)
                return self._exchange
            case Read():
                return await _opened(self._exchange).read(op.limit_s)
            case Explain():
                return await _opened(self._exchange).failure(op.limit_s, provider=op.provider)
            case Permit():
                return self._may_move is not None and await self._may_move(op.notice)
            case Renew():
                return await asyncio.to_thread(_renewed, op, self._renewing)
            case Sleep():
                await asyncio.sleep(op.seconds)
        return None

    async def _release(self) -> None:
        if self._exchange is not None:
            await self._exchange.close()
            self._exchange = None


def _renewed(op: Renew, renewing: Renewing) -> Credential | CredentialError:
    try:
        return renewing.renew(op.credential, refused=op.refused, now=time.time())
    except CredentialError as error:
        return error


def _answer_of(done: StopIteration) -> Answer:
    if isinstance(done.value, Answer):
        return done.value
    raise UsageError(
        "this stream was given up",
        why="the session was asked something else before it was read",
        hint="read a stream before you ask again",
        kind="stale-stream",
    )


def _opened(exchange: _E | None) -> _E:
    if exchange is None:
        msg = "a response is read after it was opened"
        raise AssertionError(msg)
    return exchange
