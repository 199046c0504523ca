"""Hermes Agent itself and we write one auth.json in turns: each reads what the other wrote, and nothing is lost.

Runs where `HERMES_FALLBACK_PEER_PYTHON` names the interpreter of an environment with `hermes-agent==0.19.0`.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
from pathlib import Path
from time import time
from typing import Any

import pytest
from auth_files import CONTEXT, add, held, write

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.pool_edits import add_key
from hermes_fallback.model.bench import Bench, Subject
from hermes_fallback.model.reason import Reason
from hermes_fallback.runtime.credential_states import AuthPools
from hermes_fallback.secret import Secret
from hermes_fallback.state.kept import KeptState
from hermes_fallback.state.memory import MemoryStore

pytestmark = pytest.mark.peer

PROLOGUE = """
import json, sys, uuid
from importlib.metadata import version
from agent.credential_pool import PooledCredential, load_pool
assert version("hermes-agent") == "0.19.0"

def add(provider, label, key):
    load_pool(provider).add_entry(PooledCredential(
        provider=provider, id=uuid.uuid4().hex[:6], label=label, auth_type="api_key", priority=0,
        source="manual", access_token=key))

def keys(provider):
    return [[each.label, each.access_token] for each in load_pool(provider).entries()]

def usable(provider):
    return [each.label for each in load_pool(provider)._available_entries()]

def say(value):
    print(json.dumps(value))
"""


class Peer:
    """Hermes Agent, with *home* for its home."""

    def __init__(self, python: str, home: Path) -> None:
        self._python, self._home = python, home

    def start(self, code: str) -> subprocess.Popen[str]:
        """*code* running there."""
        return subprocess.Popen(
            [self._python, "-c", PROLOGUE + code],
            env={**os.environ, "HERMES_HOME": str(self._home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, code: str) -> Any:
        """What *code* says at its end."""
        out, err = (process := self.start(code)).communicate()
        assert process.returncode == 0, err
        return json.loads(out.splitlines()[-1])


@pytest.fixture
def peer(home: Path) -> Peer:
    """Hermes Agent in the test's home."""
    python = os.environ.get("HERMES_FALLBACK_PEER_PYTHON")
    if not python:
        pytest.skip("HERMES_FALLBACK_PEER_PYTHON names no interpreter with hermes-agent==0.19.0")
    return Peer(python, home)


def state(auth: AuthFile) -> KeptState:
    return KeptState(MemoryStore(), AuthPools(auth))


def bench(key: str, until: float, reason: Reason = Reason.QUOTA) -> Bench:
    return Bench(subject=Subject(credential=Secret(key).digest(16)), reason=reason, since=time(), until=until)


def test_each_reads_the_keys_of_the_other_in_one_order(peer: Peer, home: Path) -> None:
    """Theirs, ours, theirs, and ours in front."""
    auth = AuthFile(home / "auth.json")
    peer.run('add("deepseek", "theirs-1", "sk-theirs-0001"); say(0)')
    add_key(auth, "deepseek", Secret("sk-ours-0001"), label="ours-1")
    peer.run('add("deepseek", "theirs-2", "sk-theirs-0002"); say(0)')
    add_key(auth, "deepseek", Secret("sk-ours-0002"), label="ours-2", priority=0)
    seen = [[each.label, each.secret.reveal()] for each in auth.read().pool("deepseek") if each.secret]
    assert [label for label, _ in seen] == ["ours-2", "theirs-1", "ours-1", "theirs-2"]
    assert peer.run('say(keys("deepseek"))') == seen


def test_many_of_both_add_at_once_and_no_key_is_lost(peer: Peer, home: Path) -> None:
    """Both hold the same lock. Priorities that theirs left alike are told apart by our next edit."""
    path, start = str(home / "auth.json"), CONTEXT.SimpleQueue()
    ours = [CONTEXT.Process(target=add, args=(path, number, start)) for number in range(6)]
    theirs = [peer.start(f'add("openrouter", "theirs-{n}", "sk-theirs-{n:04}")') for n in range(4)]
    for each in ours:
        each.start()
        start.put(None)
    for process in theirs:
        _, err = process.communicate()
        assert process.returncode == 0, err
    for each in ours:
        each.join()
    add_key(AuthFile(path), "openrouter", Secret("sk-last-0001"), label="last")
    pool = AuthFile(path).read().pool("openrouter")
    assert len({each.label for each in pool}) == 11
    assert [each.priority for each in pool] == list(range(11))


def test_what_we_bench_they_leave_alone_until_then(peer: Peer, home: Path) -> None:
    """Whether the provider named the time or we guess; the dead for good; what is over and what was reset not."""
    auth = AuthFile(home / "auth.json")
    for name in ("given", "dead", "over", "reset", "well"):
        add_key(auth, "deepseek", Secret(f"sk-{name}-0001"), label=name)
    shared = state(auth)
    shared.bench(bench("sk-given-0001", time() + 900), generation=0)
    shared.bench(bench("sk-dead-0001", math.inf, Reason.AUTH), generation=0)
    shared.bench(bench("sk-over-0001", time() + 0.001), generation=0)
    shared.bench(bench("sk-reset-0001", time() + 900), generation=0)
    shared.reset(Subject(credential=Secret("sk-reset-0001").digest(16)))
    assert peer.run('say(usable("deepseek"))') == ["over", "reset", "well"]


@pytest.mark.parametrize(
    ("status", "context", "length_s", "reason"),
    [
        pytest.param(401, {}, 300, Reason.AUTH, id="401"),
        pytest.param(429, {}, 3600, Reason.RATE_LIMIT, id="429"),
        pytest.param(402, {}, 3600, Reason.QUOTA, id="402"),
        pytest.param(429, {"reset_at": 4102444800}, None, Reason.RATE_LIMIT, id="time-given"),
        pytest.param(401, {"reason": "token_revoked"}, math.inf, Reason.AUTH, id="dead"),
    ],
)
def test_what_they_bench_is_benched_here_until_the_same_time(
    peer: Peer, home: Path, status: int, context: dict[str, Any], length_s: float | None, reason: Reason
) -> None:
    """Their cooldown is our bench."""
    auth = AuthFile(home / "auth.json")
    add_key(auth, "deepseek", Secret("sk-one-0001"))
    peer.run(f"""
pool = load_pool("deepseek")
pool.select()
pool.mark_exhausted_and_rotate(status_code={status}, error_context={context!r})
say(0)
""")
    (found,) = state(auth).health().benches.values()
    until = 4102444800.0 if length_s is None else found.since + length_s
    assert (found.until, found.reason) == (until, reason)
    assert abs(found.since - time()) < 60


def test_they_lift_what_is_over_and_we_see_it(peer: Peer, home: Path) -> None:
    """Their selection clears an entry whose time has come."""
    auth = AuthFile(home / "auth.json")
    add_key(auth, "deepseek", Secret("sk-one-0001"))
    shared = state(auth)
    shared.bench(bench("sk-one-0001", time() + 0.001), generation=0)
    assert peer.run('say(load_pool("deepseek").select().label)') == "api-key-1"
    assert shared.health().benches == {}


def test_a_key_of_the_environment_is_the_same_credential_for_both(peer: Peer, home: Path) -> None:
    """They keep its fingerprint in the pool; a bench of the key, wherever we found it, stands there."""
    (home / ".env").write_text("DEEPSEEK_API_KEY=sk-variable-0001\n")
    assert peer.run('say(usable("deepseek"))') == ["DEEPSEEK_API_KEY"]
    auth = AuthFile(home / "auth.json")
    assert "sk-variable" not in (home / "auth.json").read_text()
    state(auth).bench(bench("sk-variable-0001", time() + 900), generation=0)
    assert peer.run('say(usable("deepseek"))') == []


def test_a_sign_in_that_we_renew_is_theirs_too(peer: Peer, home: Path) -> None:
    """They seed an entry from the state; we renew both; they see one credential with the new tokens."""
    tokens = {"access_token": "at-1", "refresh_token": "rt-1"}
    auth = write(home, {"version": 1, "providers": {"openai-codex": {"tokens": tokens, "last_refresh": "x"}}})
    assert peer.run('say(keys("openai-codex"))') == [["device_code", "at-1"]]
    (entry,) = auth.read().pool("openai-codex")
    with auth.locked() as edit:
        edit.renew("openai-codex", entry.id, Secret("at-2"), refresh_token=Secret("rt-2"))
    seen = peer.run(
        'say([[e.id, e.access_token, e.refresh_token] for e in load_pool("openai-codex").entries()])'
    )
    assert seen == [[entry.id, "at-2", "rt-2"]]


def test_what_neither_of_us_knows_outlives_both(peer: Peer, home: Path) -> None:
    """Keys at the top of the file and in a provider's state."""
    write(home, {"version": 1, "providers": {"zai": {"theirs": 1}}, "nobody": {"knows": [1]}})
    peer.run('add("deepseek", "a", "sk-a-0001"); say(0)')
    add_key(AuthFile(home / "auth.json"), "deepseek", Secret("sk-b-0001"))
    peer.run('add("deepseek", "c", "sk-c-0001"); say(0)')
    after: Any = held(home)
    assert (after["providers"]["zai"], after["nobody"]) == ({"theirs": 1}, {"knows": [1]})
