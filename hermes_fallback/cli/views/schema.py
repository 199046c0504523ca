"""The schema of the file, and what became of it where it was installed."""

from __future__ import annotations

from collections.abc import Iterator

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.config.schema.install import Installed

__all__ = ["installed_document", "installed_text"]


def installed_document(installed: Installed) -> dict[str, object]:
    """The JSON of an installation."""
    edited = installed.edited
    return {
        "changed": edited.changed or installed.is_new,
        "diff": edited.diff,
        "schema_file": installed.schema,
        "warnings": list(edited.warnings),
    }


def installed_text(installed: Installed, canvas: Canvas) -> str:
    """The text of an installation."""
    return "\n".join(canvas.fold(canvas.plain(line), indent="  ") for line in _lines(installed))


def _lines(installed: Installed) -> Iterator[str]:
    edited = installed.edited
    written = "is written" if installed.is_new else "is up to date"
    yield f"the schema in `{installed.schema}` {written}"
    if edited.changed:
        yield f"the first comment of `{edited.path}` names it; undo it with: hermes config undo"
    else:
        yield f"`{edited.path}` names it already"
    yield from (f"warning: {each}" for each in edited.warnings)
