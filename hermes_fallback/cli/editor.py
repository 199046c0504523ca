"""The user's own editor, for what is better changed by hand."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from hermes_fallback.errors import SystemRefused

__all__ = ["open_editor"]


def open_editor(path: Path, environ: Mapping[str, str]) -> None:
    """Open *path* in `$VISUAL`, else `$EDITOR`, else `vi`, and return when it is closed.

    Raises:
        SystemRefused: the editor cannot be started, or ends with an error.
    """
    editor = (environ.get("VISUAL") or "").strip() or (environ.get("EDITOR") or "").strip() or "vi"
    hint = "name another one: EDITOR=nano hermes config edit"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = subprocess.run([*shlex.split(editor), str(path)], check=False).returncode  # noqa: S603  # the user's
    except (OSError, ValueError) as error:
        raise SystemRefused(f"the editor `{editor}` cannot be started", why=str(error), hint=hint) from error
    if status:
        raise SystemRefused(f"the editor `{editor}` ended with exit status {status}", hint=hint)
