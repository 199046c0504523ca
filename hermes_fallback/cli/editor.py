"""The user's own editor, for what is better changed by hand: on a copy, which becomes the file once it is valid."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from shutil import rmtree

from hermes_fallback.cli.failure import report
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.judging import verdict_on
from hermes_fallback.cli.prompts.protocol import Row
from hermes_fallback.cli.views.findings import Verdict, verdict_text
from hermes_fallback.config.document import Document
from hermes_fallback.config.finding import Level
from hermes_fallback.config.store import Edited
from hermes_fallback.errors import FallbackError, InvalidFile, SystemRefused
from hermes_fallback.runtime.runtime import Runtime

__all__ = ["edit_by_hand"]


class _Next(Enum):
    """What to do about a text that is not in order."""

    AGAIN = "edit it again"
    SAVE = "save it as it is"
    GIVE_UP = "give up"


def edit_by_hand(run: Invocation) -> Edited | None:
    """What came of the file in the user's editor; None where it was given up, and the file is as it was.

    Whatever is not saved is kept, and its path told.

    Raises:
        Conflict: the file changed while it was in the editor; nothing was written.
        InvalidFile: the install is read-only.
        SystemRefused: the editor cannot be started, or ends with an error; nothing was written.
    """
    runtime = run.runtime()
    runtime.refuse_read_only()
    seen = runtime.store.text()
    copy = _private_copy(Path(runtime.home.config).name, seen)
    try:
        edited = _rounds(run, runtime, seen, copy)
    except (FallbackError, KeyboardInterrupt) as error:
        kept = _put_away(seen, copy)
        if kept and isinstance(error, FallbackError):
            error.why = f"{error.why}; {kept}" if error.why else kept
        elif kept:
            run.warn(kept)
        raise
    if edited is None:
        run.warn(f"`{runtime.home.config}` is as it was; {_put_away(seen, copy)}")
    else:
        rmtree(copy.parent)
    return edited


def _rounds(run: Invocation, runtime: Runtime, seen: bytes, copy: Path) -> Edited | None:
    """What was saved in the end; None where it was given up."""
    while True:
        _open(copy, run.terminal.environ)
        typed = _typed(copy)
        if typed == seen:
            return Edited(path=runtime.home.config, old=seen, new=seen)
        try:
            choice = _choice(run, _faults(runtime, typed, copy))
            if choice is _Next.SAVE:
                return runtime.store.replace(seen, typed)
        except InvalidFile as error:
            report(error, run)
            choice = _asked(run, _Next.AGAIN, _Next.GIVE_UP)
        if choice is _Next.GIVE_UP:
            return None


def _typed(copy: Path) -> bytes:
    try:
        return copy.read_bytes()
    except OSError as error:
        raise SystemRefused(
            f"`{copy}`, which was edited, cannot be read: nothing was written",
            why=error.strerror,
            hint="save it under the name it has, and try again: hermes config edit",
        ) from error


def _faults(runtime: Runtime, typed: bytes, copy: Path) -> Verdict | None:
    """The verdict on what was *typed* where something in it cannot be meant so.

    Raises:
        InvalidFile: it is no config at all.
    """
    verdict = verdict_on(Document.parse(typed, str(copy)), runtime)
    faults = tuple(each for each in verdict.findings if each.level is Level.FAIL)
    return replace(verdict, findings=faults) if faults else None


def _choice(run: Invocation, faults: Verdict | None) -> _Next:
    if faults is None:
        return _Next.SAVE
    stderr = run.terminal.stderr
    stderr.write(verdict_text(faults, run.canvas(stderr)) + "\n")
    return _asked(run, _Next.AGAIN, _Next.SAVE, _Next.GIVE_UP)


def _asked(run: Invocation, *choices: _Next) -> _Next:
    return run.prompts().choose("Not saved yet", [Row(each, each.value) for each in choices])


def _private_copy(name: str, data: bytes) -> Path:
    """A file *name* with *data*, in a new folder that is the user's alone."""
    copy = Path(tempfile.mkdtemp(prefix="hermes-config-")) / name
    copy.touch(mode=0o600)
    copy.write_bytes(data)
    return copy


def _put_away(seen: bytes, copy: Path) -> str | None:
    """Where what was typed is kept; None where nothing was, and the copy is gone."""
    if copy.exists() and copy.read_bytes() != seen:
        return f"what was typed is kept in `{copy}`"
    rmtree(copy.parent, ignore_errors=True)
    return None


def _open(path: Path, environ: Mapping[str, str]) -> None:
    editor = (environ.get("VISUAL") or "").strip() or (environ.get("EDITOR") or "").strip() or "vi"
    hint = "name another one: EDITOR=nano hermes config edit"
    try:
        status = subprocess.run([*shlex.split(editor), str(path)], check=False).returncode  # noqa: S603  # the user's
    except (OSError, ValueError) as error:
        raise SystemRefused(f"the editor `{editor}` cannot be started", why=str(error), hint=hint) from error
    if status:
        raise SystemRefused(
            f"the editor `{editor}` ended with exit status {status}: nothing was written", hint=hint
        )
