"""The check of the user's shell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from shlex import quote

from hermes_fallback.doctor.completion import INSTALL, installed
from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Finding, ok, skip, warn

__all__ = ["shell_completion"]


def shell_completion(facts: Facts) -> Iterator[Finding]:
    """Whether the shell completes our commands, with the script of this version."""
    if facts.environ.get("CI"):
        yield skip("nobody completes commands in CI")
        return
    shell = PurePath(facts.environ.get("SHELL", "")).name
    if shell not in INSTALL:
        yield skip(f"`{shell}` is no shell that we complete" if shell else "`SHELL` is not set")
        return
    found = installed(facts.environ, shell)
    if found is None:
        yield warn(f"`{shell}` does not complete `hermes` yet", fix=INSTALL[shell])
    elif found.is_stale(facts.completion(shell)):
        yield warn(
            f"`{shell}` completes `hermes` as another version has it",
            evidence=str(found.path),
            fix=f"hermes completion {shell} > {quote(str(found.path))}",
        )
    else:
        yield ok(f"`{shell}` completes `hermes`", evidence=str(found.path))
