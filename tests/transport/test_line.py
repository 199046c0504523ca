"""A kept line is handed out only while it can serve."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from hermes_fallback.loopback.server import Loopback
from hermes_fallback.model.limits import Timeouts
from hermes_fallback.model.origin import Origin
from hermes_fallback.transport.line import IDLE_S, Line, Lines
from hermes_fallback.transport.message import outgoing, without_read_limit
from hermes_fallback.wire.exchange import HttpRequest


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A provider to connect to."""
    with Loopback([{"name": "p"}]) as running:
        yield running


@pytest.fixture
def lines() -> Iterator[Lines]:
    """No lines yet."""
    made = Lines()
    yield made
    made.close()


def _used(lines: Lines, loopback: Loopback) -> Line:
    """A line that carried one request, and is idle."""
    url = loopback.base_url("p")
    line = lines.new(Origin.of(url))
    response = line.send(outgoing(HttpRequest(method="GET", url=f"{url}/models"), Timeouts()))
    assert isinstance(response.stream, httpx.SyncByteStream)
    list(response.stream)
    response.close()
    lines.give_back(line)
    return line


def test_a_line_is_used_again(lines: Lines, loopback: Loopback) -> None:
    """Taken once, by its origin alone."""
    line = _used(lines, loopback)
    assert lines.take(Origin("http", "127.0.0.1", 1)) is None
    assert lines.take(line.origin) is line
    assert lines.take(line.origin) is None
    lines.give_back(line)


def test_a_line_the_host_closed_is_not(lines: Lines, loopback: Loopback) -> None:
    """It would have to connect again, in the caller's own thread, where nothing bounds a lookup."""
    line = _used(lines, loopback)
    loopback.script("p", "refuse")
    due_s = time.monotonic() + 2
    while line.is_usable and time.monotonic() < due_s:
        time.sleep(0.005)
    assert lines.take(line.origin) is None


def test_a_line_that_was_idle_for_long_is_not(lines: Lines, loopback: Loopback) -> None:
    """A firewall may have forgotten it, which would look like a host that hangs."""
    line = _used(lines, loopback)
    line.idle_since_s -= IDLE_S + 1
    assert lines.take(line.origin) is None
    assert line.socket is not None
    assert line.socket.fileno() == -1


def test_a_line_given_back_to_closed_lines_is_closed(lines: Lines, loopback: Loopback) -> None:
    """Nothing is kept once everything was closed."""
    line = _used(lines, loopback)
    assert lines.take(line.origin) is line
    lines.close()
    lines.give_back(line)
    assert lines.take(line.origin) is None


def test_the_fence_goes_with_the_head() -> None:
    """The library's own read limit guards the head, behind ours, and leaves the body to each read."""
    message = outgoing(HttpRequest(method="GET", url="http://h/"), Timeouts(connect_s=2, first_token_s=5))
    assert message.extensions["timeout"] == {"connect": 3.0, "pool": 3.0, "write": 6.0, "read": 6.0}
    without_read_limit(message)
    assert message.extensions["timeout"]["read"] is None
