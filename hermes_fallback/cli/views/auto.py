"""`fallback.auto_activate`: whether a failure switches without asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.edit import Change, edit_document, edit_text

if TYPE_CHECKING:
    from hermes_fallback.runtime.editor import ChainEdit

__all__ = ["Auto", "auto_document", "auto_text"]

_MEANING = {
    True: "on: when the primary fails, the chain takes over at once",
    False: "off: a switch needs your yes; without a terminal there is none",
}


@dataclass(frozen=True, slots=True)
class Auto:
    """The setting as it is now, and the edit that made it so, where one was asked for."""

    is_on: bool
    edit: ChainEdit | None = None


def auto_document(auto: Auto) -> dict[str, object]:
    """The JSON of the setting."""
    if auto.edit is None:
        return {"auto_activate": auto.is_on}
    return {"auto_activate": auto.is_on, **edit_document(_change(auto, auto.edit))}


def auto_text(auto: Auto, canvas: Canvas) -> str:
    """The setting in words."""
    if auto.edit is None:
        return canvas.fold(_MEANING[auto.is_on], indent="  ")
    return edit_text(_change(auto, auto.edit), canvas)


def _change(auto: Auto, edit: ChainEdit) -> Change:
    return Change(edit=edit, done=_MEANING[auto.is_on], standing=f"{_MEANING[auto.is_on]}; nothing changed")
