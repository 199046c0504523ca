"""Edits of the file that are no edits of the chain: one key, or a migration. Secrets are never shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.config import Setting
from hermes_fallback.cli.views.edit import diff_lines
from hermes_fallback.config.migrate import Left, Migrated
from hermes_fallback.config.redact import mask_line
from hermes_fallback.config.store import Edited

__all__ = [
    "FileEdit",
    "KeyEdit",
    "MigrationEdit",
    "edited_text",
    "key_edit_document",
    "key_edit_text",
    "migration_document",
    "migration_text",
]

_UNDO = "undo it with: hermes config undo"
_DRY_RUN = "nothing was written; this would change:"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEdit:
    """What an edit did to the file, or with *dry_run* would have done."""

    edited: Edited
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEdit:
    """One key set to a value, or gone."""

    edit: FileEdit
    key: str
    value: object = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationEdit:
    """What was migrated, and what was left."""

    edit: FileEdit
    migrated: tuple[Migrated, ...]
    left: tuple[Left, ...]


def key_edit_document(change: KeyEdit) -> dict[str, object]:
    """The JSON of one key's edit."""
    shown = Setting(key=change.key, value=change.value, line=0).shown
    return {**_edit_document(change.edit), "key": change.key, "value": shown}


def key_edit_text(change: KeyEdit, canvas: Canvas) -> str:
    """The text of one key's edit."""
    done = f"`{change.key}` is {'gone' if change.is_gone else 'set'}"
    return "\n".join(_edit_lines(change.edit, (canvas.plain(done),), f"{done} already", canvas))


def edited_text(edited: Edited, canvas: Canvas) -> str:
    """The text of an edit by hand."""
    edit = FileEdit(edited=edited, dry_run=False)
    path = canvas.plain(edited.path)
    return "\n".join(_edit_lines(edit, (f"`{path}` is saved",), f"`{path}` is unchanged", canvas))


def migration_document(change: MigrationEdit) -> dict[str, object]:
    """The JSON of a migration."""
    return {
        **_edit_document(change.edit),
        "migrated": [
            {"key": each.key, "line": each.line, "what": mask_line(each.what)} for each in change.migrated
        ],
        "left": [
            {"key": each.key, "line": each.line, "what": mask_line(each.what), "hint": each.hint}
            for each in change.left
        ],
    }


def migration_text(change: MigrationEdit, canvas: Canvas) -> str:
    """The text of a migration: what was done, then what its owner has to look at."""
    done = tuple(
        canvas.fold(canvas.plain(mask_line(each.what)), first=_at(each.line), indent="  ")
        for each in change.migrated
    )
    lines = _edit_lines(change.edit, done, "nothing to migrate", canvas)
    return "\n".join([*lines, *_left_lines(change.left, canvas)])


def _edit_document(edit: FileEdit) -> dict[str, object]:
    return {
        "changed": edit.edited.changed,
        "dry_run": edit.dry_run,
        "diff": edit.edited.diff,
        "warnings": list(edit.edited.warnings),
    }


def _edit_lines(edit: FileEdit, done: tuple[str, ...], standing: str, canvas: Canvas) -> Iterator[str]:
    if not edit.edited.changed:
        yield canvas.fold(canvas.plain(standing), indent="  ")
    elif edit.dry_run:
        yield _DRY_RUN
        yield from diff_lines(edit.edited.diff, canvas)
    else:
        yield from done
        yield _UNDO
    yield from (canvas.fold(canvas.plain(f"warning: {each}"), indent="  ") for each in edit.edited.warnings)


def _left_lines(left: tuple[Left, ...], canvas: Canvas) -> Iterator[str]:
    for each in left:
        what = canvas.plain(mask_line(f"`{each.key}` is left as it is: {each.what}"))
        yield canvas.fold(what, first=_at(each.line), indent="  ")
        if each.hint:
            yield canvas.fold(canvas.plain(mask_line(each.hint)), first="  hint: ", indent="    ")


def _at(line: int | None) -> str:
    return f"line {line}: " if line else ""
