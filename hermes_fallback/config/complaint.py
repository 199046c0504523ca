"""What a YAML parser complains of, told so that the owner of the file can mend it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hermes_fallback.errors import InvalidFile

if TYPE_CHECKING:
    from hermes_fallback.config.source import Source

__all__ = ["complaint"]

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]")
_CONFLICT = re.compile(r"(?m)^(?:<{7}|>{7}|={7})(?: |$)")


def complaint(source: Source, error: Any) -> InvalidFile:
    """The error to raise for *error*, which the parser raised about *source*."""
    return _malformed(source, error) if hasattr(error, "problem_mark") else _unprintable(source)


def _malformed(source: Source, error: Any) -> InvalidFile:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    line = min(line, source.text.count("\n") + source.text.count("\r") + 1)
    shown = source.shown(line)
    if not (shown and shown.strip()) and error.context_mark:
        line, column = error.context_mark.line + 1, error.context_mark.column + 1
    why = ", ".join(part for part in (error.context, error.problem) if part)
    return source.invalid(
        "not valid YAML", line=line, column=column, why=why, hint=_hint(source, why, source.shown(line) or "")
    )


def _hint(source: Source, why: str, line: str) -> str:
    if _CONFLICT.search(source.text):
        return "a merge conflict is left in the file: keep one side and remove its marks"
    if "{{" in line or "{%" in line:
        return "the file still holds template text: fill it in, or put it in quotes"
    if "\\t" in why or "\t" in line:
        return "indent with spaces, not with tabs"
    if "quoted scalar" in why:
        return "a quote that is opened here is not closed"
    if "cannot start any token" in why:
        return "put the value in quotes"
    if "mapping values are not allowed" in why:
        return "put a value that holds `: ` in quotes, and check the indentation of this line"
    if "flow" in why:
        return "a bracket that is opened is not closed, or a comma is missing"
    return "check the indentation of this line and the one above: hermes config edit"


def _unprintable(source: Source) -> InvalidFile:
    found = _UNPRINTABLE.search(source.text)
    index = found.start() if found else 0
    before = source.text[:index].replace("\r\n", "\n").replace("\r", "\n")
    return source.invalid(
        f"the character U+{ord(source.text[index]):04X} is not allowed in YAML",
        line=before.count("\n") + 1,
        column=len(before.rpartition("\n")[2]) + 1,
        hint="remove it, or check that this is a text file",
    )
