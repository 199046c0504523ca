"""Several providers asked at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

__all__ = ["in_parallel"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_THREADS = 8


def in_parallel(work: Callable[[_Item], _Result], items: Sequence[_Item]) -> tuple[_Result, ...]:
    """What *work* makes of each of *items*, in their order, at most eight at a time.

    Ctrl-C ends the wait at once, and no thread keeps the program from ending, as an executor's would.
    The first error of *work* is raised.
    """
    futures: list[Future[_Result]] = [Future() for _ in items]
    jobs: SimpleQueue[tuple[Future[_Result], _Item]] = SimpleQueue()
    for job in zip(futures, items, strict=True):
        jobs.put(job)
    for _ in range(min(_THREADS, len(items))):
        Thread(target=_labour, args=(work, jobs), daemon=True).start()
    return tuple(future.result() for future in futures)


def _labour(work: Callable[[_Item], _Result], jobs: SimpleQueue[tuple[Future[_Result], _Item]]) -> None:
    with suppress(Empty):
        while True:
            future, item = jobs.get_nowait()
            try:
                future.set_result(work(item))
            except BaseException as error:  # noqa: BLE001 it is raised where the result is asked for
                future.set_exception(error)
