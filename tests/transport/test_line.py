"""A kept line is handed out only while it can serve."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hermes_fallback.loopback.server import Loopback
from hermes_fallback.model.limits import Timeouts
from hermes_fallback.transport.line import IDLE_S, Line
from hermes_fallback.transport.synchronous import Carrier
from hermes_fallback.wire.exchange import HttpRequest


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A provider to connect to."""
    with Loopback([{"name": "p"}]) as running:
        yield running


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """No lines yet."""
    with Carrier() as made:
        yield made


def _models(loopback: Loopback) -> HttpRequest:
    return HttpRequest(method="GET", url=f"{loopback.base_url('p')}/models")


def _used(carrier: Carrier, loopback: Loopback) -> Line:
    """The line that carried a request and is kept."""
    carrier.open(_models(loopback), timeouts=Timeouts()).failure(2.0)
    (line,) = carrier._lines._all
    return line


def test_a_line_is_taken_once(carrier: Carrier, loopback: Loopback) -> None:
    """By its origin, and by one caller at a time."""
    line = _used(carrier, loopback)
    assert carrier._lines.take(line.origin) is line
    assert carrier._lines.take(line.origin) is None
    line.stream.close()


def test_a_line_the_host_closed_is_not_used(carrier: Carrier, loopback: Loopback) -> None:
    """It is noticed before a request is lost on it."""
    line = _used(carrier, loopback)
    loopback.script("p", "refuse")
    due_s = time.monotonic() + 2
    while line.is_usable and time.monotonic() < due_s:
        time.sleep(0.005)
    assert not line.is_usable
    assert carrier._kept(line.origin) is None


def test_a_line_that_was_idle_for_long_is_closed(carrier: Carrier, loopback: Loopback) -> None:
    """A firewall may have forgotten it, which would look like a host that hangs."""
    line = _used(carrier, loopback)
    line.idle_since_s -= IDLE_S + 1
    carrier.open(_models(loopback), timeouts=Timeouts()).failure(2.0)
    assert loopback.connections("p") == 2
    assert line.stream.get_extra_info("socket").fileno() == -1


def test_nothing_is_kept_once_everything_was_closed(carrier: Carrier, loopback: Loopback) -> None:
    """An answer that ends after its carrier leaves no connection."""
    exchange = carrier.open(_models(loopback), timeouts=Timeouts())
    (line,) = carrier._lines._all
    carrier.close()
    exchange.close()
    assert carrier._lines.take(line.origin) is None
