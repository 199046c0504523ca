"""Where a host's addresses come from, and what becomes of them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from carrying import AnyCarrier, RawServer

from hermes_fallback.model.failure import AttemptFailed, Failure, Transport
from hermes_fallback.transport.lookup import Lookup, addresses_of
from hermes_fallback.wire.exchange import HttpRequest

_OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"


@pytest.fixture
def silent_lookup() -> Iterator[Lookup]:
    """A name server that answers nobody while the test lasts."""
    over = threading.Event()

    def look_up(host: str) -> Sequence[str]:
        over.wait(10)
        return ["127.0.0.1"]

    yield look_up
    over.set()


def _get(server: RawServer, host: str = "dns.drill.invalid") -> HttpRequest:
    return HttpRequest(method="GET", url=server.url.replace("127.0.0.1", host))


def _failure(carrier: AnyCarrier, request: HttpRequest, **limits: float) -> Failure:
    with pytest.raises(AttemptFailed) as caught:
        carrier.open(request, **limits)
    return caught.value.failure


def _nobody(host: str) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_a_name_nobody_has_is_a_failed_connection(
    make_carrier: Callable[..., AnyCarrier], raw_server: Callable[..., RawServer]
) -> None:
    """A lookup that was handed in fails as the system's own does, and nothing is sent anywhere."""
    failure = _failure(make_carrier(lookup=_nobody), _get(raw_server(_OK)))
    assert (failure.transport, failure.exception) == (Transport.EXCEPTION, "ConnectError")
    assert failure.body == f"[Errno {socket.EAI_NONAME}] Name or service not known"
    assert not failure.hung_up


def test_a_host_is_reached_where_the_lookup_says(
    make_carrier: Callable[..., AnyCarrier], raw_server: Callable[..., RawServer]
) -> None:
    """It is asked by the host's name, and the host is still called by it."""
    asked: list[str] = []

    def look_up(host: str) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    server = raw_server(_OK)
    assert make_carrier(lookup=look_up).open(_get(server)).read_all() == b"hi"
    assert asked == ["dns.drill.invalid"]
    assert b"host: dns.drill.invalid:" in server.received.lower()


def test_an_address_is_not_looked_up(
    make_carrier: Callable[..., AnyCarrier], raw_server: Callable[..., RawServer]
) -> None:
    """There is nothing to ask about it."""
    request = _get(raw_server(_OK), "127.0.0.1")
    assert make_carrier(lookup=_nobody).open(request).read_all() == b"hi"


def test_the_next_address_is_tried_when_one_refuses(
    make_carrier: Callable[..., AnyCarrier], raw_server: Callable[..., RawServer]
) -> None:
    """One dead address among several is no failure."""
    carrier = make_carrier(lookup=lambda host: ["::1", "127.0.0.1"])
    assert carrier.open(_get(raw_server(_OK))).read_all() == b"hi"


def test_a_lookup_that_hangs_ends_at_the_connect_limit(
    make_carrier: Callable[..., AnyCarrier], raw_server: Callable[..., RawServer], silent_lookup: Lookup
) -> None:
    """Nothing interrupts it, so it is left behind."""
    began_s = time.monotonic()
    failure = _failure(make_carrier(lookup=silent_lookup), _get(raw_server(_OK)), connect_s=0.1)
    assert failure.exception == "ConnectTimeout"
    assert "0.1 s" in failure.body
    assert 0.09 < time.monotonic() - began_s < 2.0


def test_the_system_knows_this_machine() -> None:
    """Every address once."""
    known = addresses_of("localhost")
    assert {"127.0.0.1", "::1"} & set(known)
    assert len(known) == len(set(known))
