"""The fast path gives what the full one gives, stays light, and turns every end into a status."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from program import Hermes, Screen

from hermes_fallback.cli import answers, front
from hermes_fallback.cli.app import run
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.terminal import Terminal

HEAVY = (
    "typer",
    "rich",
    "pydantic",
    "httpx",
    "httpcore",
    "h11",
    "questionary",
    "keyring",
    "ruamel",
    "asyncio",
    "logging",
)
UNNEEDED = (
    "dataclasses",
    "inspect",
    "typing",
    "pathlib",
    "urllib",
    "contextlib",
    "importlib.metadata",
    "threading",
)
"""What most programs import without a thought, and a listing does without: 20 ms."""

CHAIN = """\
model:
  provider: openrouter
  default: openai/gpt-5
fallback_providers:
  - provider: deepseek
    model: deepseek-chat
  - provider: custom
    model: qwen3:8b
    base_url: http://localhost:11434/v1
  - nonsense
"""

FAST = {
    "list": ("fallback", "list"),
    "ls": ("fallback", "ls"),
    "bare": ("fallback", "--no-input"),
    "json": ("fallback", "list", "--json"),
    "json-first": ("--json", "fallback"),
    "colour": ("fallback", "list", "--color", "always"),
    "version": ("--version",),
    "version-json": ("--version", "--json"),
    "completion": ("completion", "bash"),
    "completion-json": ("--json", "completion", "fish"),
    "completion-powershell": ("completion", "powershell"),
}


@pytest.mark.parametrize("argv", FAST.values(), ids=FAST)
@pytest.mark.parametrize("stream", [io.StringIO, Screen], ids=["pipe", "terminal"])
def test_the_fast_path_prints_what_typer_prints(
    argv: tuple[str, ...], stream: type[io.StringIO], home: Path, config: Callable[[str], Path]
) -> None:
    """Both paths use the same service and view, so that nobody can tell them apart."""
    config(CHAIN)
    printed = []
    for path in (front.main, lambda argv, terminal: run(argv, Invocation(terminal))):
        terminal = Terminal(
            stdin=stream(),
            stdout=stream(),
            stderr=stream(),
            environ={"HERMES_HOME": str(home), "TERM": "xterm"},
        )
        status = path(argv, terminal)
        printed.append((status, terminal.stdout.getvalue(), terminal.stderr.getvalue()))  # type: ignore[attr-defined]
    assert printed[0] == printed[1]
    assert printed[0][1]


def imported_by(*argv: str, home: Path) -> set[str]:
    """The modules that a process imports to run *argv*, beside those that every interpreter starts with."""
    code = (
        "import sys\nbefore = set(sys.modules)\nfrom hermes_fallback.cli.front import main\n"
        f"status = main({list(argv)!r})\n"
        "print(status, *sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    environ = {"HERMES_HOME": str(home), "PATH": os.environ["PATH"], "HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    status, *modules = done.stderr.splitlines()[-1].split()
    assert status == "0"
    return set(modules)


@pytest.mark.parametrize(
    "argv",
    [("fallback", "list"), ("fallback", "--json"), ("completion", "zsh"), ("--version",)],
    ids=["list", "json", "completion", "version"],
)
def test_the_fast_path_imports_nothing_heavy(
    argv: tuple[str, ...], home: Path, config: Callable[[str], Path]
) -> None:
    """What is asked most waits for no library that it does not use."""
    config(CHAIN)
    modules = imported_by(*argv, home=home)
    # Version lookup reads package metadata, whose own standard library imports are not ours to choose.
    heavy = set(HEAVY) - {"logging", "asyncio"} if argv == ("--version",) else set(HEAVY)
    assert not modules & heavy


@pytest.mark.parametrize("argv", [("fallback", "list"), ("fallback", "--json")], ids=["list", "json"])
def test_a_listing_imports_only_what_it_needs(
    argv: tuple[str, ...], home: Path, config: Callable[[str], Path]
) -> None:
    """Neither the standard library's slow modules nor what edits, plans or runs a conversation."""
    config(CHAIN)
    (home / ".env").write_text("OPENROUTER_API_KEY=sk-or-v1-0123456789abcdef\n")
    modules = imported_by(*argv, home=home)
    assert not modules & set(UNNEEDED)
    ours = {name.removeprefix("hermes_fallback.") for name in modules if name.startswith("hermes_fallback.")}
    assert {name.partition(".")[0] for name in ours} == {
        *("cli", "config", "credentials", "errors", "fact", "model", "providers", "runtime", "secret")
    }
    assert not ours & {
        *("cli.failure", "config.files", "config.store", "model.failure", "model.reason", "model.receipt"),
        *("providers.discovery", "runtime.editor", "runtime.plan", "runtime.selector"),
    }


def test_a_listing_tells_of_keys_in_the_keyring_without_it(home: Path, config: Callable[[str], Path]) -> None:
    """The list of what was put in is enough; the library would take longer than all the rest."""
    config(CHAIN)
    entry = {"provider": "deepseek", "name": "DEEPSEEK_API_KEY", "fingerprint": "sha256:0123456789abcdef"}
    (home / "fallback").mkdir()
    (home / "fallback" / "keyring.json").write_text(json.dumps({"version": 1, "keys": [entry]}))
    modules = imported_by("fallback", "list", home=home)
    assert "hermes_fallback.credentials.keyring_store" in modules
    assert not modules & {*HEAVY, *UNNEEDED}


@pytest.mark.parametrize(
    ("argv", "collects"),
    [(("fallback", "list"), False), (("config", "path"), False), (("providers", "list"), True)],
    ids=["listing", "file", "long"],
)
def test_garbage_is_collected_only_where_a_command_may_live_long(
    argv: tuple[str, ...], *, collects: bool, home: Path
) -> None:
    """What reads or edits the file once looks for none, and no process does while it ends."""
    code = (
        "import gc, sys\nfrom hermes_fallback.cli.front import program\n"
        f"sys.argv[1:] = {list(argv)!r}\n"
        "print(program(), gc.isenabled(), gc.get_freeze_count() > 1000, file=sys.stderr)"
    )
    environ = {"HERMES_HOME": str(home), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stderr == f"0 {collects} True\n"


ASKED = {
    "links": ("links", "--begun=", "--provider=", "fallback", "remove"),
    "primary-too": ("all-links", "--begun=", "--provider=", "chat", "--skip"),
    "models": ("models", "--begun=", "--provider=openrouter", "fallback", "add", "openrouter"),
    "profiles": ("profiles", "--begun=", "--provider=", "-p"),
    "providers": ("providers", "--begun=", "--provider=", "fallback", "add"),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_completing_imports_only_what_it_needs(
    asked: tuple[str, ...], home: Path, config: Callable[[str], Path]
) -> None:
    """Somebody waits at a key: neither slow modules, nor what resolves links, edits, or reaches a network."""
    config(CHAIN)
    modules = imported_by("__complete", *asked, home=home)
    assert not modules & {*HEAVY, *UNNEEDED, "json", "platformdirs", "socket", "hashlib", "dotenv"}
    if asked[0] != "providers":  # these are the only ones that take a whole runtime
        assert not any(
            name.startswith(("hermes_fallback.runtime", "hermes_fallback.credentials")) for name in modules
        )
    assert ("yaml" in modules) == (asked[0] in {"links", "all-links", "providers"})


def test_a_home_without_a_config_needs_no_parser(home: Path) -> None:
    """Nobody waits for what there is nothing to read with."""
    assert not imported_by("fallback", "list", home=home) & {"yaml", "dotenv"}


def test_a_help_page_opens_no_network_library(home: Path) -> None:
    """`--help` imports neither an HTTP library nor keyring nor rich."""
    assert not imported_by("chat", "--help", home=home) & {
        "httpx",
        "httpcore",
        "h11",
        "keyring",
        "rich",
        "questionary",
        "pydantic",
    }


@pytest.mark.parametrize(
    "command",
    [
        [str(Path(sys.executable).with_name("hermes"))],
        [str(Path(sys.executable).with_name("hermes-fallback"))],
        [sys.executable, "-m", "hermes_fallback"],
    ],
    ids=["hermes", "hermes-fallback", "module"],
)
def test_each_way_to_start_it_is_the_same_program(command: list[str], home: Path) -> None:
    """Both scripts and the module run the real thing, down to the exit status."""
    environ = {"HERMES_HOME": str(home), "HOME": str(home)}
    good = subprocess.run(
        [*command, "fallback", "list"], env=environ, capture_output=True, text=True, check=False
    )
    assert (good.returncode, good.stderr) == (0, "")
    assert "empty; add a link" in good.stdout
    bad = subprocess.run(
        [*command, "fallback", "lst"], env=environ, capture_output=True, text=True, check=False
    )
    assert (bad.returncode, bad.stdout) == (2, "")
    assert "did you mean `hermes fallback list`" in bad.stderr


def test_a_reader_that_leaves_is_no_error(home: Path, config: Callable[[str], Path]) -> None:
    """`hermes … | head` ends quietly, also when the pipe is gone before the first byte."""
    config(CHAIN)
    reading, writing = os.pipe()
    os.close(reading)
    environ = {"HERMES_HOME": str(home), "HOME": str(home)}
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "hermes_fallback", "fallback", "list"],
            env=environ,
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_stdout_is_told(home: Path) -> None:
    """Output that could not be written is exit 8, not a success."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "hermes_fallback", "fallback", "list"],
            env={"HERMES_HOME": str(home), "HOME": str(home)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 8
    assert done.stderr.startswith("error: No space left on device")


def failing(error: BaseException) -> Callable[[Invocation], int]:
    def answer(invocation: Invocation) -> int:
        raise error

    return answer


def test_an_interrupt_is_130(hermes: Hermes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is the user's own doing: a status, and no traceback."""
    monkeypatch.setattr(answers, "show_chain", failing(KeyboardInterrupt()))
    result = hermes("fallback", "list")
    assert (result.status, result.out, result.err) == (130, "", "")


def test_what_nobody_foresaw_is_70_and_says_how_to_report_it(
    hermes: Hermes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours apologises in three lines; what it holds may be secret and is not repeated."""
    monkeypatch.setattr(answers, "show_chain", failing(KeyError("sk-live-abcdef0123456789")))
    result = hermes("fallback", "list")
    assert result.status == 70
    assert "KeyError" in result.err
    assert "--debug" in result.err
    assert "Traceback" not in result.err
    assert "sk-live" not in result.err


def test_debug_shows_the_traceback(hermes: Hermes, monkeypatch: pytest.MonkeyPatch) -> None:
    """--debug is for reports: the traceback comes first, then the same error."""
    monkeypatch.setattr(answers, "show_chain", failing(KeyError("x")))
    result = hermes("fallback", "list", "--debug")
    assert result.err.startswith("Traceback")
    assert "\nerror: " in result.err


def test_debug_with_json_is_one_document_still(hermes: Hermes, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --json the traceback is a field of the error."""
    monkeypatch.setattr(answers, "show_chain", failing(KeyError("x")))
    result = hermes("fallback", "list", "--debug", "--json")
    assert result.error["kind"] == "internal"
    assert result.error["traceback"][0].startswith("Traceback")


def test_version_warns_of_a_stranger_on_the_path(hermes: Hermes, tmp_path: Path) -> None:
    """Whoever types `hermes` should know when that would start another program."""
    stranger = tmp_path / "bin" / "hermes"
    stranger.parent.mkdir()
    stranger.write_text("#!/bin/sh\necho other\n")
    stranger.chmod(0o755)
    result = hermes("--version", env={"PATH": str(stranger.parent)})
    assert result.status == 0
    assert result.out.startswith("hermes-fallback ")
    assert "another program" in result.err


def test_version_is_silent_about_ourselves(hermes: Hermes) -> None:
    """Our own script on PATH is no stranger, and neither is no script at all."""
    assert hermes("--version", env={"PATH": str(Path(sys.executable).parent)}).err == ""
    assert hermes("--version", env={"PATH": ""}).err == ""
