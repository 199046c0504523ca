"""The entry of the program. It answers what is asked most by itself, before Typer is imported."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.options import Options, is_given, read_globals
from hermes_fallback.cli.terminal import Terminal
from hermes_fallback.errors import ExitCode, FallbackError, UsageError

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["main", "program"]


def program() -> int:
    """The exit status of this process, whose whole life is one `main`.

    Garbage is left to the end of the process: looking for it takes a listing 5 ms, most of them while it ends.
    """
    gc.disable()  # until `_answer` takes up something that may live longer
    status = main()
    if status == ExitCode.INTERRUPTED:
        # Threads that still wait for a host would be cut down within C code; and Python, where Ctrl-C came in
        # the midst of an import, forgets that it was caught.
        os._exit(status)
    gc.freeze()
    return status


def main(argv: Sequence[str] | None = None, terminal: Terminal | None = None) -> int:
    """The exit status of one run with *argv* (default: this process's) on *terminal*."""
    invocation = Invocation(terminal or Terminal.of_process())
    streams = (invocation.terminal.stdout, invocation.terminal.stderr)
    try:
        status = _guarded(sys.argv[1:] if argv is None else argv, invocation)
    except BrokenPipeError:
        status = ExitCode.OK  # nobody listens on stderr either
    for stream in streams:
        _settle(stream)
    return int(status)


def _guarded(argv: Sequence[str], invocation: Invocation) -> int:
    try:
        status = _answer(argv, invocation)
        invocation.terminal.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 the process entry: each becomes a status
        if isinstance(error, UsageError) or not isinstance(error, FallbackError):
            invocation.options = _read_form(argv, invocation.options)
        from hermes_fallback.cli.failure import report  # most runs have none

        return report(error, invocation)
    return status


def _read_form(argv: Sequence[str], options: Options) -> Options:
    """*options* with the form that was asked for an error, however far the parser had come."""
    return options.but(
        json=options.json or is_given("--json", argv), debug=options.debug or is_given("--debug", argv)
    )


def _answer(argv: Sequence[str], invocation: Invocation) -> int:
    if argv and argv[0] == "__complete":
        from hermes_fallback.cli.completing import show_words

        return show_words(invocation, argv[1:])
    known = read_globals(argv)
    if known is not None:
        options, words = known
        match words:
            case ["fallback"] | ["fallback", "list" | "ls"]:
                invocation.options = options
                if words[1:] or not invocation.is_attended:
                    from hermes_fallback.cli.answers import show_chain

                    return show_chain(invocation)
            case ["--version"]:
                from hermes_fallback.cli.answers import show_version

                invocation.options = options
                return show_version(invocation)
            case ["completion", "bash" | "zsh" | "fish" | "powershell" as shell]:
                from hermes_fallback.cli.answers import show_completion

                invocation.options = options
                return show_completion(invocation, shell)
    from hermes_fallback.cli.app import run  # Typer costs more than most answers

    if known is None or not _is_brief(known[1]):
        gc.enable()
    return run(argv, invocation)


def _is_brief(words: Sequence[str]) -> bool:
    """True for what reads or edits the file once: large as that may be, none of it is garbage before the end."""
    return len(words) > 1 and words[0] in {"fallback", "config"}


def _settle(stream: TextIO) -> None:
    """Flush *stream*; where that fails, send the rest nowhere, or Python would fail again on its way out."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
