"""Several keys of one provider: who is next when one fails, who takes turns, and what every process knows of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from hermes_fallback.errors import Unanswered
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.session.session import Session

KEYS = ("first-key-0123456789", "second-key-0123456789", "third-key-0123456789")
PLUGIN = """\
from hermes_fallback.providers import ProviderProfile, register_provider

register_provider(ProviderProfile(name="acme", base_url={base_url!r}, env_vars=("ACME_API_KEY",)))
"""


class Pool:
    """A home whose primary is a provider with three keys in its pool; a spare stands behind it."""

    def __init__(self, home: Path, loopback: Loopback) -> None:
        self.home, self.loopback = home, loopback
        self.environ = {"HOME": str(home), "HERMES_HOME": str(home), "PATH": "/usr/bin:/bin"}
        plugin = home / "plugins" / "model-providers" / "acme" / "__init__.py"
        plugin.parent.mkdir(parents=True)
        plugin.write_text(PLUGIN.format(base_url=loopback.base_urls["acme"]))
        entries = [
            {"id": f"00000{n}", "label": f"key-{n}", "source": "manual", "priority": n, "access_token": key}
            for n, key in enumerate(KEYS)
        ]
        (home / "auth.json").write_text(json.dumps({"credential_pool": {"acme": entries}}))
        self.configure()

    def configure(self, more: str = "", *, spare: bool = True) -> None:
        """Write config.yaml, with *more* at its end."""
        links = f"{{provider: custom, model: spare, base_url: {self.loopback.base_urls['spare']}}}"
        chain = f"[{links if spare else ''}]"
        text = f"model: {{provider: acme, default: m-1}}\nfallback_providers: {chain}\n{more}"
        (self.home / "config.yaml").write_text(text)

    def ask(self) -> str:
        """Who answers, in a session of its own."""
        with Session(Runtime.open(self.home, environ=self.environ).plan()) as session:
            return session.ask("hi").served_by.provider

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """What `hermes` *argv* does."""
        return subprocess.run(
            [sys.executable, "-m", "hermes_fallback", *argv],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )

    def sent(self) -> list[str]:
        """The keys that the provider was sent, by the words they begin with."""
        received = self.loopback.received("acme")
        return [str(each.authorization).removeprefix("Bearer ").partition("-")[0] for each in received]

    def entries(self) -> list[Mapping[str, object]]:
        """The pool as auth.json has it."""
        content = json.loads((self.home / "auth.json").read_text())
        found: list[Mapping[str, object]] = content["credential_pool"]["acme"]
        return found


@pytest.fixture
def pool(home: Path) -> Iterator[Pool]:
    """The pool, all well."""
    with Loopback({"providers": [{"name": "acme"}, {"name": "spare"}]}) as loopback:
        yield Pool(home, loopback)


class TestRotation:
    @pytest.mark.parametrize("fault", ["rate_limit", "quota", "unauthorized", "payment_required"])
    def test_key_that_fails_hands_over_to_the_next_at_once(self, pool, fault):
        """The turn stays with the provider; the spare is not asked."""
        pool.loopback.script("acme", [fault, "ok"])
        assert pool.ask() == "acme"
        assert pool.sent() == ["first", "second"]

    def test_what_is_wrong_with_a_key_is_known_to_the_next_process(self, pool):
        """A spent key is benched in auth.json, where Hermes Agent and every other process read it."""
        pool.loopback.script("acme", ["payment_required", "ok"])
        pool.ask()
        assert [entry.get("last_status") for entry in pool.entries()][:2] == ["exhausted", None]
        assert pool.run("chat", "-q", "hi", "--json").returncode == 0
        assert pool.sent() == ["first", "second", "second"]

    def test_trouble_with_the_host_does_not_burn_the_keys(self, pool):
        """A host that is down is left for the spare, with two keys unspent."""
        pool.loopback.script("acme", ["server_error"])
        assert pool.ask() == "custom"
        assert set(pool.sent()) == {"first"}

    def test_attempts_tell_which_key_was_used(self, pool):
        """A receipt names the entry of the pool, and calls it a rotation."""
        pool.loopback.script("acme", ["payment_required", "ok"])
        told = json.loads(pool.run("chat", "-q", "hi", "--json").stdout)
        assert [each["action"] for each in told["attempts"]] == ["rotate", "answer"]
        assert told["served_by"]["credential"] == "key-1"


class TestExhausted:
    def test_pool_that_is_all_spent_asks_nobody_and_says_until_when(self, pool):
        """With every key benched and nobody to probe, the error names the soonest time; no request goes out."""
        pool.configure("fallback: {when_all_benched: fail}\n", spare=False)
        pool.loopback.script("acme", ["payment_required"])
        with pytest.raises(Unanswered):
            pool.ask()
        asked = len(pool.sent())
        with pytest.raises(Unanswered) as failed:
            pool.ask()
        assert (failed.value.kind, asked, len(pool.sent())) == ("benched", 3, 3)
        assert failed.value.soonest is not None

    def test_reset_frees_the_pool(self, pool):
        """`auth reset` lifts every bench, and the first key is the first again."""
        pool.loopback.script("acme", ["payment_required", "payment_required", "ok"])
        pool.ask()
        assert pool.run("auth", "reset", "acme").returncode == 0
        pool.ask()
        assert pool.sent()[-1] == "first"


class TestTurns:
    def test_round_robin_goes_around_in_all_processes_alike(self, pool):
        """Each turn begins with the next key, whoever took the last one."""
        pool.configure("credential_pool_strategies: {acme: round_robin}\n")
        pool.ask()
        pool.run("chat", "-q", "hi")
        pool.ask()
        pool.ask()
        assert pool.sent() == ["first", "second", "third", "first"]

    def test_least_used_evens_out(self, pool):
        """Two turns for each of three keys."""
        pool.configure("credential_pool_strategies: {acme: least_used}\n")
        for _ in range(6):
            pool.ask()
        assert sorted(pool.sent()) == sorted(["first", "second", "third"] * 2)

    def test_random_uses_every_key(self, pool):
        """Sixty turns leave no key out, and every one is answered."""
        pool.configure("credential_pool_strategies: {acme: random}\n")
        plan = Runtime.open(pool.home, environ=pool.environ).plan()
        with Session(plan) as session:
            for _ in range(60):
                session.ask("hi")
        assert set(pool.sent()) == {"first", "second", "third"}

    def test_fill_first_stays_with_the_first(self, pool):
        """Without a strategy the file is not written for whose turn it is."""
        before = (pool.home / "auth.json").read_bytes()
        for _ in range(3):
            pool.ask()
        assert pool.sent() == ["first"] * 3
        assert (pool.home / "auth.json").read_bytes() == before


def test_key_of_the_environment_stands_behind_the_pool(pool: Pool) -> None:
    """What is exported is the last of the keys, and is tried before the next link."""
    pool.environ["ACME_API_KEY"] = "exported-key-0123456789"
    pool.loopback.script("acme", [*["payment_required"] * 3, "ok"])
    assert pool.ask() == "acme"
    assert pool.sent() == ["first", "second", "third", "exported"]


def test_key_added_between_two_turns_counts_in_the_second(pool: Pool) -> None:
    """A pool is what the file says when a conversation is planned."""
    pool.ask()
    key = pool.home / "a-key"
    key.write_text("brand-new-key-0123456789\n")
    pool.run("auth", "add", "acme", "--label", "new", "--key-file", str(key), "--priority", "0")
    pool.ask()
    assert pool.sent() == ["first", "brand"]


def test_no_key_of_the_pool_reaches_a_foreign_host(pool: Pool) -> None:
    """Refused with the first, redirected with the second: neither the target nor the spare sees a key."""
    with Loopback([{"name": "elsewhere"}]) as elsewhere:
        to = f"{elsewhere.base_url('elsewhere')}/chat/completions"
        pool.loopback.script("acme", ["unauthorized", {"behaviour": "redirect", "to": to}])
        assert pool.ask() == "custom"
        assert elsewhere.received() == ()
    assert set(pool.sent()) == {"first", "second"}
    assert not any(key in str(pool.loopback.received("spare")) for key in KEYS)
