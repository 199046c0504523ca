"""Signed in: a token that its host refuses is renewed and the conversation goes on, for every way to sign in."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from secrets import token_hex
from threading import Event
from typing import Any

import pytest

from hermes_fallback.errors import Unanswered
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.model.credential import Credential
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.session.events import Answer
from hermes_fallback.session.session import AsyncSession, Session
from tests.journeys.callers import CONTEXT, ask_once
from tests.oauth_server import OAuthServer

PLUGIN = """\
from hermes_fallback.providers import get_provider_profile, register_provider

bundled = get_provider_profile({name!r})
oauth = bundled.oauth.but(**{oauth!r})
register_provider(bundled.but(base_url={base_url!r}, alternate_base_urls=(), oauth=oauth))
"""
CLIENT = "client-of-the-test"

Chat = Callable[["Bench"], str]


class Bench:
    """A home whose primary is one provider, on loopback as its authorization server is, with a spare behind it."""

    def __init__(self, home: Path, server: OAuthServer, loopback: Loopback) -> None:
        self.home, self.server, self.loopback = home, server, loopback
        self.github = f"gho_{token_hex(16)}"
        self.environ = {"HOME": str(home), "HERMES_HOME": str(home), "PATH": "/usr/bin:/bin"}

    def sign_in(self, name: str, *, expires_in: float = 3600) -> str:
        """Have *name* as the primary, signed in; the token that its host will be sent first."""
        spare = self.loopback.base_urls["spare"]
        (self.home / "config.yaml").write_text(
            f"model: {{provider: {name}, default: m-1}}\n"
            f"fallback_providers: [{{provider: custom, model: spare-model, base_url: {spare}}}]\n"
        )
        plugin = self.home / "plugins" / "model-providers" / name / "__init__.py"
        plugin.parent.mkdir(parents=True)
        oauth = {key: value.format(self.server.url) for key, value in PLACES[name].items()}
        base_url = self.loopback.base_urls["host"]
        oauth |= {"client_id": CLIENT, "discovery_url": ""}
        plugin.write_text(PLUGIN.format(name=name, oauth=oauth, base_url=base_url))
        if name == "copilot":
            self.environ["COPILOT_GITHUB_TOKEN"] = self.github
            return ""
        pair = self.server.issue(CLIENT)
        content = STORED[name](pair, time.time() + expires_in)
        (self.home / "auth.json").write_text(json.dumps({"version": 1, **content}))
        return str(pair["access_token"])

    @property
    def runtime(self) -> Runtime:
        """The home, opened afresh."""
        return Runtime.open(self.home, environ=self.environ)

    def sent(self) -> list[str]:
        """The tokens that the host was sent."""
        return [str(each.authorization).removeprefix("Bearer ") for each in self.loopback.received("host")]

    def stored(self) -> str:
        """All that stands in auth.json."""
        return (self.home / "auth.json").read_text()

    def refreshes(self) -> list[dict[str, Any]]:
        """What came to the token endpoints."""
        return [each for each in self.server.requests() if each["path"].endswith("/token")]


def _iso(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def _flat(name: str) -> Callable[[Mapping[str, Any], float], dict[str, Any]]:
    return lambda pair, ends: {
        "providers": {
            name: {
                "access_token": pair["access_token"],
                "refresh_token": pair["refresh_token"],
                "expires_at": _iso(ends),
            }
        },
        "credential_pool": {},
    }


def _nested(name: str) -> Callable[[Mapping[str, Any], float], dict[str, Any]]:
    return lambda pair, ends: {
        "providers": {
            name: {
                "tokens": {
                    "access_token": pair["access_token"],
                    "refresh_token": pair["refresh_token"],
                    "expires_at": _iso(ends),
                }
            }
        }
    }


def _pooled(name: str) -> Callable[[Mapping[str, Any], float], dict[str, Any]]:
    return lambda pair, ends: {
        "credential_pool": {
            name: [
                {
                    "id": "abc123",
                    "label": "mine",
                    "auth_type": "oauth",
                    "priority": 0,
                    "source": "manual:hermes_pkce",
                    "access_token": pair["access_token"],
                    "refresh_token": pair["refresh_token"],
                    "expires_at_ms": int(ends * 1000),
                }
            ]
        }
    }


PLACES: dict[str, dict[str, str]] = {
    "nous": {"token_url": "{}/token"},
    "openai-codex": {"token_url": "{}/token"},
    "xai-oauth": {"token_url": "{}/token"},
    "qwen-oauth": {"token_url": "{}/token"},
    "minimax-oauth": {"token_url": "{}/minimax/token"},
    "anthropic": {"token_url": "{}/token"},
    "copilot": {"exchange_url": "{}/copilot/token"},
}
STORED = {
    "nous": _flat("nous"),
    "openai-codex": _nested("openai-codex"),
    "xai-oauth": _nested("xai-oauth"),
    "qwen-oauth": _flat("qwen-oauth"),
    "minimax-oauth": _flat("minimax-oauth"),
    "anthropic": _pooled("anthropic"),
}


def in_library(bench: Bench) -> str:
    """The answer of a session."""
    with Session(bench.runtime.plan()) as session:
        return _model(session.ask("hi"))


def in_library_awaited(bench: Bench) -> str:
    """The answer of a session on asyncio."""

    async def ask() -> Answer:
        async with AsyncSession(bench.runtime.plan()) as session:
            return await session.ask("hi")

    return _model(asyncio.run(ask()))


def in_chat(bench: Bench) -> str:
    """The answer that `hermes chat` prints."""
    return str(said(bench, "chat", "-q", "hi")["served_by"]["provider"])


def said(bench: Bench, *argv: str) -> dict[str, Any]:
    """The document that `hermes` prints and ends well with."""
    done = subprocess.run(
        [sys.executable, "-m", "hermes_fallback", *argv, "--json"],
        env=bench.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _model(answer: Answer) -> str:
    return answer.served_by.provider


@pytest.fixture
def bench(home: Path) -> Iterator[Bench]:
    """Everything there, and nobody signed in."""
    host = {"name": "host", "list_script": ["unauthorized", "ok"]}
    with OAuthServer() as server, Loopback({"providers": [host, {"name": "spare"}]}) as loopback:
        yield Bench(home, server, loopback)


@pytest.mark.parametrize("ask", [in_library, in_library_awaited, in_chat], ids=["sync", "async", "chat"])
@pytest.mark.parametrize("name", PLACES)
def test_refused_token_is_renewed_once_and_the_same_link_answers(bench: Bench, name: str, ask: Chat) -> None:
    """401, one refresh, the answer: nobody notices, the spare stays unasked, and what is new is kept."""
    first = bench.sign_in(name)
    bench.loopback.script("host", ["unauthorized", "ok"])
    assert ask(bench) == name
    refused, taken = bench.sent()
    assert refused != taken
    assert first in {"", refused}
    assert bench.loopback.received("spare") == ()
    if name != "copilot":
        assert len(bench.refreshes()) == 1
        assert taken in bench.stored()
        assert refused not in bench.stored()


@pytest.mark.parametrize("name", [name for name in PLACES if name != "copilot"])
def test_token_that_is_about_to_end_is_renewed_before_it_is_sent(bench: Bench, name: str) -> None:
    """The host never sees the old one."""
    old = bench.sign_in(name, expires_in=10)
    assert in_library(bench) == in_library(bench) == name
    assert old not in bench.sent()
    assert len(bench.refreshes()) == 1


@pytest.mark.parametrize("script", [["ok"], ["unauthorized", "ok"]], ids=["due", "refused"])
def test_twenty_processes_share_one_refresh(bench: Bench, script: list[str]) -> None:
    """Twenty conversations begin at once: one refresh, twenty answers, and no token is used a second time."""
    bench.sign_in("nous", expires_in=10 if script == ["ok"] else 3600)
    bench.loopback.script("host", script)
    callers = [CONTEXT.Process(target=ask_once, args=(bench.home, bench.environ)) for _ in range(20)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert [caller.exitcode for caller in callers] == [0] * 20
    assert (len(bench.refreshes()), bench.server.ended) == (1, [])
    assert len(set(bench.sent()[len(script) - 1 :])) <= len(script)
    assert bench.loopback.received("spare") == ()


def test_sign_in_that_is_over_goes_on_to_the_next_link_and_stays_over(bench: Bench) -> None:
    """The grant is asked once; later turns know that it is dead, and `why` says how to sign in again."""
    bench.sign_in("nous", expires_in=-10)
    bench.server.set(fail=[400, {"error": "invalid_grant"}])
    assert in_library(bench) == "custom"
    assert in_library(bench) == "custom"
    assert len(bench.refreshes()) == 1
    assert bench.sent() == []


def test_busy_authorization_server_costs_the_turn_nothing_while_the_token_is_good(bench: Bench) -> None:
    """A renewal ahead of time that fails for now leaves the old token in use."""
    old = bench.sign_in("nous", expires_in=60)
    bench.server.set(fail=[503, {"error": "temporarily_unavailable"}])
    assert in_library(bench) == "nous"
    assert bench.sent() == [old]


def test_authorization_server_that_is_down_is_asked_once_a_turn(bench: Bench) -> None:
    """The spare answers meanwhile, and no second try makes it wait longer."""
    bench.sign_in("nous", expires_in=-10)
    bench.server.set(fail=[503, {"error": "temporarily_unavailable"}])
    assert in_library(bench) == "custom"
    assert len(bench.refreshes()) == 1


def test_request_that_is_mended_after_a_renewal_keeps_the_new_token(bench: Bench) -> None:
    """What the host then minds is not the token, which is not renewed again."""
    bench.sign_in("nous")
    minds = {"behaviour": "unsupported_parameter", "param": "stream_options"}
    bench.loopback.script("host", ["unauthorized", minds, "ok"])
    assert in_library(bench) == "nous"
    assert len(bench.refreshes()) == 1


class Held:
    """Renews nothing until it is let go."""

    def __init__(self) -> None:
        self.is_asked, self.may_go = Event(), Event()

    def renew(self, credential: Credential, *, refused: bool, now: float) -> Credential:
        self.is_asked.set()
        self.may_go.wait(60)
        return credential


def test_caller_who_leaves_during_a_renewal_leaves_nothing_behind(bench: Bench) -> None:
    """Nothing is sent, nothing is benched, and the receipt says that the answer was not waited for."""
    bench.sign_in("nous", expires_in=10)
    held = Held()

    async def leave() -> None:
        async with AsyncSession(bench.runtime.plan(), renewing=held) as session:
            asking = asyncio.create_task(session.ask("hi"))
            await asyncio.to_thread(held.is_asked.wait, 60)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
        held.may_go.set()

    asyncio.run(leave())
    (turn,) = said(bench, "fallback", "why", "last")["turns"]
    assert (turn["outcome"], [each["action"] for each in turn["attempts"]]) == ("cancelled", ["stop"])
    assert bench.loopback.received() == ()
    assert not bench.runtime.state.health().benches


@pytest.mark.parametrize("name", [name for name in PLACES if name != "nous"])
def test_refused_token_is_renewed_by_a_test_as_well(bench: Bench, name: str) -> None:
    """What the next question mends is no fault; and Nous lists its models to everybody."""
    bench.sign_in(name)
    (tested,) = said(bench, "fallback", "test", "0")["results"]
    assert tested["verdict"] == "ok"
    if name != "copilot":
        assert len(bench.refreshes()) == 1


def test_dead_sign_in_alone_says_which_command_mends_it(bench: Bench) -> None:
    """With no other link, the error names the sign-in."""
    bench.sign_in("nous", expires_in=-10)
    (bench.home / "config.yaml").write_text("model: {provider: nous, default: m-1}\n")
    bench.server.set(fail=[400, {"error": "invalid_grant"}])
    with pytest.raises(Unanswered) as failed:
        in_library(bench)
    assert failed.value.hint == "hermes auth login nous"


def test_lasting_token_is_sent_to_the_exchange_alone(bench: Bench) -> None:
    """GitHub's token goes to GitHub; what Copilot sees is what it was exchanged for."""
    bench.sign_in("copilot")
    assert in_library(bench) == "copilot"
    assert bench.github not in str([each.headers for each in bench.loopback.received()])
    (exchange,) = bench.server.requests("/copilot/token")
    assert bench.github in exchange["headers"]["authorization"]


@pytest.mark.parametrize("name", PLACES)
def test_no_part_of_a_sign_in_reaches_a_foreign_host(bench: Bench, name: str) -> None:
    """Redirected, refused, renewed, failed over: each host sees what is meant for it, and nothing else."""
    first = bench.sign_in(name)
    with Loopback([{"name": "elsewhere"}]) as elsewhere:
        to = f"{elsewhere.base_url('elsewhere')}/chat/completions"
        away = {"behaviour": "redirect", "to": to}
        for script in ([away], ["unauthorized", "ok"], ["unauthorized", "unauthorized"], ["server_error"]):
            bench.loopback.script("host", script)
            in_library(bench)
            bench.runtime.state.reset(None)
        assert elsewhere.received() == ()
    access = {first, *bench.sent()} - {""}
    lasting = {bench.github} if name == "copilot" else _refresh_tokens(bench)
    assert not _mentions(bench.loopback.received("spare"), access | lasting)
    assert not _mentions(bench.loopback.received("host"), lasting)
    assert not _mentions(bench.server.requests(), access)
    assert _mentions(bench.server.requests(), lasting)


def _refresh_tokens(bench: Bench) -> set[str]:
    """Every refresh token that was used."""
    sent = (
        each["form"].get("refresh_token") or each["headers"].get("x-nous-refresh-token")
        for each in bench.refreshes()
    )
    return {token for token in sent if token}


def _mentions(records: object, secrets: set[str]) -> bool:
    told = repr(records)
    return any(secret in told for secret in secrets)
