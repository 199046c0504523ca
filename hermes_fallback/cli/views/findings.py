"""What is wrong with the file: each finding at its place, with the line. Secrets are never shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.quoted import quoted_lines
from hermes_fallback.config.finding import Finding, Level
from hermes_fallback.config.lines import BREAK
from hermes_fallback.config.redact import mask_line, mask_lines
from hermes_fallback.errors import InvalidFile

__all__ = ["Verdict", "unreadable", "verdict_document", "verdict_text"]

_LONGEST = 2000
_COLORS = {Level.WARN: "yellow", Level.FAIL: "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Everything that is wrong with a file, and its text."""

    path: str
    findings: tuple[Finding, ...]
    text: str = ""


def unreadable(path: str, error: InvalidFile) -> Verdict:
    """The verdict on a file that cannot be read at all."""
    finding = Finding(
        level=Level.FAIL, what=error.what, line=error.line, column=error.column, hint=error.hint
    )
    return Verdict(path=path, findings=(finding,))


def verdict_document(verdict: Verdict) -> dict[str, object]:
    """The JSON of a verdict."""
    levels = [each.level for each in verdict.findings]
    return {
        "config": verdict.path,
        "findings": [
            {
                "level": str(each.level),
                "key": each.key,
                "what": each.what,
                "file": each.file or verdict.path,
                "line": each.line,
                "column": each.column,
                "hint": each.hint,
            }
            for each in verdict.findings
        ],
        "summary": {"warn": levels.count(Level.WARN), "fail": levels.count(Level.FAIL)},
    }


def verdict_text(verdict: Verdict, canvas: Canvas) -> str:
    """A verdict in words, as compilers tell it: the place, what is wrong, the line, and what to do."""
    if not verdict.findings:
        return f"{canvas.plain(verdict.path)}: no findings"
    lines = _Lines(verdict.text, verdict.findings)
    return "\n".join(line for each in verdict.findings for line in _told(each, verdict.path, lines, canvas))


def _told(finding: Finding, path: str, lines: _Lines, canvas: Canvas) -> Iterator[str]:
    parts = (canvas.plain(finding.file or path), finding.line, finding.column)
    place = ":".join(str(part) for part in parts if part is not None)
    told = canvas.fold(canvas.plain(finding.what), first=f"{place}: {finding.level}: ", indent="  ")
    yield told.replace(f" {finding.level}:", f" {canvas.paint(finding.level, _COLORS[finding.level])}:", 1)
    if finding.file is None and finding.line:
        text, column = lines.shown(finding.line, finding.column)
        yield from quoted_lines(text, finding.line, column, canvas)
    if finding.hint:
        yield canvas.fold(canvas.plain(finding.hint), first="  hint: ", indent="    ")


class _Lines:
    """The lines of a text as they may be shown, as far down as they are asked for."""

    def __init__(self, text: str, findings: Sequence[Finding]) -> None:
        last = max(each.line or 0 for each in findings)
        self._own = [line[:_LONGEST] for line in BREAK.split(text)[:last]]
        self._masked = mask_lines(self._own)

    def shown(self, line: int, column: int | None) -> tuple[str, int | None]:
        """The line, secrets in stars, and where in it what stood in *column* stands now."""
        masked = self._masked[line - 1]
        before = mask_line(self._own[line - 1][: (column or 1) - 1])
        return masked, len(before) + 1 if column and masked.startswith(before) else column
