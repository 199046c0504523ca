"""Waiting: a word to whoever watches while providers are asked."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.prompts.spinner import spinning

__all__ = ["waiting"]


@contextmanager
def waiting(run: Invocation, what: str) -> Iterator[None]:
    """Say on a terminal *what* is done while the body runs; a pipe, `--quiet` and `--json` hear nothing of it.

    Raises:
        KeyboardInterrupt: Ctrl-C came, however the body ended.
    """
    with _heeding_ctrl_c(), _shown(run, what):
        yield


def _shown(run: Invocation, what: str) -> AbstractContextManager[None]:
    stderr = run.terminal.stderr
    if run.options.quiet or run.options.json or not stderr.isatty():
        return nullcontext()
    if run.terminal.is_dumb:
        run.say(f"{what} ...")
        return nullcontext()
    return spinning(stderr, run.canvas(stderr), what)


@contextmanager
def _heeding_ctrl_c() -> Iterator[None]:
    """Remember a Ctrl-C: raised inside a callback of the import system, Python drops it with a message."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    came = False

    def note(_number: int, _frame: object) -> None:
        nonlocal came
        came = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if came:
            raise KeyboardInterrupt
