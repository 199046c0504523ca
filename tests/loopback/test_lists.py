"""The list of models has a script of its own, and may show more or less than is served."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from hermes_fallback.loopback.process import LoopbackProcess
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.loopback.spec import BadSpec, read_specs


def _ask(url: str, document: object = None, **headers: str) -> tuple[int, Any]:
    data = None if document is None else json.dumps(document).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=5) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def _listed(document: Any) -> list[str]:
    return [entry["id"] for entry in document["data"]]


def test_a_catalog_restricts_no_chat() -> None:
    """What is shown and what is served are two things; without a catalog they are one."""
    specs = [{"name": "p", "catalog": ["shown"]}, {"name": "q", "models": ["m"]}]
    with Loopback(specs) as loopback:
        assert _listed(_ask(f"{loopback.base_url('p')}/models")[1]) == ["shown"]
        assert _ask(f"{loopback.base_url('p')}/chat/completions", {"model": "hidden"})[0] == 200
        assert _listed(_ask(f"{loopback.base_url('q')}/models")[1]) == ["m"]


def test_lists_and_chats_follow_their_own_scripts() -> None:
    """One step a request, the last for ever; neither moves the other on."""
    script = {"script": ["ok", "rate_limit"], "list_script": ["server_error", "ok"]}
    with Loopback([{"name": "p", **script}]) as loopback:
        base_url = loopback.base_url("p")
        assert [_ask(f"{base_url}/models")[0] for _ in range(3)] == [500, 200, 200]
        assert [_ask(f"{base_url}/chat/completions", {})[0] for _ in range(3)] == [200, 429, 429]
        behaviours = [one.behaviour for one in loopback.received()]
    assert behaviours == ["server_error", "ok", "ok", "ok", "rate_limit", "rate_limit"]


@pytest.mark.parametrize("step", ["slow_first_token", "stall", "cut", "truncated_json"])
def test_a_list_goes_wrong_in_the_ways_of_answers(step: str) -> None:
    """Late, or half of it: it is the list that comes, not a chat's answer."""
    late = {"seconds": 0.02} if step in {"slow_first_token", "stall"} else {}
    spec = {"name": "p", "catalog": ["m"], "list_script": [{"behaviour": step, **late}]}
    with Loopback([spec]) as loopback:
        request = urllib.request.urlopen(f"{loopback.base_url('p')}/models", timeout=5)
        with request as response:
            body = response.read1()
    assert body.startswith(b'{"object": "list"')
    assert body.endswith(b"}") == (step == "slow_first_token")


def test_a_key_opens_its_own_route_and_the_list() -> None:
    """Unless the list is for everybody; the other route never is."""
    specs = [{"name": "shut", "key": "k"}, {"name": "open", "key": "k", "public_list": True}]
    with Loopback(specs) as loopback:
        urls = [
            f"{loopback.base_url(name)}/{path}" for name in ("shut", "open") for path in ("models", "key")
        ]
        assert [_ask(url)[0] for url in urls] == [401, 401, 200, 401]
        assert [_ask(url, Authorization="Bearer k")[0] for url in urls] == [200] * 4


def test_the_process_takes_them_too() -> None:
    """A description in JSON knows every field."""
    spec = {
        "name": "p",
        "catalog": [f"m{n}" for n in range(2000)],
        "list_script": ["ok"],
        "public_list": True,
    }
    with LoopbackProcess({"providers": [spec]}) as loopback:
        assert len(_listed(_ask(f"{loopback.base_urls['p']}/models")[1])) == 2000


def test_an_unknown_step_of_a_list_is_told() -> None:
    """As one of the chat's script is."""
    with pytest.raises(BadSpec, match="`flaky` is not a behaviour"):
        read_specs([{"name": "p", "list_script": ["flaky"]}])
