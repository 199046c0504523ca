"""Waiting: a word to whoever watches while providers are asked."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.prompts.spinner import spinning

__all__ = ["waiting"]


def waiting(run: Invocation, what: str) -> AbstractContextManager[None]:
    """Say on a terminal *what* is done while the body runs; a pipe, `--quiet` and `--json` hear nothing of it."""
    stderr = run.terminal.stderr
    if run.options.quiet or run.options.json or not stderr.isatty():
        return nullcontext()
    if run.terminal.is_dumb:
        run.say(f"{what} ...")
        return nullcontext()
    return spinning(stderr, run.canvas(stderr), what)
