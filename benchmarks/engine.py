"""What the engine adds to its transport: a turn through a session, against the same request with httpx alone.

The providers run as a process of their own. A failover is two exchanges, so its reference is two as well.
"""

from __future__ import annotations

import json
import tempfile
from functools import partial
from pathlib import Path

import httpx

from benchmarks.measure import Figure, measure
from hermes_fallback import Failure, Plan, Session, classify
from hermes_fallback.loopback.process import LoopbackProcess
from hermes_fallback.model.failure import Transport
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["figures"]

BODY = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "stream": True}
SPENT = Failure(
    transport=Transport.HTTP,
    status=429,
    headers={"content-type": "application/json"},
    body=json.dumps({"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}),
)


def figures(rounds: int) -> list[Figure]:
    """A turn that succeeds, a turn that fails over, and one classification."""
    providers = {"providers": [{"name": "well"}, {"name": "dead", "script": ["unauthorized"]}]}
    with (
        tempfile.TemporaryDirectory() as folder,
        LoopbackProcess(providers) as loopback,
        httpx.Client() as client,
        Carrier() as carrier,
    ):
        well, dead = loopback.base_urls["well"], loopback.base_urls["dead"]
        fine, failing = _plan(Path(folder), well, well), _plan(Path(folder), dead, well)
        return [
            measure(
                "a turn, answered by the primary",
                partial(_ask, fine, carrier),
                reference=partial(_post, client, well),
                reference_name="httpx alone",
                rounds=rounds,
            ),
            measure(
                "a turn, failed over to the next link",
                partial(_ask, failing, carrier),
                reference=partial(_post_both, client, dead, well),
                reference_name="httpx alone, twice",
                rounds=rounds,
            ),
            measure(
                "a thousand failures classified",
                partial(_classify_many, 1000),
                reference=partial(_parse_many, 1000),
                reference_name="json.loads of their bodies",
                rounds=max(rounds // 20, 3),
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


def _post(client: httpx.Client, url: str) -> None:
    with client.stream("POST", f"{url}/chat/completions", json=BODY) as response:
        response.read()


def _post_both(client: httpx.Client, first: str, second: str) -> None:
    _post(client, first)
    _post(client, second)


def _classify_many(count: int) -> None:
    for _ in range(count):
        classify(SPENT)


def _parse_many(count: int) -> None:
    for _ in range(count):
        json.loads(SPENT.body)
