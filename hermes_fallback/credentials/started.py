"""Work in a thread of its own, which keeps no program from ending, and which nothing cuts short."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

__all__ = ["started", "unbroken"]

_T = TypeVar("_T")
_GRACE_S = 3.0


def started(work: Callable[[], _T]) -> Future[_T]:
    """What *work* will give."""
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  it is raised where the future is awaited
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def unbroken(work: Callable[[], _T]) -> _T:
    """What *work* gives. A Ctrl-C leaves it 3 seconds to come to its end, and a second one none."""
    future = started(work)
    try:
        return future.result()
    except KeyboardInterrupt:
        wait([future], _GRACE_S)
        raise
