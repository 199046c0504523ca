"""An authorization server, an office that signs in at it, and a person who does as they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from grants import Replies
from office import Office

from hermes_fallback.login.renewal import Renewer
from hermes_fallback.transport.synchronous import Carrier
from tests.oauth_server import OAuthServer


@pytest.fixture(scope="session")
def _running() -> Iterator[OAuthServer]:
    """One process for all tests: it takes most of a second to start."""
    with OAuthServer() as running:
        yield running


@pytest.fixture
def server(_running: OAuthServer) -> OAuthServer:
    """The server, which knows of nothing yet: whoever gets a code types it, after one poll."""
    _running.reset(interval=0.05)
    return _running


@pytest.fixture
def office(tmp_path: Path, server: OAuthServer) -> Iterator[Office]:
    """A home that nobody has signed in from."""
    made = Office(tmp_path, server)
    yield made
    for window in made.windows:
        window.close()


@pytest.fixture
def renewer() -> Iterator[Renewer]:
    """What keeps sign-ins fresh."""
    with Carrier() as carrier:
        yield Renewer(carrier)


@pytest.fixture
def replies() -> Iterator[Callable[..., Replies]]:
    """Makes a server that gives one answer to everything."""
    made: list[Replies] = []

    def make(*args: Any, **named: Any) -> Replies:
        made.append(Replies(*args, **named))
        return made[-1]

    yield make
    for each in made:
        each.close()
