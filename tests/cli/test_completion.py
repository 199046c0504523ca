"""`hermes completion`: scripts that know every command, and are fresh."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.cli.answers import SHELLS

ROOT = Path(__file__).parents[2]

COMPLETED = {
    "commands": (["hermes", ""], "fallback"),
    "begun": (["hermes", "fallb"], "fallback"),
    "subcommands": (["hermes", "fallback", "mo"], "move"),
    "aliases": (["hermes", "fallback", "ls", "--js"], "--json"),
    "after-options": (["hermes", "--home", "/x", "fallback", "cl"], "clear"),
    "options": (["hermes", "fallback", "add", "--base"], "--base-url"),
    "providers": (["hermes", "fallback", "add", "openro"], "openrouter"),
    "provider-option": (["hermes", "chat", "--provider", "deep"], "deepinfra"),
    "choices": (["hermes", "fallback", "add", "--cost", "me"], "metered"),
    "words": (["hermes", "fallback", "auto", "o"], "on"),
    "other-name": (["hermes-fallback", "conf"], "config"),
}


def by_bash(words: list[str], script: Path) -> list[str]:
    code = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hermes; printf "%s\\n" "${COMPREPLY[@]}"'
    command = ["bash", "--norc", "-c", code, "bash", str(script), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def by_fish(words: list[str], script: Path) -> list[str]:
    code = "source $argv[1]; complete -C (string join ' ' -- $argv[2..])"
    command = ["fish", "--no-config", "-c", code, str(script), *words]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line.partition("\t")[0] for line in lines]


@pytest.mark.peer
@pytest.mark.parametrize(("words", "expected"), COMPLETED.values(), ids=COMPLETED)
@pytest.mark.parametrize(("shell", "complete"), [("bash", by_bash), ("fish", by_fish)], ids=["bash", "fish"])
def test_the_shell_completes(shell: str, complete: object, words: list[str], expected: str) -> None:
    """The shell itself, given the script, offers the word."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    assert callable(complete)
    assert expected in complete(words, ROOT / "completions" / SHELLS[shell])


@pytest.mark.peer
@pytest.mark.parametrize(("shell", "name"), SHELLS.items())
def test_the_script_is_valid(shell: str, name: str) -> None:
    """Its own shell finds no fault with it."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run(
        [shell, "-n", str(ROOT / "completions" / name)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("shell", "name"), SHELLS.items())
def test_the_command_prints_the_file(hermes: Hermes, shell: str, name: str) -> None:
    """What is installed with the package is what the repository has."""
    assert hermes("completion", shell).out == (ROOT / "completions" / name).read_text()


def test_an_unknown_shell_is_a_usage_error(hermes: Hermes) -> None:
    """The message names those that there are."""
    for words in ((), ("powershell",)):
        result = hermes("completion", *words)
        assert result.status == 2
        assert "bash, zsh, fish" in result.err


def test_generated_files_are_fresh() -> None:
    """docs/cli.md and the scripts are what the commands say today."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "generate_docs.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
