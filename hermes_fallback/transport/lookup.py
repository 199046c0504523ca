"""Which addresses a host has. Nothing interrupts a lookup that blocks, so each has a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import httpcore

__all__ = ["Lookup", "addresses_of", "found", "found_soon"]

Lookup = Callable[[str], Sequence[str]]
"""Gives the addresses of a host by its name, at least one, or raises `socket.gaierror`."""


def addresses_of(host: str) -> Sequence[str]:
    """What the system says."""
    known = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in known))


def found(host: str, lookup: Lookup, limit_s: float) -> Sequence[str]:
    """The addresses of *host*, itself if it is one.

    Raises:
        httpcore.ConnectError: it has none.
        TimeoutError: there was no answer within *limit_s* seconds.
    """
    return (host,) if _is_address(host) else _asked(host, lookup).result(limit_s)


async def found_soon(host: str, lookup: Lookup) -> Sequence[str]:
    """The same for an asyncio loop; who stops waiting leaves the thread to itself."""
    return (host,) if _is_address(host) else await asyncio.wrap_future(_asked(host, lookup))


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _asked(host: str, lookup: Lookup) -> Future[Sequence[str]]:
    answer: Future[Sequence[str]] = Future()
    # A daemon: a lookup that hangs must not keep the program from ending.
    threading.Thread(
        target=_answer, args=(answer, host, lookup), name="hermes-fallback-lookup", daemon=True
    ).start()
    return answer


def _answer(answer: Future[Sequence[str]], host: str, lookup: Lookup) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        addresses = lookup(host)
    except (OSError, UnicodeError) as error:
        answer.set_exception(httpcore.ConnectError(str(error)))
    else:
        answer.set_result(addresses)
