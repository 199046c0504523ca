"""Edits: what changed, what it came to, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.chain import chain_document
from hermes_fallback.cli.views.visible import visible

if TYPE_CHECKING:
    from hermes_fallback.cli.keys import StoredKey
    from hermes_fallback.model.chain import Chain
    from hermes_fallback.runtime.editor import ChainEdit

__all__ = ["Change", "changed_lines", "diff_lines", "edit_document", "edit_text", "names_of"]

_UNDO = "undo it with: hermes config undo"
_SHADOWED = "warning: the keyring has a key of this provider too, which is used first; to replace that one: --store keyring"
_DRY_RUN = "nothing was written; this would change:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An edit, and the sentence for each way it may have gone."""

    edit: ChainEdit
    done: str
    standing: str = "nothing to change: it is so already"
    notes: tuple[str, ...] = ()
    stored: StoredKey | None = None
    way_back: bool = True
    """False for the way back itself."""


def names_of(before: Chain, after: Chain) -> str:
    """The links of *before* that are not in *after*, as a person lists them."""
    gone = [f"`{placed.link}`" for placed in before if after.find(placed.link) is None]
    return ", ".join(gone) or "nothing"


def edit_document(change: Change) -> dict[str, object]:
    """The JSON of an edit."""
    edit, stored = change.edit, change.stored
    return {
        "changed": edit.changed,
        "dry_run": edit.dry_run,
        "position": edit.position,
        "diff": edit.diff,
        "warnings": list(edit.warnings),
        "stored": stored
        and {
            "name": stored.variable,
            "store": stored.store,
            "path": stored.path,
            "fingerprint": stored.fingerprint,
            "replaced": stored.has_replaced,
        },
        **chain_document(edit.report),
    }


def edit_text(change: Change, canvas: Canvas) -> str:
    """The text of an edit."""
    return "\n".join(_lines(change, canvas))


def _lines(change: Change, canvas: Canvas) -> Iterator[str]:
    edit = change.edit
    if change.stored:
        done = "replaced the old key; stored" if change.stored.has_replaced else "stored"
        stored = f"{done} the key as `{change.stored.variable}` in {change.stored.place}"
        yield canvas.fold(canvas.plain(stored), indent="  ")
        if change.stored.is_shadowed:
            yield canvas.fold(_SHADOWED, indent="  ")
    if not edit.changed:
        yield canvas.fold(canvas.plain(change.standing), indent="  ")
    elif edit.dry_run:
        yield _DRY_RUN
        yield from diff_lines(edit.diff, canvas)
    else:
        yield canvas.fold(canvas.plain(change.done), indent="  ")
        yield from (canvas.fold(canvas.plain(note), indent="  ") for note in change.notes)
        if change.way_back:
            yield _UNDO
    yield from (canvas.fold(canvas.plain(f"warning: {each}"), indent="  ") for each in edit.warnings)


def changed_lines(diff: str, canvas: Canvas) -> Sequence[str]:
    """The lines of *diff* that come or go, without those around them."""
    return diff_lines("\n".join(line for line in diff.split("\n")[2:] if line[:1] in {"+", "-"}), canvas)


def diff_lines(diff: str, canvas: Canvas) -> Sequence[str]:
    """*diff*, line by line; its lines are the file's, and are not folded."""
    colors = {"+": "green", "-": "red", "@": "dim"}
    lines = (visible(line.rstrip("\r"), keep="\t") for line in diff.rstrip("\n").split("\n"))
    return [canvas.paint(line, colors[line[0]]) if line[:1] in colors else line for line in lines]
