"""What the doctor found: what needs a hand first, each with its fix; and the checks there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.visible import visible
from hermes_fallback.doctor.check import Check
from hermes_fallback.doctor.finding import Finding, Level

__all__ = ["checks_document", "checks_text", "findings_document", "findings_text"]

_ORDER = (Level.FAIL, Level.WARN, Level.SKIP, Level.OK)
_COLORS = {Level.FAIL: "red", Level.WARN: "yellow", Level.SKIP: "dim", Level.OK: "green"}
_INDENT = "      "
_NAME = 23
_NARROW = 60
"""Below it, names are not padded: the text needs the room."""


def findings_document(findings: Sequence[Finding]) -> dict[str, object]:
    """The JSON of all findings, in the order of the checks."""
    return {
        "findings": [
            {
                "check": each.check,
                "level": each.level,
                "what": each.what,
                "evidence": each.evidence,
                "fix": each.fix,
                "fixed": each.fixed,
            }
            for each in findings
        ],
        "summary": _summary(findings),
    }


def findings_text(findings: Sequence[Finding], canvas: Canvas) -> str:
    """The findings, failures first and good news last, and how many there are of each."""
    lines = [line for each in findings if each.fixed for line in _finding(each, canvas)]
    lines += [
        line
        for level in _ORDER
        for each in findings
        if each.level is level and not each.fixed
        for line in _finding(each, canvas)
    ]
    counted = ", ".join(f"{count} {level}" for level, count in _summary(findings).items() if count)
    return "\n".join([*lines, "", canvas.paint(canvas.fold(counted), "bold")])


def _finding(finding: Finding, canvas: Canvas) -> Iterator[str]:
    is_narrow = canvas.width is not None and canvas.width < _NARROW
    name = finding.check if is_narrow else f"{finding.check:<{_NAME}}"
    word = "mended" if finding.fixed else finding.level
    folded = canvas.fold(canvas.plain(finding.what), first=f"{word:<4}  {name}  ", indent=_INDENT)
    yield canvas.paint(word, _COLORS[finding.level]) + folded.removeprefix(word)
    if finding.level is Level.OK:
        return
    if finding.evidence:
        yield canvas.paint(canvas.fold(canvas.plain(finding.evidence), first=_INDENT, indent=_INDENT), "dim")
    if finding.fix:
        # A shell takes `~` within quotes for a name.
        fix = visible(finding.fix) if "'" in finding.fix else canvas.plain(finding.fix)
        yield canvas.fold(fix, first=f"{_INDENT}fix: ", indent=f"{_INDENT}  ")


def _summary(findings: Sequence[Finding]) -> dict[str, int]:
    levels = Counter(finding.level for finding in findings)
    return {level.value: levels[level] for level in Level}


def checks_document(checks: Sequence[Check]) -> dict[str, object]:
    """The JSON of the checks there are."""
    return {"checks": [{"name": each.name, "about": each.about, "online": each.is_online} for each in checks]}


def checks_text(checks: Sequence[Check], canvas: Canvas) -> str:
    """A line for each check."""
    return "\n".join(
        canvas.fold(
            each.about + (" Asks providers." if each.is_online else ""),
            first=f"{each.name:<{_NAME}}  ",
            indent=_INDENT,
        )
        for each in checks
    )
