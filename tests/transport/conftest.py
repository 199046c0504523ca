"""Both carriers in turn, and servers that send exactly the bytes they are told to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import pytest
from carrying import AnyCarrier, Piece, RawServer

from hermes_fallback.transport.asynchronous import AsyncCarrier
from hermes_fallback.transport.synchronous import Carrier


@pytest.fixture
def raw_server() -> Iterator[Callable[..., RawServer]]:
    """Makes a `RawServer` of the pieces it is given."""
    with contextlib.ExitStack() as servers:

        def make(*pieces: Piece) -> RawServer:
            server = RawServer(pieces)
            servers.callback(server.close)
            return server

        yield make


@pytest.fixture(params=["sync", "async"])
def carrier(request: pytest.FixtureRequest) -> Iterator[AnyCarrier]:
    """Each carrier in turn: what holds for one holds for the other."""
    if request.param == "sync":
        made = AnyCarrier(Carrier(), lambda value: value)
        yield made
        made.close()
        return
    with asyncio.Runner() as runner:
        made = AnyCarrier(AsyncCarrier(), runner.run)
        yield made
        made.close()
