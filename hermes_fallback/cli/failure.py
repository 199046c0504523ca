"""Failure: the one place where an error becomes text, or JSON, and an exit status."""

from __future__ import annotations

from collections.abc import Iterator

from hermes_fallback.cli.invocation import Document, Invocation, as_json
from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.visible import visible
from hermes_fallback.errors import (
    ExitCode,
    FallbackError,
    Interrupted,
    InvalidFile,
    SystemRefused,
    Unanswered,
)
from hermes_fallback.masking import mask_keys

__all__ = ["report"]


def report(error: BaseException, invocation: Invocation) -> int:
    """The exit status of *error*, after telling of it on stderr."""
    if isinstance(error, KeyboardInterrupt):
        if invocation.terminal.stderr.isatty():
            invocation.terminal.stderr.write("\n")  # the terminal has written ^C
        return ExitCode.INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return ExitCode.OK  # the reader has what it wanted
    foreseen = error if isinstance(error, FallbackError) else _as_foreseen(error)
    _mask(foreseen)
    _write(foreseen, invocation, _traceback(error) if invocation.options.debug else None)
    return foreseen.exit_code


def _as_foreseen(error: BaseException) -> FallbackError:
    if isinstance(error, OSError) and error.strerror:
        return SystemRefused(f"{error.strerror}", why=error.filename and f"at `{error.filename}`")
    return FallbackError(
        f"this should not have happened: {type(error).__name__}",
        why="it is a fault of hermes-fallback, not yours",
        hint="run the same command with --debug, and report what it prints with the output of hermes --version",
    )


def _traceback(error: BaseException) -> str:
    from traceback import format_exception  # only for this

    return mask_keys("".join(format_exception(error)))


def _mask(error: FallbackError) -> None:
    """Take out of *error* what looks like a key: one may have been typed where a name belongs, and is quoted."""
    error.what = mask_keys(error.what)
    error.why, error.hint = error.why and mask_keys(error.why), error.hint and mask_keys(error.hint)


def _write(error: FallbackError, invocation: Invocation, traceback: str | None) -> None:
    stderr = invocation.terminal.stderr
    if invocation.options.json:
        told = {"traceback": traceback.splitlines()} if traceback else {}
        text = as_json({"error": {**_document(error), **told}})
    else:
        text = visible(traceback or "", keep="\n") + "\n".join(_lines(error, invocation.canvas(stderr)))
    stderr.write(text + "\n")
    stderr.flush()


def _document(error: FallbackError) -> Document:
    document: dict[str, object] = {
        "code": int(error.exit_code),
        "kind": error.kind,
        "what": error.what,
        "why": error.why,
        "hint": error.hint,
    }
    if isinstance(error, InvalidFile):
        document |= {"path": error.path, "line": error.line, "column": error.column, "text": error.text}
    if isinstance(error, Unanswered):
        document |= _turn_document(error)
    return document


def _turn_document(error: Unanswered) -> Document:
    from hermes_fallback.cli.views.attempts import attempt_documents
    from hermes_fallback.journal.document import rfc3339

    document: dict[str, object] = {
        "turn": error.turn,
        "attempts": attempt_documents(error.attempts),
        "soonest": None if error.soonest is None else rfc3339(error.soonest),
    }
    return {**document, "partial": error.partial} if isinstance(error, Interrupted) else document


def _lines(error: FallbackError, canvas: Canvas) -> Iterator[str]:
    what = canvas.fold(canvas.plain(error.what), first="error: ", indent="  ")
    yield canvas.paint("error:", "red") + what.removeprefix("error:")
    if isinstance(error, InvalidFile) and error.text is not None:
        from hermes_fallback.cli.views.quoted import quoted_lines

        yield from quoted_lines(error.text, error.line, error.column, canvas)
    if error.why:
        yield canvas.fold(canvas.plain(error.why), first="  why: ", indent="    ")
    if isinstance(error, Unanswered):
        from hermes_fallback.cli.views.attempts import attempt_lines

        yield from attempt_lines(error.attempts, canvas)
    if error.hint:
        yield canvas.fold(canvas.plain(error.hint), first="  hint: ", indent="    ")
