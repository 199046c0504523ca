"""The same turns through others, as far as they are installed: `pip install 'hermes-fallback[bench]'`.

LiteLLM's Router fails over by itself, here without benching anybody; the openai SDK is asked twice by hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

import httpx

from benchmarks.exchanges import BODY, DEAD, bare, bare_pair, providers
from benchmarks.measure import Figure, measure

__all__ = ["figures"]

_KEY = "sk-planted"
_MESSAGES: list[Any] = BODY["messages"]  # type: ignore[assignment]
_FEW = 1
"""Rounds for what takes seconds each time."""
Turn = Callable[[str, str], object]
"""Asks the first base URL, and the second where that fails."""


def figures(rounds: int) -> list[Figure]:
    """A success and each failover, for every peer that is here."""
    peers: dict[str, tuple[str, Turn, int]] = {
        "openai SDK": ("openai", _sdk, rounds),
        "LiteLLM Router, no retries": ("litellm", partial(_router, num_retries=0), rounds),
        "LiteLLM Router": ("litellm", _router, min(rounds, _FEW)),
    }
    with providers() as urls, httpx.Client() as client:
        return [
            figure
            for name, (library, turn, few) in peers.items()
            if find_spec(library)
            for figure in _figures(name, turn, urls, client, rounds, few)
        ]


def _figures(
    name: str, turn: Turn, urls: dict[str, str], client: httpx.Client, rounds: int, few: int
) -> Iterator[Figure]:
    well = urls["well"]
    yield measure(
        f"{name}: a turn",
        partial(turn, well, well),
        reference=bare(client, well),
        reference_name="httpx.Client.post",
        rounds=rounds,
    )
    for dead in DEAD:
        yield measure(
            f"{name}: failed over from {dead}",
            partial(turn, urls[dead], well),
            reference=bare_pair(client, urls[dead], well),
            reference_name="httpx.Client.post, twice",
            rounds=few,
        )


def _sdk(first: str, second: str) -> None:
    import openai

    try:
        _spoken(_sdk_client(first))
    except openai.APIError:
        _spoken(_sdk_client(second))


_CLIENTS: dict[Any, Any] = {}
"""Each made once, as a program would."""


def _sdk_client(base_url: str) -> Any:
    import openai

    if base_url not in _CLIENTS:
        _CLIENTS[base_url] = openai.OpenAI(base_url=base_url, api_key=_KEY, max_retries=0)
    return _CLIENTS[base_url]


def _spoken(client: Any) -> None:
    for _ in client.chat.completions.create(**BODY):
        pass


def _router(first: str, second: str, **options: Any) -> None:
    key = (first, second, *options.items())
    if key not in _CLIENTS:
        _CLIENTS[key] = _make_router(first, second, options)
    for _ in _CLIENTS[key].completion(model="first", messages=_MESSAGES, stream=True):
        pass


def _make_router(first: str, second: str, options: dict[str, Any]) -> Any:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # it would fetch a list from the network
    import litellm

    litellm.suppress_debug_info = True
    links = [
        {"model_name": name, "litellm_params": {"model": "openai/m", "api_base": url, "api_key": _KEY}}
        for name, url in (("first", first), ("second", second))
    ]
    return litellm.Router(
        model_list=links, fallbacks=[{"first": ["second"]}], disable_cooldowns=True, **options
    )
