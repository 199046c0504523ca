"""Sessions in processes of their own, all over one home: many at once, until they are told to stop."""

from __future__ import annotations

import asyncio
import threading
from multiprocessing.context import ForkServerContext
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path

from hermes_fallback.errors import Unanswered
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.session.session import AsyncSession, Session
from hermes_fallback.transport.asynchronous import AsyncCarrier
from hermes_fallback.transport.synchronous import Carrier

CONTEXT = ForkServerContext()
CONTEXT.set_forkserver_preload(["hermes_fallback.session.session", "hermes_fallback.state.database"])

Said = SimpleQueue[str]
"""Who answered each turn, by its model; or the error in its place."""


def in_threads(home: Path, environ: dict[str, str], sessions: int, said: Said, over: Event) -> None:
    """Ask turn after turn in so many threads."""
    plan = Runtime.open(home, environ=environ).plan()
    with Carrier() as carrier:

        def talk() -> None:
            while not over.is_set():
                with Session(plan, carrier=carrier) as session:
                    try:
                        said.put(session.ask("hello").served_by.model)
                    except Unanswered as error:
                        said.put(str(error))

        threads = [threading.Thread(target=talk) for _ in range(sessions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def in_tasks(home: Path, environ: dict[str, str], sessions: int, said: Said, over: Event) -> None:
    """The same in so many tasks on asyncio."""
    plan = Runtime.open(home, environ=environ).plan()

    async def talk(carrier: AsyncCarrier) -> None:
        while not over.is_set():
            async with AsyncSession(plan, carrier=carrier) as session:
                try:
                    said.put((await session.ask("hello")).served_by.model)
                except Unanswered as error:
                    said.put(str(error))

    async def talk_all() -> None:
        async with AsyncCarrier() as carrier:
            await asyncio.gather(*(talk(carrier) for _ in range(sessions)))

    asyncio.run(talk_all())


def ask_once(home: Path, environ: dict[str, str]) -> None:
    """One turn, which may never end."""
    plan: Plan = Runtime.open(home, environ=environ).plan()
    with Session(plan) as session:
        session.ask("hello")
