"""Answers: the results that are given with and without Typer, by the same code."""

from __future__ import annotations

import os

from hermes_fallback.cli.views.chain import chain_document, chain_text
from hermes_fallback.errors import ExitCode

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from pathlib import Path

    from hermes_fallback.cli.invocation import Invocation

__all__ = ["SHELLS", "completion_script", "show_chain", "show_completion", "show_version"]

SHELLS = {"bash": "hermes.bash", "zsh": "_hermes", "fish": "hermes.fish", "powershell": "hermes.ps1"}
"""The completion script of each shell, under the name that shell looks for."""

_PROGRAM = "hermes"
_HEAD_BYTES = 4096


def show_chain(invocation: Invocation) -> int:
    """Print the effective chain."""
    invocation.show(invocation.runtime().report(), text=chain_text, document=chain_document)
    return ExitCode.OK


def show_completion(invocation: Invocation, shell: str) -> int:
    """Print the completion script of *shell*."""
    script = completion_script(shell)
    invocation.show(
        script,
        text=lambda script, _: script.rstrip("\n"),
        document=lambda script: {"shell": shell, "script": script},
    )
    if invocation.terminal.stdout.isatty():
        for line in _advice(invocation, shell, script):
            invocation.say(line)
    return ExitCode.OK


def completion_script(shell: str) -> str:
    """The completion script of *shell*."""
    from pathlib import Path  # a listing needs none of it

    return (Path(__file__).parent / "completions" / SHELLS[shell]).read_text("utf-8")


def show_version(invocation: Invocation) -> int:
    """Print the version; warn where the shell would start another program by our name."""
    from hermes_fallback import __version__  # 30 ms

    invocation.show(
        __version__,
        text=lambda version, _: f"hermes-fallback {version}",
        document=lambda version: {"version": version},
    )
    stranger = _stranger(invocation.terminal.environ.get("PATH", ""))
    if stranger:
        invocation.say(
            f"warning: `{_PROGRAM}` on PATH is another program, `{stranger}`; this one is `hermes-fallback`"
        )
    return ExitCode.OK


def _advice(invocation: Invocation, shell: str, script: str) -> tuple[str, ...]:
    """What to do with *script*, for somebody who looks at it; what is to be typed has a line of its own."""
    from shlex import quote

    from hermes_fallback.doctor.completion import (
        INSTALL,
        installed,
    )  # a shell that reads the script needs none

    found = installed(invocation.terminal.environ, shell)
    if found is None:
        return "to have it in every session, type:", INSTALL[shell]
    if found.is_stale(script):
        renew = f"hermes completion {shell} > {quote(str(found.path))}"
        return f"`{found.path}` is of another version; to renew it, type:", renew
    return (f"every session has it already, from `{found.path}`",)


def _stranger(path: str) -> str | None:
    """The `hermes` that PATH finds first, where that is not this program."""
    from pathlib import Path  # a listing needs none of it

    for folder in path.split(os.pathsep):
        candidate = Path(folder or ".") / _PROGRAM
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return None if _is_ours(candidate) else str(candidate)
    return None


def _is_ours(script: Path) -> bool:
    try:
        with script.open("rb") as file:
            return b"hermes_fallback" in file.read(_HEAD_BYTES)
    except OSError:
        return False
