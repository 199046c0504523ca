"""Lists of providers that one signs in to: the token is renewed where it is due, and asked with the new one."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hermes_fallback.loopback.server import Loopback
from tests.oauth_server import OAuthServer

PLUGIN = """\
from hermes_fallback.providers import get_provider_profile, register_provider

bundled = get_provider_profile("qwen-oauth")
oauth = bundled.oauth.but(token_url={token_url!r}, client_id="client-of-the-test", discovery_url="")
register_provider(bundled.but(base_url={base_url!r}, alternate_base_urls=(), oauth=oauth))
"""


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    """The authorization server."""
    with OAuthServer() as running:
        yield running


@pytest.fixture
def host(request: pytest.FixtureRequest) -> Iterator[Loopback]:
    """The provider, which does to requests for its list what a test says."""
    script = getattr(request, "param", ["ok"])
    with Loopback([{"name": "host", "catalog": ["qwen-a", "qwen-b"], "list_script": script}]) as running:
        yield running


SignIn = Callable[[float], str]


@pytest.fixture
def sign_in(home: Path, server: OAuthServer, host: Loopback) -> SignIn:
    """Signs the home in, with a token that ends in so many seconds, and gives that."""

    def keep(lasts_s: float) -> str:
        pair = server.issue("client-of-the-test")
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + lasts_s))
        tokens = {name: pair[name] for name in ("access_token", "refresh_token")}
        kept = {"version": 1, "providers": {"qwen-oauth": {**tokens, "expires_at": ends}}}
        (home / "auth.json").write_text(json.dumps(kept))
        return str(pair["access_token"])

    folder = home / "plugins" / "model-providers" / "qwen-oauth"
    folder.mkdir(parents=True)
    code = PLUGIN.format(token_url=f"{server.url}/token", base_url=host.base_urls["host"])
    (folder / "__init__.py").write_text(code)
    return keep


def listed(home: Path) -> dict[str, Any]:
    """The document of `hermes model list`, in a process that has renewed nothing yet."""
    done = subprocess.run(
        [sys.executable, "-m", "hermes_fallback", "model", "list", "qwen-oauth", "--fresh", "--json"],
        env={"HOME": str(home), "HERMES_HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_a_token_that_is_due_is_renewed_before_the_list_is_asked_for(
    home: Path, server: OAuthServer, host: Loopback, sign_in: SignIn
) -> None:
    """The provider never sees the old one; the new one is kept, and serves the next list as it is."""
    token = sign_in(-10)
    for _ in range(2):
        document = listed(home)
        assert (document["models"], document["source"]) == (["qwen-a", "qwen-b"], "live")
    first, second = (each.authorization for each in host.received("host"))
    assert first == second != f"Bearer {token}"
    assert str(first).removeprefix("Bearer ") in (home / "auth.json").read_text()
    assert len(server.requests("/token")) == 1


def test_a_sign_in_that_is_over_gives_the_usual_models_and_says_so(
    home: Path, server: OAuthServer, host: Loopback, sign_in: SignIn
) -> None:
    """Nothing is asked with a token that nobody takes."""
    sign_in(-10)
    server.set(fail=[400, {"error": "invalid_grant"}])
    document = listed(home)
    assert (document["source"], document["problem"]["kind"]) == ("default", "refused-key")
    assert "hermes auth login qwen-oauth" in document["problem"]["hint"]
    assert host.received() == ()


@pytest.mark.parametrize("host", [["unauthorized", "ok"]], ids=["once"], indirect=True)
def test_a_token_that_is_refused_is_renewed_once_and_the_list_asked_for_again(
    home: Path, server: OAuthServer, host: Loopback, sign_in: SignIn
) -> None:
    """Who was signed out elsewhere gets the list all the same."""
    token = sign_in(3600)
    assert listed(home)["source"] == "live"
    first, second = (each.authorization for each in host.received("host"))
    assert (first, second != first) == (f"Bearer {token}", True)
    assert len(server.requests("/token")) == 1


@pytest.mark.parametrize("host", [["unauthorized"]], ids=["always"], indirect=True)
def test_a_token_that_is_refused_again_is_not_renewed_again(
    home: Path, server: OAuthServer, host: Loopback, sign_in: SignIn
) -> None:
    """The provider minds something else, and the usual models are given with what it says."""
    sign_in(3600)
    document = listed(home)
    assert (document["source"], document["problem"]["kind"]) == ("default", "refused-key")
    assert (len(host.received("host")), len(server.requests("/token"))) == (2, 1)
