"""Both carriers in turn, and servers that send exactly the bytes they are told to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from carrying import AnyCarrier, Piece, RawServer, ScriptedPeer

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


@pytest.fixture
def socks_server() -> Iterator[Callable[..., ScriptedPeer]]:
    """Makes a peer that gives each of its replies in turn."""
    with contextlib.ExitStack() as servers:

        def make(*replies: bytes) -> ScriptedPeer:
            server = ScriptedPeer(replies)
            servers.callback(server.close)
            return server

        yield make


@pytest.fixture(params=["sync", "async"])
def make_carrier(request: pytest.FixtureRequest) -> Iterator[Callable[..., AnyCarrier]]:
    """Makes each kind of carrier in turn, with the options it is given: what holds for one holds for the other."""
    with asyncio.Runner() as runner, contextlib.ExitStack() as made:

        def make(**options: Any) -> AnyCarrier:
            if request.param == "sync":
                carrier = AnyCarrier(Carrier(**options), lambda value: value)
            else:
                carrier = AnyCarrier(AsyncCarrier(**options), runner.run)
            made.callback(carrier.close)
            return carrier

        yield make


@pytest.fixture
def carrier(make_carrier: Callable[..., AnyCarrier]) -> AnyCarrier:
    """Each carrier in turn, as it comes."""
    return make_carrier()
