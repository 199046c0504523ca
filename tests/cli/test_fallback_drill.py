"""`hermes fallback drill`: outages of one's own chain, rehearsed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.drill.catalogue import CATALOGUE
from tests.window import CTRL_C, Window

PROGRAM = (sys.executable, "-m", "hermes_fallback", "fallback", "drill")
KEYS = {"OPENROUTER_API_KEY": "sk-or-v1-0123456789abcdef", "ANTHROPIC_API_KEY": "sk-ant-0123456789abcdef"}
CHAIN = """\
# mine
model: {provider: openrouter, default: anthropic/claude-sonnet-4}
fallback_providers:
  - {provider: anthropic, model: claude-sonnet-4-6}
  - {provider: deepseek, model: deepseek-chat}
"""
ALONE = "model: {provider: openrouter, default: anthropic/claude-sonnet-4}\n"
PROXIES = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
"""Nobody listens there."""


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    """What a program on its own gets: a home with the chain, and keys for two of its links."""
    (home / "config.yaml").write_text(CHAIN)
    path = os.environ["PATH"]
    return {"HERMES_HOME": str(home), "HOME": str(home.parent), "PATH": path, **PROXIES, **KEYS}


def _piped(environ: dict[str, str], *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *argv], env=environ, capture_output=True, text=True, check=False, timeout=60
    )


def _files(home: Path) -> dict[str, object]:
    return {
        str(path): (status.st_mtime_ns, status.st_mode, path.is_file() and path.read_bytes())
        for path in [home, *home.rglob("*")]
        for status in [path.stat()]
    }


def test_the_whole_catalogue_is_played_and_nothing_is_left_behind(
    environ: dict[str, str], home: Path
) -> None:
    """Exit 0, a document on stdout and nothing else; no file of the home is touched, and no proxy asked."""
    before = _files(home)
    done = _piped(environ, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert [each["fault"] for each in document["drills"]] == [*CATALOGUE]
    assert all(each["passed"] for each in document["drills"])
    assert _files(home) == before


def test_no_key_is_in_what_is_printed(environ: dict[str, str]) -> None:
    """Neither the user's own nor a planted one that a provider repeats."""
    for argv in (("-v",), ("--json",), ("--fault", "key-repeated", "--debug")):
        done = _piped(environ, *argv)
        assert (done.returncode, done.stderr) == (0, "")
        assert not any(key in done.stdout for key in (*KEYS.values(), "planted-key"))


def test_json_tells_of_each_fault_as_the_contract_has_it(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """Who answered as configured, each attempt, what was kept, and who was not rehearsed."""
    config(CHAIN)
    document = hermes("fallback", "drill", "--fault", "quota", "--json", env=KEYS).document
    (drill,) = document["drills"]
    assert document["schema"] == 1
    assert {
        name: drill[name] for name in ("fault", "outcome", "history_intact", "keys_scoped", "passed")
    } == {
        "fault": "quota",
        "outcome": "answered",
        "history_intact": True,
        "keys_scoped": True,
        "passed": True,
    }
    assert drill["served_by"]["base_url"] == "https://api.anthropic.com"
    told = [(each["position"], each["reason"], each["action"]) for each in drill["attempts"]]
    assert told == [(0, "quota", "advance"), (1, None, "answer")]
    (skipped,) = document["skipped"]
    assert (skipped["position"], "DEEPSEEK_API_KEY" in skipped["what"]) == (2, True)


def test_a_single_fault_is_told_attempt_by_attempt(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Without `-v`, which several take."""
    config(CHAIN)
    out = hermes("fallback", "drill", "--fault", "unauthorized", env=KEYS).out
    assert "0  openrouter:anthropic/claude-sonnet-4  auth (HTTP 401) after " in out
    assert ", moved on: Incorrect API key provided." in out
    assert "1  anthropic:claude-sonnet-4-6  answered after " in out
    both = ("fallback", "drill", "--fault", "unauthorized", "--fault", "cut")
    assert "HTTP 401" not in hermes(*both, env=KEYS).out
    assert "HTTP 401" in hermes(*both, "-v", env=KEYS).out


def test_a_chain_of_one_falls_short_and_is_told_once_what_it_lacks(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """Exit 1, and the command that helps."""
    config(ALONE)
    result = hermes("fallback", "drill", env=KEYS)
    assert (result.status, result.err) == (1, "")
    assert result.out.count("no other link is there to go on with") == 1
    assert "hint: hermes fallback add PROVIDER MODEL\n" in result.out
    assert "  no-done          finished, no [DONE]       link 0 " in result.out
    assert f" of {len(CATALOGUE)} fell short" in result.out


def test_two_links_behind_one_key_are_told_that_they_share_it(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """The rehearsal is of this chain, not of chains in general."""
    config(ALONE + "fallback_providers: [{provider: openrouter, model: openai/gpt-5}]\n")
    refused = hermes("fallback", "drill", "--fault", "unauthorized", env=KEYS)
    assert (refused.status, "every other link shares what failed" in refused.out) == (1, True)
    assert hermes("fallback", "drill", "--fault", "no-model", env=KEYS).status == 0


def test_a_config_that_asks_before_a_switch_is_told_so(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """The rehearsal does not ask, and does not pretend that nobody would."""
    config(CHAIN + "fallback: {auto_activate: false}\n")
    argv = ("fallback", "drill", "--fault", "quota")
    assert "each switch would be asked about first" in hermes(*argv, env=KEYS).out
    assert hermes(*argv, "--json", env=KEYS).document["asks_before_switch"] is True


def test_the_list_names_every_fault(hermes: Hermes) -> None:
    """Also in a home where nothing is configured."""
    lines = hermes("fallback", "drill", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == [*CATALOGUE]
    assert "storm             429 for an hour, a crowd" in lines
    faults = hermes("fallback", "drill", "--list", "--json").document["faults"]
    assert faults[0] == {"name": "rate-limit", "title": "429, no time given"}


def test_an_unknown_fault_is_exit_5_with_the_one_that_was_meant(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """Nothing was played."""
    config(CHAIN)
    result = hermes("fallback", "drill", "--fault", "timeuot", "--json", env=KEYS)
    assert (result.status, result.error["kind"], result.out) == (5, "unknown-fault", "")


def test_a_chain_that_is_not_ready_is_refused_as_everywhere(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """Exit 4, and the variable is named."""
    config(CHAIN)
    result = hermes("fallback", "drill")
    assert (result.status, "OPENROUTER_API_KEY" in result.err) == (4, True)


@pytest.fixture
def sit(environ: dict[str, str]) -> Iterator[Callable[..., Window]]:
    """Opens windows in which a drill runs."""
    opened: list[Window] = []

    def open_window(*argv: str, columns: int = 80) -> Window:
        opened.append(Window([*PROGRAM, *argv], environ, columns=columns, rows=100))
        return opened[-1]

    yield open_window
    for window in opened:
        window.close()


def test_a_terminal_shows_a_line_for_each_fault(sit: Callable[..., Window]) -> None:
    """On 80 columns, with a sign of life until then, and no junk beside it."""
    window = sit()
    assert window.end() == 0
    lines = window.text.splitlines()
    assert lines[0] == "link 0: openrouter:anthropic/claude-sonnet-4"
    rows = [line for line in lines if line.startswith("  ")]
    assert [row.split()[0] for row in rows] == [*CATALOGUE]
    assert all(row.endswith("passed") for row in rows)
    assert lines[-1] == f"all {len(CATALOGUE)} passed"
    assert (b"rehearsing" in window.received, "rehearsing" in window.text) == (True, False)


def test_a_narrow_terminal_folds_each_line_in_two(sit: Callable[..., Window]) -> None:
    """Names stay whole."""
    window = sit("--fault", "redirect", "--fault", "quota", columns=40)
    assert window.end() == 0
    lines = window.text.splitlines()
    told = lines.index("  redirect          passed") + 1
    assert lines[told].startswith("    redirect to another host: link 1")
    assert lines[told + 1].endswith(" ms")


def test_ctrl_c_ends_at_once_with_130(sit: Callable[..., Window]) -> None:
    """In the middle of the rehearsal, without a traceback."""
    window = sit().wait("rehearsing").press(CTRL_C)
    assert window.end() == 130
    assert "Traceback" not in window.text
