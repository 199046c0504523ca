"""`hermes doctor`: what is wrong, what shows it, and what to type."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.cli.answers import completion_script
from hermes_fallback.loopback.server import Loopback

MAIN, SPARE = "main-key-0123456789", "spare-key-0123456789"
CONFIG = """\
model: {{provider: custom, default: big, base_url: "{main}", key_env: MAIN_KEY}}
fallback_providers:
  - {{provider: custom, model: small, base_url: "{spare}", key_env: SPARE_KEY}}
"""


@pytest.fixture
def providers() -> Iterator[Loopback]:
    """Two providers, each with its own key."""
    specs = [{"name": "main", "key": MAIN}, {"name": "spare", "key": SPARE}]
    with Loopback({"providers": specs}) as running:
        yield running


@pytest.fixture
def healthy(home: Path, config: Callable[[str], Path], providers: Loopback) -> dict[str, str]:
    """A home with nothing to mend, and the environment to see it from."""
    # By another name than the primary's: a chain of one host is a finding.
    spare = providers.base_url("spare").replace("127.0.0.1", "localhost")
    config(CONFIG.format(main=providers.base_url("main"), spare=spare))
    (home / ".env").touch(mode=0o600)
    (home / ".env").write_text(f"MAIN_KEY={MAIN}\nSPARE_KEY={SPARE}\n")
    script = home.parent / ".config" / "fish" / "completions" / "hermes.fish"
    script.parent.mkdir(parents=True)
    script.write_text(completion_script("fish"))
    return {"SHELL": "/usr/bin/fish"}


def test_a_healthy_home_fits_on_one_screen_and_is_exit_0(hermes: Hermes, healthy: dict[str, str]) -> None:
    """One line for each check, and the sum."""
    result = hermes("doctor", tty=True, env={**healthy, "NO_COLOR": "1"})
    assert result.status == 0
    assert set(re.findall(r"^(ok|warn|fail|skip)", result.out, re.MULTILINE)) == {"ok"}
    assert len(result.out.splitlines()) < 24
    assert result.out.endswith(" ok\n")


def test_json_is_as_the_contract_has_it(hermes: Hermes, healthy: dict[str, str]) -> None:
    """Every finding has every field, and the summary counts them by level."""
    document = hermes("doctor", "--json", env=healthy).document
    assert document["schema"] == 1
    assert all(
        set(each) == {"check", "level", "what", "evidence", "fix", "fixed"} for each in document["findings"]
    )
    assert document["summary"] == {"ok": len(document["findings"]), "warn": 0, "fail": 0, "skip": 0}


def test_a_refused_key_is_a_failure_in_both_forms(
    hermes: Hermes, home: Path, healthy: dict[str, str]
) -> None:
    """Exit 1; the document stands on stdout all the same, and the key nowhere."""
    (home / ".env").write_text(f"MAIN_KEY={MAIN}\nSPARE_KEY=not-the-key-0123456789\n")
    text, data = hermes("doctor", env=healthy), hermes("doctor", "--json", env=healthy)
    assert (text.status, data.status, data.err) == (1, 1, "")
    (failed,) = [each for each in data.document["findings"] if each["level"] == "fail"]
    assert failed["check"] == "chain.reach"
    assert re.fullmatch(r"position 1, authenticate, HTTP 401, \d+ ms", failed["evidence"])
    assert failed["fix"] == "put a key that works into `SPARE_KEY` in .env"
    assert text.out.startswith("fail  chain.reach ")
    assert not any("not-the-key" in each for each in (text.out, data.out))


def test_a_host_that_cannot_tell_is_a_warning(
    hermes: Hermes, healthy: dict[str, str], config: Callable[[str], Path]
) -> None:
    """A provider that is broken today may be well tomorrow: exit 0."""
    with Loopback({"providers": [{"name": "box", "list_script": ["server_error"]}]}) as box:
        config(f'model: {{provider: custom, default: m, base_url: "{box.base_url("box")}"}}\n')
        result = hermes("doctor", "--only", "chain.reach", "--json", env=healthy)
    (finding,) = result.document["findings"]
    assert (result.status, finding["level"]) == (0, "warn")
    assert finding["evidence"].startswith("position 0, authenticate, HTTP 500, ")


def test_all_that_is_well_is_one_finding(
    hermes: Hermes, healthy: dict[str, str], providers: Loopback
) -> None:
    """However long the chain; how long each took is its evidence."""
    (finding,) = hermes("doctor", "--only", "chain.reach", "--json", env=healthy).document["findings"]
    assert (finding["level"], finding["what"]) == ("ok", "links that let requests in: 2 of 2")
    assert re.fullmatch(r"`custom:big` in \d+ ms, `custom:small` in \d+ ms", finding["evidence"])


def test_offline_asks_nobody(hermes: Hermes, healthy: dict[str, str], providers: Loopback) -> None:
    """The checks that would are skipped, which is no failure."""
    result = hermes("doctor", "--offline", "--json", env=healthy)
    assert (result.status, providers.received()) == (0, ())
    assert [each["check"] for each in result.document["findings"] if each["level"] == "skip"] == [
        "chain.reach"
    ]


def test_problems_come_first_each_with_its_fix(hermes: Hermes) -> None:
    """In an empty home that is the command to begin with; good news comes last."""
    result = hermes("doctor")
    assert result.status == 1
    levels = re.findall(r"^(ok|warn|fail|skip)\b", result.out, re.MULTILINE)
    assert levels == sorted(levels, key=["fail", "warn", "skip", "ok"].index)
    assert re.match(r"fail  chain\.primary .*\n      fix: hermes model set PROVIDER MODEL\n", result.out)
    assert "      fix: hermes fallback add PROVIDER MODEL\n" in result.out


def test_on_a_terminal_the_way_to_begin_is_the_picker(hermes: Hermes) -> None:
    """Somebody who can be asked is not sent to look up names."""
    out = hermes("doctor", "--only", "chain.primary", tty=True, env={"NO_COLOR": "1"}).out
    assert "fix: hermes model\n" in out


@pytest.mark.parametrize(
    ("words", "checks"),
    [
        (("chain.ready",), {"chain.ready"}),
        (("config",), {"config.file", "config.findings", "config.ignored"}),
        (("env", "plugins.broken"), {"env.file", "plugins.broken"}),
    ],
    ids=["name", "group", "several"],
)
def test_only_runs_what_is_named(hermes: Hermes, words: tuple[str, ...], checks: set[str]) -> None:
    """A check or a group, as often as wanted."""
    argv = [part for word in words for part in ("--only", word)]
    assert {each["check"] for each in hermes("doctor", *argv, "--json").document["findings"]} == checks


def test_an_unknown_check_is_exit_5(hermes: Hermes) -> None:
    """With the nearest name."""
    result = hermes("doctor", "--only", "chian.ready", "--json")
    assert (result.status, result.out, result.error["kind"]) == (5, "", "unknown-check")
    assert "`chain.ready`" in result.error["hint"]


def test_list_names_every_check_and_runs_none(hermes: Hermes, providers: Loopback) -> None:
    """Each with what it looks at, and whether it asks providers."""
    document = hermes("doctor", "--list", "--json").document
    names = [each["name"] for each in document["checks"]]
    assert [each["name"] for each in document["checks"] if each["online"]] == ["chain.reach"]
    assert all(each["about"] for each in document["checks"])
    assert [line.split()[0] for line in hermes("doctor", "--list").out.splitlines()] == names


def test_a_broken_config_is_one_failure_on_stdout(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """The doctor looks at what others end with, and says where it is."""
    path = config("model: {provider: x\nfallback_providers: []\n")
    result = hermes("doctor", "--json")
    failed = [each for each in result.document["findings"] if each["level"] == "fail"]
    assert (result.status, [each["check"] for each in failed]) == (1, ["config.file"])
    assert failed[0]["evidence"].startswith(f"{path}:")


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_a_narrow_terminal_folds_and_never_cuts(hermes: Hermes, columns: int) -> None:
    """Only single words are wider than the window."""
    out = hermes("doctor", "--offline", tty=True, env={"COLUMNS": str(columns), "NO_COLOR": "1"}).out
    assert [line for line in out.splitlines() if len(line) > columns and len(line.split()) > 2] == []


def test_colour_adds_nothing_that_cannot_be_read_without_it(hermes: Hermes) -> None:
    """NO_COLOR and pipes get the same words without an escape byte."""
    plain = hermes("doctor", "--offline").out
    coloured = hermes("doctor", "--offline", "--color", "always").out
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain != coloured


def test_escapes_in_the_config_are_shown(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """What a file holds cannot steer the terminal."""
    config('fallback_providers:\n  - {provider: zai, model: "x\\e]0;pwned\\a"}\n')
    for argv in (("doctor", "--offline"), ("doctor", "--offline", "--json")):
        assert not set(hermes(*argv).out) & {"\x1b", "\x07"}


@pytest.mark.parametrize("name", ["plain", "with a blank"])
def test_a_fix_can_be_pasted_into_a_shell(hermes: Hermes, tmp_path: Path, name: str) -> None:
    """Whatever the folder is called, and though one's home is written as `~` elsewhere."""
    env = tmp_path / name / ".env"
    env.parent.mkdir()
    env.write_text("A=1\n")
    env.chmod(0o644)
    out = hermes("doctor", "--only", "env.file", "--home", str(env.parent), env={"HOME": str(tmp_path)}).out
    (fix,) = re.findall(r"^ +fix: (chmod .*)$", out, re.MULTILINE)
    subprocess.run(["/bin/sh", "-c", fix], env={"HOME": str(tmp_path)}, check=True)
    assert env.stat().st_mode & 0o777 == 0o600


def test_looking_creates_nothing(hermes: Hermes, tmp_path: Path) -> None:
    """A home that does not exist is examined, and stays away."""
    missing = tmp_path / "nowhere"
    assert hermes("doctor", "--home", str(missing)).status == 1
    assert not missing.exists()
