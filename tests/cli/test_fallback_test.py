"""`hermes fallback test`: every link is asked for real."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.loopback.server import Loopback

MAIN, SPARE = "main-key-0123456789", "spare-key-0123456789"
CONFIG = """\
model: {{provider: custom, default: big, base_url: "{main}", key_env: MAIN_KEY}}
fallback_providers:
  - {{provider: custom, model: small, base_url: "{spare}", key_env: SPARE_KEY}}
"""


@pytest.fixture
def providers(home: Path, config: Callable[[str], Path]) -> Iterator[Loopback]:
    """A primary and a link, each with its own key, both well."""
    specs = [{"name": "main", "key": MAIN}, {"name": "spare", "key": SPARE}]
    with Loopback({"providers": specs}) as running:
        (home / ".env").write_text(f"MAIN_KEY={MAIN}\nSPARE_KEY={SPARE}\n")
        config(CONFIG.format(**running.base_urls))
        yield running


def test_all_well_is_exit_0_and_a_line_for_each_link(hermes: Hermes, providers: Loopback) -> None:
    """Position, name, verdict, time, and what was seen."""
    result = hermes("fallback", "test")
    assert (result.status, result.err) == (0, "")
    assert re.findall(r"^  (\d)  (custom:\w+) +ok, \d+ ms: .*takes the key$", result.out, re.MULTILINE) == [
        ("0", "custom:big"),
        ("1", "custom:small"),
    ]


def test_json_is_as_the_contract_has_it_also_when_a_link_fails(
    hermes: Hermes, home: Path, providers: Loopback
) -> None:
    """The document stands on stdout with exit 1, and nothing else anywhere."""
    (home / ".env").write_text(f"MAIN_KEY={MAIN}\nSPARE_KEY=not-the-key-0123456789\n")
    result = hermes("fallback", "test", "--json")
    assert (result.status, result.err) == (1, "")
    good, bad = result.document["results"]
    assert result.document["schema"] == 1
    assert {
        key: good[key] for key in ("position", "provider", "model", "verdict", "stage", "reason", "status")
    } == {
        "position": 0,
        "provider": "custom",
        "model": "big",
        "verdict": "ok",
        "stage": "authenticate",
        "reason": None,
        "status": 200,
    }
    assert good["latency_ms"] > 0
    assert (bad["verdict"], bad["stage"], bad["reason"], bad["status"]) == (
        "failed",
        "authenticate",
        "auth",
        401,
    )


def test_a_link_without_its_key_fails_before_anybody_is_asked(
    hermes: Hermes, home: Path, providers: Loopback
) -> None:
    """The stage is `resolve`, and the hint names the variable."""
    (home / ".env").write_text(f"MAIN_KEY={MAIN}\n")
    result = hermes("fallback", "test", "1", "--json")
    (link,) = result.document["results"]
    assert (result.status, link["verdict"], link["stage"]) == (1, "failed", "resolve")
    assert "SPARE_KEY" in link["hint"]
    assert providers.received() == ()


def test_a_host_that_cannot_tell_is_no_failure(hermes: Hermes, providers: Loopback) -> None:
    """A provider that is broken today says nothing about the key."""
    with Loopback({"providers": [{"name": "broken", "list_script": ["server_error"]}]}) as broken:
        Path(hermes("config", "path").out.strip()).write_text(
            f'model: {{provider: custom, default: m, base_url: "{broken.base_url("broken")}"}}\n'
        )
        result = hermes("fallback", "test", "--json")
    assert (result.status, result.document["results"][0]["verdict"]) == (0, "unverified")


@pytest.mark.parametrize(
    ("words", "asked"),
    [(("0",), ["main"]), (("custom:small",), ["spare"]), (("1", "0", "1"), ["main", "spare"])],
    ids=["primary", "by-model", "both-once"],
)
def test_named_links_alone_are_asked(
    hermes: Hermes, providers: Loopback, words: tuple[str, ...], asked: list[str]
) -> None:
    """LINK is a position, 0 being the primary, a provider, or provider:model."""
    assert hermes("fallback", "test", *words).status == 0
    assert sorted(received.provider for received in providers.received()) == asked


@pytest.mark.parametrize(("word", "status"), [("7", 5), ("openrouter", 5), ("custom", 2)])
def test_a_word_that_names_no_single_link_is_refused(
    hermes: Hermes, providers: Loopback, word: str, status: int
) -> None:
    """Unknown is 5, several are 2; nobody was asked."""
    assert hermes("fallback", "test", word).status == status
    assert providers.received() == ()


@pytest.mark.parametrize(
    ("tty", "begin"), [(False, "hermes model set PROVIDER MODEL"), (True, "hermes model")]
)
def test_an_empty_home_says_how_to_begin(hermes: Hermes, tty: bool, begin: str) -> None:
    """Nothing to test is no failure."""
    result = hermes("fallback", "test", tty=tty, env={"COLUMNS": "200"})
    assert (result.status, result.out.endswith(f": {begin}\n")) == (0, True)
    assert hermes("fallback", "test", "--json").document["results"] == []


def test_a_narrow_terminal_keeps_names_whole(hermes: Hermes, home: Path, providers: Loopback) -> None:
    """Lines fold between words."""
    (home / ".env").write_text(f"MAIN_KEY={MAIN}\n")
    out = hermes("fallback", "test", tty=True, env={"COLUMNS": "30", "NO_COLOR": "1"}).out
    assert "custom:small" in out
    assert [line for line in out.splitlines() if len(line) > 30 and len(line.split()) > 2] == []


def test_no_form_shows_a_key(hermes: Hermes, home: Path, providers: Loopback) -> None:
    """Not even one that the host repeats."""
    wrong = "wrong-key-9f8e7d6c5b4a"
    (home / ".env").write_text(f"MAIN_KEY={wrong}\nSPARE_KEY={SPARE}\n")
    for argv in (("fallback", "test"), ("fallback", "test", "--json"), ("fallback", "test", "-v")):
        result = hermes(*argv)
        assert result.status == 1
        assert not any(key in result.out + result.err for key in (wrong, SPARE))


def test_ctrl_c_ends_at_once_with_130(home: Path, config: Callable[[str], Path]) -> None:
    """Even while a host keeps silent; there is no traceback, and no thread is waited for."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        config(f'model: {{provider: custom, default: m, base_url: "http://127.0.0.1:{port}/v1"}}\n')
        with subprocess.Popen(
            [sys.executable, "-m", "hermes_fallback", "fallback", "test"],
            env={"HERMES_HOME": str(home), "HOME": str(home), "PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            connection, _ = silent.accept()
            assert connection.recv(1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=8)  # shorter than a link's ten seconds
            connection.close()
    assert (process.returncode, out, err) == (130, b"", b"")


def test_a_link_that_is_well_is_benched_no_longer(hermes: Hermes, providers: Loopback) -> None:
    """What was held against it is forgotten: the next conversation begins with it."""
    providers.script("main", [{"behaviour": "rate_limit", "retry_after": 3600}, "ok"])
    hermes("chat", "-q", "hi")
    hermes("fallback", "test", "1")
    assert hermes("chat", "-q", "hi", "--json").document["served_by"]["model"] == "small"
    hermes("fallback", "test", "0")
    assert hermes("chat", "-q", "hi", "--json").document["served_by"]["model"] == "big"
