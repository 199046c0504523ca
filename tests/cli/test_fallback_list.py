"""`hermes fallback list`: the effective chain, for people and for scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from program import Hermes

KEY = "sk-or-v1-9f8e7d6c5b4a39281706f5e4d3c2b1a0"

CONFIG = """\
# hand-written
model:
  provider: openrouter
  default: openai/gpt-5
fallback_providers:
  - provider: deepseek
    model: deepseek-chat
  - provider: custom
    model: qwen3:8b
    base_url: http://localhost:11434/v1
  - provider: zai
  - provider: deepseek
    model: deepseek-chat
fallback_model:
  provider: openrouter
  model: anthropic/claude-sonnet-4
"""


@pytest.fixture(autouse=True)
def _chain(home: Path, config: Callable[[str], Path]) -> None:
    config(CONFIG)
    (home / ".env").write_text(f"OPENROUTER_API_KEY={KEY}\n")


def test_json_is_as_the_contract_has_it(hermes: Hermes, home: Path) -> None:
    """Primary, chain and ignored entries, with the documented fields and their meaning."""
    document = hermes("fallback", "list", "--json").document
    assert document["schema"] == 1
    assert document["config"] == str(home / "config.yaml")
    assert document["primary"]["ready"] is True
    assert document["primary"]["problem"] is None
    assert [(each["position"], each["provider"], each["model"]) for each in document["chain"]] == [
        (1, "deepseek", "deepseek-chat"),
        (2, "custom", "qwen3:8b"),
        (3, "openrouter", "anthropic/claude-sonnet-4"),
    ]
    assert {"position", "provider", "model", "base_url", "key_env", "api_mode", "origin", "line"} <= set(
        document["chain"][0]
    )
    assert {"ready", "problem", "credential"} <= set(document["chain"][0])


def test_json_says_why_a_link_is_not_ready(hermes: Hermes) -> None:
    """A missing key is a problem with a stable kind, a sentence and a hint that names the variable."""
    first = hermes("fallback", "list", "--json").document["chain"][0]
    assert first["ready"] is False
    assert first["problem"]["kind"] == "missing-credential"
    assert "DEEPSEEK_API_KEY" in first["problem"]["what"] + first["problem"]["hint"]
    assert first["credential"] is None


def test_json_says_where_a_key_comes_from(hermes: Hermes) -> None:
    """A key is known by its place and its fingerprint."""
    third = hermes("fallback", "list", "--json").document["chain"][2]
    assert third["origin"] == "fallback_model"
    assert third["line"] == 14
    assert third["credential"]["name"] == "OPENROUTER_API_KEY"
    assert third["credential"]["source"] == "dotenv"
    assert re.fullmatch(r"sha256:[0-9a-f]{8}", third["credential"]["fingerprint"])


def test_json_lists_what_is_ignored(hermes: Hermes) -> None:
    """Nothing is dropped in silence: each ignored entry has its place, its line and a reason."""
    ignored = hermes("fallback", "list", "--json").document["ignored"]
    assert [(each["origin"], each["line"]) for each in ignored] == [
        ("fallback_providers[2]", 11),
        ("fallback_providers[3]", 12),
    ]
    assert all(each["what"] and each["hint"] for each in ignored)


@pytest.mark.parametrize(
    "argv", [("fallback", "list"), ("fallback", "list", "--json"), ("fallback", "list", "-v")]
)
def test_no_form_shows_a_secret(hermes: Hermes, argv: tuple[str, ...]) -> None:
    """A key is in no output, whole or in part."""
    result = hermes(*argv)
    assert KEY not in result.out + result.err
    assert KEY[10:20] not in result.out + result.err


def test_text_names_every_link_its_state_and_its_origin(hermes: Hermes) -> None:
    """A person sees the order, what is ready with which key, what is not and why, and what is ignored."""
    lines = hermes("fallback", "list").out.splitlines()
    assert lines[0] == "primary"
    assert re.match(r" +0 +openrouter:openai/gpt-5 +ready, key OPENROUTER_API_KEY from \.env$", lines[1])
    text = "\n".join(lines)
    assert re.search(r"1 +deepseek:deepseek-chat +not ready: .*DEEPSEEK_API_KEY", text)
    assert re.search(r"2 +custom:qwen3:8b +ready, no key needed\n +http://localhost:11434/v1", text)
    assert "fallback_model line 14" in text
    assert "fallback_providers[2], line 11: no `model`" in text


def test_text_in_a_pipe_has_no_escape_byte(hermes: Hermes) -> None:
    """A pipe gets text; so does a terminal that asks for no colour."""
    assert "\x1b" not in hermes("fallback", "list").out
    assert "\x1b" not in hermes("fallback", "list", tty=True, env={"NO_COLOR": "1"}).out
    assert "\x1b" not in hermes("fallback", "list", tty=True, env={"TERM": "dumb"}).out
    assert "\x1b" not in hermes("fallback", "list", "--color", "never", tty=True).out


def test_a_terminal_gets_colour_and_the_same_words(hermes: Hermes) -> None:
    """Colour adds nothing that cannot be read without it."""
    coloured = hermes("fallback", "list", tty=True, env={"COLUMNS": "200"}).out
    assert "\x1b[32mready" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == hermes("fallback", "list").out


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_a_narrow_terminal_folds_and_never_cuts(hermes: Hermes, columns: int) -> None:
    """Names stay whole in every window, so that they can be copied."""
    out = hermes("fallback", "list", tty=True, env={"COLUMNS": str(columns), "NO_COLOR": "1"}).out
    for name in ("openrouter:openai/gpt-5", "custom:qwen3:8b", "openrouter:anthropic/claude-sonnet-4"):
        assert name in out
    assert [line for line in out.splitlines() if len(line) > columns and len(line.split()) > 2] == []


def test_an_empty_chain_says_how_to_begin(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """A new user reads what to type next."""
    config("# nothing yet\n")
    result = hermes("fallback", "list")
    assert result.status == 0
    assert "hermes model set PROVIDER MODEL" in result.out
    assert "hermes fallback add PROVIDER MODEL" in result.out


def test_a_home_that_is_not_there_reads_as_empty_and_stays_away(hermes: Hermes, tmp_path: Path) -> None:
    """Looking creates nothing."""
    missing = tmp_path / "nowhere"
    assert hermes("fallback", "list", "--home", str(missing)).status == 0
    assert not missing.exists()


def test_a_chain_that_is_switched_off_says_so(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """`fallback.enabled: false` is told, in both forms."""
    config(f"fallback:\n  enabled: false\n{CONFIG}")
    assert "switched off" in hermes("fallback", "list").out
    assert hermes("fallback", "list", "--json").document["enabled"] is False


def test_escapes_in_the_config_are_shown(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """A config from somewhere else cannot steer the terminal, in text or in JSON."""
    config(
        'fallback_providers:\n  - provider: custom\n    model: "x\\e]0;pwned\\a\\u202e"\n    base_url: http://localhost/v1\n'
    )
    for argv in (("fallback", "list"), ("fallback", "list", "--json")):
        out = hermes(*argv, tty=True, env={"NO_COLOR": "1"}).out
        assert not set(out) & {"\x1b", "\x07", "\u202e"}
    assert "x\\x1b]0;pwned\\x07\\u202e" in hermes("fallback", "list").out
    assert hermes("fallback", "list", "--json").document["chain"][0]["model"] == "x\x1b]0;pwned\x07\u202e"


def test_a_password_in_an_address_is_not_shown(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """What somebody put into a URL is a secret too."""
    config(
        "fallback_providers:\n  - provider: custom\n    model: m\n"
        "    base_url: https://ada:hunter2hunter2@example.test/v1?api_key=abcdef123456789\n"
    )
    for argv in (("fallback", "list"), ("fallback", "list", "--json")):
        out = hermes(*argv).out
        assert "hunter2" not in out
        assert "abcdef123456789" not in out
        assert "example.test" in out


def test_a_key_in_the_place_of_an_address_is_not_shown(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Pasted into the wrong line, it is told as what it is not."""
    config("fallback_providers: [{provider: custom, model: m, base_url: sk-or-v1-0123456789abcdef}]\n")
    for argv in (("fallback", "list"), ("fallback", "list", "--json"), ("resolve",)):
        result = hermes(*argv)
        assert "0123456789abcdef" not in result.out + result.err
        assert "`base_url` of the link is not an http(s) address" in result.out


def test_the_home_folder_is_a_tilde_in_text(hermes: Hermes, home: Path) -> None:
    """Text can be posted; JSON has paths in full, for programs."""
    out = hermes("fallback", "list").out
    assert str(home.parent) not in out
    assert "`~/hermes/.env`" in out


INVALID = {
    "syntax": ("model: [1,\n", "hermes/config.yaml"),
    "twice": ("fallback_providers: []\nfallback_providers: []\n", "stands twice"),
    "no-mapping": ("- a\n", "not a mapping"),
}


@pytest.mark.parametrize(("text", "what"), INVALID.values(), ids=INVALID)
def test_an_invalid_file_is_exit_3_with_its_line(
    hermes: Hermes, config: Callable[[str], Path], text: str, what: str
) -> None:
    """Never a default in its place: the file, the line, the column, and the line itself with a caret."""
    config(text)
    result = hermes("fallback", "list")
    assert (result.status, result.out) == (3, "")
    assert what in result.err
    assert re.search(r"^ +\d+ \| .*\n +\| +\^$", result.err, re.MULTILINE)
    error = hermes("fallback", "list", "--json").error
    assert error["code"] == 3
    assert isinstance(error["line"], int)
    assert isinstance(error["column"], int)
    assert error["path"].endswith("config.yaml")
