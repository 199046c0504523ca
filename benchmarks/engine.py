"""What the engine adds to its transport: a turn through a session, against the same request with httpx alone.

A failover is two exchanges, so its reference is two as well. Each such turn has a state of its own, since the engine
would not ask a dead primary twice.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path

import httpx

from benchmarks.exchanges import BODY, DEAD, bare, bare_pair, providers
from benchmarks.failures import KINDS, failures
from benchmarks.measure import Figure, measure
from hermes_fallback import AsyncSession, Failure, Plan, Session, classify
from hermes_fallback.failover.candidate import Candidate
from hermes_fallback.failover.turn import Turn
from hermes_fallback.journal.writer import open_journal
from hermes_fallback.model.bench import Subject
from hermes_fallback.model.limits import Limits
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.state.opened import open_state
from hermes_fallback.transport.asynchronous import AsyncCarrier
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["figures"]

_BLOCK = 10
_FRESH = [failures(KINDS, start) for start in range(0, 20 * KINDS, KINDS)]
_AGAIN = _FRESH[:1]
_CANDIDATES = tuple(
    Candidate(position=place, subject=Subject(f"https://h{place}.test", f"key{place}", "m", f"link{place}"))
    for place in range(3)
)
_LIMITS = Limits()


def figures(rounds: int) -> list[Figure]:
    """Turns that succeed, turns that fail over, and the decisions between."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.callback(open_journal(home / "fallback" / "journal").flush)  # or it would write while we remove
        urls = stack.enter_context(providers())
        client = stack.enter_context(httpx.Client())
        carrier = stack.enter_context(Carrier())
        well = urls["well"]
        return [
            measure(
                "a turn",
                partial(_ask, _plan(home, well, well), carrier),
                reference=bare(client, well),
                reference_name="httpx.Client.post",
                rounds=rounds,
                block=_BLOCK,
                aim=1.25,
            ),
            measure(
                "a turn",
                partial(_ask, _plan(home, well, well), carrier),
                reference=partial(_stream, client, well),
                reference_name="httpx.Client.stream, read piece by piece",
                rounds=rounds,
                block=_BLOCK,
            ),
            _awaited(_plan(home, well, well), well, rounds),
            *(
                measure(
                    f"a turn, failed over from {name}",
                    partial(_fail_over, _plan(home, urls[name], well), carrier),
                    reference=bare_pair(client, urls[name], well),
                    reference_name="httpx.Client.post, twice",
                    rounds=rounds,
                    block=_BLOCK,
                    aim=1.3,
                )
                for name in DEAD
            ),
            *(
                measure(
                    f"a failure judged, and the next step decided, {name}",
                    partial(_decide_each, cycle(given)),
                    reference=partial(_parse_each, cycle(given)),
                    reference_name="json.loads of its body",
                    rounds=rounds,
                    block=len(_FRESH),
                    parts=KINDS,
                    aim_ms=0.025,
                )
                for name, given in (("each text new", _FRESH), ("the same ones again", _AGAIN))
            ),
        ]


def _plan(home: Path, primary: str, spare: str) -> Plan:
    (home / "config.yaml").write_text(
        f"model: {{provider: custom, default: m, base_url: '{primary}'}}\n"
        f"fallback_providers:\n  - {{provider: custom, model: spare, base_url: '{spare}'}}\n"
    )
    return Runtime.open(home, environ={"HOME": str(home)}).plan()


def _ask(plan: Plan, carrier: Carrier) -> None:
    Session(plan, carrier=carrier).ask("hello")


def _fail_over(plan: Plan, carrier: Carrier) -> None:
    Session(plan, carrier=carrier, state=open_state(None)).ask("hello")


def _stream(client: httpx.Client, url: str) -> None:
    with client.stream("POST", f"{url}/chat/completions", json=BODY) as response:
        for _ in response.iter_raw():
            pass


def _awaited(plan: Plan, url: str, rounds: int) -> Figure:
    with _loop() as (client, carrier, times):

        async def ask() -> None:
            await AsyncSession(plan, carrier=carrier).ask("hello")

        async def post() -> None:
            await client.post(f"{url}/chat/completions", json=BODY)

        return measure(
            "a turn, awaited",
            partial(times, ask),
            reference=partial(times, post),
            reference_name="httpx.AsyncClient.post",
            rounds=rounds,
            parts=_BLOCK,
            aim=1.25,
        )


@contextmanager
def _loop() -> Iterator[
    tuple[httpx.AsyncClient, AsyncCarrier, Callable[[Callable[[], Awaitable[None]]], None]]
]:
    """A client, a carrier, and what runs a block of something on their loop."""

    async def repeat(act: Callable[[], Awaitable[None]]) -> None:
        for _ in range(_BLOCK):
            await act()

    async def close() -> None:
        await client.aclose()
        await carrier.close()

    with asyncio.Runner() as runner:
        client, carrier = httpx.AsyncClient(), AsyncCarrier()
        try:
            yield client, carrier, lambda act: runner.run(repeat(act))
        finally:
            runner.run(close())


def _decide_each(given: Iterator[list[Failure]]) -> None:
    for failure in next(given):
        step = Turn(_CANDIDATES, _LIMITS).step(now_s=0.0)
        step.begin(now_s=0.0)
        step.failed(classify(failure), now_s=0.1, draw=0.5)


def _parse_each(given: Iterator[list[Failure]]) -> None:
    for failure in next(given):
        if failure.status:
            json.loads(failure.body)
