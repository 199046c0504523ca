"""Whoever stops waiting leaves nothing behind: no connection, no thread, no task."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from carrying import RawServer

from hermes_fallback.loopback.server import Loopback
from hermes_fallback.model.failure import AttemptFailed
from hermes_fallback.model.limits import Timeouts
from hermes_fallback.transport.asynchronous import AsyncCarrier
from hermes_fallback.transport.synchronous import Carrier
from hermes_fallback.wire.exchange import HttpRequest

_TIMEOUTS = Timeouts(connect_s=2.0, first_token_s=5.0)
_SHORT = Timeouts(connect_s=2.0, first_token_s=0.01)


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A provider that hangs, and one that stalls."""
    providers = [{"name": name, "script": [name]} for name in ("hang", "stall", "keepalive_only", "ok")]
    with Loopback(providers) as running:
        yield running


def _post(loopback: Loopback, name: str) -> HttpRequest:
    url = f"{loopback.base_url(name)}/chat/completions"
    return HttpRequest(method="POST", url=url, body=b'{"stream": true}')


def _until(claim: Callable[[], bool], *, limit_s: float = 2.0) -> bool:
    due_s = time.monotonic() + limit_s
    while not claim() and time.monotonic() < due_s:
        time.sleep(0.005)
    return claim()


def _open_files() -> int:
    return len(os.listdir("/dev/fd"))


class _Interrupt(BaseException):
    """Stands for Ctrl-C, which pytest would take for its own."""


@pytest.fixture
def interrupt_after() -> Iterator[Callable[[float], None]]:
    """Interrupts the main thread after some seconds, as Ctrl-C does."""

    def act(*_: Any) -> None:
        raise _Interrupt

    before = signal.signal(signal.SIGALRM, act)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)  # type: ignore[misc, func-returns-value]
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="signals need the main thread"
)
@pytest.mark.parametrize("name", ["hang", "stall", "keepalive_only"])
@pytest.mark.parametrize("is_kept", [False, True], ids=["fresh", "kept"])
def test_ctrl_c_closes_the_connection(
    loopback: Loopback, interrupt_after: Callable[[float], None], name: str, is_kept: bool
) -> None:
    """Wherever it strikes, at the head or in the body, on a fresh connection or a kept one."""

    def wait_for_ever(carrier: Carrier) -> None:
        exchange = carrier.open(_post(loopback, name), timeouts=_TIMEOUTS)
        while exchange.read(5.0):
            pass

    with Carrier() as carrier:
        if is_kept:
            loopback.script(name, ["server_error", name])
            carrier.open(_post(loopback, name), timeouts=_TIMEOUTS).failure(1.0)
        interrupt_after(0.05)
        began_s = time.monotonic()
        with pytest.raises(_Interrupt):
            wait_for_ever(carrier)
        assert time.monotonic() - began_s < 1.0
        assert _until(lambda: loopback.open_connections(name) == 0)
        assert loopback.connections(name) == 1


@pytest.mark.parametrize("name", ["hang", "stall", "keepalive_only"])
def test_cancelling_closes_the_connection(loopback: Loopback, name: str) -> None:
    """A task that is cancelled lets the provider know at once."""

    async def main() -> float:
        async def wait_for_ever() -> None:
            exchange = await carrier.open(_post(loopback, name), timeouts=_TIMEOUTS)
            while await exchange.read(5.0):
                pass

        async with AsyncCarrier() as carrier:
            task = asyncio.create_task(wait_for_ever())
            assert await asyncio.to_thread(_until, lambda: loopback.open_connections(name) == 1)
            await asyncio.sleep(0.02)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            began_s = time.monotonic()
            assert await asyncio.to_thread(_until, lambda: loopback.open_connections(name) == 0)
            return time.monotonic() - began_s

    assert asyncio.run(main()) < 0.5


def test_a_hundred_silences_leak_nothing(loopback: Loopback) -> None:
    """Every timeout closes its socket."""
    with Carrier() as carrier:
        for _ in range(3):
            _give_up(carrier, loopback)
        files = _open_files()
        for _ in range(100):
            _give_up(carrier, loopback)
        assert _until(lambda: _open_files() <= files)


def test_a_hundred_cancelled_silences_leak_nothing(loopback: Loopback) -> None:
    """The same on a loop, with cancels and timeouts mixed."""

    async def main() -> tuple[int, int]:
        async with AsyncCarrier() as carrier:

            async def give_up(*, by_cancel: bool) -> None:
                name = "hang" if by_cancel else "stall"
                try:
                    async with asyncio.timeout(0.01 if by_cancel else 9):
                        exchange = await carrier.open(_post(loopback, name), timeouts=_TIMEOUTS)
                        while await exchange.read(0.01):
                            pass
                except (TimeoutError, AttemptFailed):
                    pass

            await asyncio.gather(*(give_up(by_cancel=bool(i % 2)) for i in range(4)))
            files = _open_files()
            for _ in range(10):
                await asyncio.gather(*(give_up(by_cancel=bool(i % 2)) for i in range(10)))
            await asyncio.sleep(0.05)
            assert len(asyncio.all_tasks()) == 1
            return files, _open_files()

    before, after = asyncio.run(main())
    assert after <= before + 2


def _give_up(carrier: Carrier, loopback: Loopback) -> None:
    with pytest.raises(AttemptFailed):
        carrier.open(_post(loopback, "hang"), timeouts=_SHORT)


def test_a_carrier_serves_threads(loopback: Loopback) -> None:
    """Twenty threads share one carrier; answers do not mix, and connections are used again."""
    answers: list[str] = []
    with Carrier() as carrier:

        def ask(number: int) -> None:
            body = f'{{"stream": true, "messages": [{{"role": "user", "content": "n{number}."}}]}}'.encode()
            url = f"{loopback.base_url('ok')}/chat/completions"
            for _ in range(5):
                request = HttpRequest(method="POST", url=url, body=body)
                exchange = carrier.open(request, timeouts=_TIMEOUTS)
                text = b""
                while data := exchange.read(5.0):
                    text += data
                answers.append("mine" if f"n{number}." in text.decode() else "another's")

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == ["mine"] * 100
    assert loopback.connections("ok") < 100


def test_an_async_carrier_outlives_its_loop(loopback: Loopback) -> None:
    """A program that calls `asyncio.run` several times may keep one carrier."""
    carrier = AsyncCarrier()

    async def ask() -> int:
        exchange = await carrier.open(_post(loopback, "ok"), timeouts=_TIMEOUTS)
        while await exchange.read(2.0):
            pass
        await carrier.close()
        return exchange.status

    assert [asyncio.run(ask()), asyncio.run(ask())] == [200, 200]


def test_closing_a_carrier_closes_what_is_open(raw_server: Callable[..., RawServer]) -> None:
    """Nothing stays connected after the carrier is gone, and what was being read fails."""
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"
    carrier = Carrier()
    exchange = carrier.open(HttpRequest(method="GET", url=raw_server(head, 3.0).url), timeouts=_TIMEOUTS)
    assert exchange.read(1.0) == b"half"
    carrier.close()
    with pytest.raises(AttemptFailed):
        exchange.read(1.0)
