"""Real shells that are typed at: what stands on their line after the TAB key."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pexpect
import pytest

SCRIPTS = Path(__file__).parents[2] / "hermes_fallback" / "cli" / "completions"
TAB, TO_BEGIN, TO_END = "\t", "\x01", "\x05"
START = {
    "bash": (["--norc"], f"bind 'set enable-bracketed-paste off'; . {SCRIPTS}/hermes.bash"),
    "zsh": (["-f"], f"unset zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; . {SCRIPTS}/_hermes"),
}
"""Flags and first words of a session that nothing but our script has prepared."""


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What a shell gets: the real program on PATH, and nothing else of ours."""
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    return {"PATH": path, "HOME": os.environ["HOME"], "TERM": "dumb", "LANG": "C.UTF-8", **environ}


def need(shell: str) -> None:
    """Skip the test where *shell* is not installed."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")


def press_tab(shell: str, line: str, environ: Mapping[str, str], *, setup: str | None = None) -> str:
    """What bash or zsh shows from *line* on, until TAB was pressed and the line was printed word by word.

    An empty *setup* leaves the session to the user's own startup files.
    """
    flags, ours = START[shell]
    setup = ours if setup is None else setup
    child = pexpect.spawn(
        shell,
        flags if setup else ["-i"],
        env=environment(environ),
        encoding="utf-8",
        dimensions=(40, 250),
        timeout=30,
    )
    child.sendline(f"{setup or ':'}; PS1='$ '; echo rea''dy")
    child.expect("ready\r\n")
    child.send(f"{line}{TAB}{TO_BEGIN}printf '[%s]\\n' {TO_END} END\r")
    child.expect(r"\[END\]\r\n")
    child.close(force=True)
    return str(child.before)


def completed(shell: str, line: str, environ: Mapping[str, str], *, setup: str | None = None) -> list[str]:
    """The last word as bash or zsh completes it, in a list; none where TAB changed nothing."""
    words = re.findall(r"^\[(.*)\]\r?$", press_tab(shell, line, environ, setup=setup), re.MULTILINE)
    return [] if words == shlex.split(line) else words[-1:]


def offered(line: str, environ: Mapping[str, str]) -> list[str]:
    """The words that fish offers for the end of *line*."""
    code = "source $argv[1]; complete -C $argv[2]"
    command = ["fish", "--no-config", "-c", code, str(SCRIPTS / "hermes.fish"), line]
    done = subprocess.run(
        command, env=environment(environ), capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stderr == ""
    return [found.partition("\t")[0] for found in done.stdout.splitlines()]
