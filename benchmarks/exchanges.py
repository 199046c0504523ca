"""What engine and peers are measured with: providers in a process of their own, and the bare requests to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx

from hermes_fallback.loopback.process import LoopbackProcess

__all__ = ["BODY", "DEAD", "bare", "bare_pair", "providers"]

BODY = {
    "model": "m",
    "messages": [{"role": "user", "content": "hello"}],
    "stream": True,
    "stream_options": {"include_usage": True},
}
DEAD = {
    "refused": ["refuse"],
    "401": ["unauthorized"],
    "402": ["payment_required"],
    "429": [{"behaviour": "rate_limit", "retry_after": 3600}],
}
"""The primaries that fail, by what they answer."""


@contextmanager
def providers() -> Iterator[dict[str, str]]:
    """The base URL of each of `DEAD`, and of `well`, which answers."""
    names = [{"name": "well"}, *({"name": name, "script": script} for name, script in DEAD.items())]
    with LoopbackProcess({"providers": names}) as loopback:
        yield loopback.base_urls


def bare(client: httpx.Client, base_url: str) -> Callable[[], None]:
    """The request of a turn, and nothing else."""

    def post() -> None:
        with suppress(httpx.ConnectError):
            client.post(f"{base_url}/chat/completions", json=BODY)

    return post


def bare_pair(client: httpx.Client, first: str, second: str) -> Callable[[], None]:
    """The two requests of a turn that fails over."""
    primary, spare = bare(client, first), bare(client, second)

    def post() -> None:
        primary(), spare()

    return post
