"""Failures as people paste them: a body, an answer with its headers, the last line of a traceback, a recorded row."""

from __future__ import annotations

import json
import re

from hermes_fallback.failover.rows import failure_from_row
from hermes_fallback.model.failure import Failure, Transport

__all__ = ["pasted_failure"]

_STATUS_LINE = re.compile(r"(?:< )?HTTP/\d(?:\.\d)? (\d{3})[^\n]*")
_ARROWS = re.compile(r"^< ?(?=HTTP/|[A-Za-z0-9-]+:|$)", re.MULTILINE)
_HEADER = re.compile(r"([A-Za-z0-9-]{1,80}): ?(.*)")
_RAISED = re.compile(
    r"((?:[A-Za-z_]\w*\.)+[A-Z]\w*|[A-Z]\w*(?:Error|Exception|Timeout|Exhausted|Unavailable|Denied|Refused))"
    r"(?::\s*(.*))?",
    re.DOTALL,
)
_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r"(?:event|data):", re.IGNORECASE)


def pasted_failure(text: str, *, status: int | None = None, provider: str | None = None) -> Failure:
    """The failure that *text* shows; *status* and *provider* are what the user says beside it."""
    row = _row(text.strip().replace("\r\n", "\n"))
    given = {"status": status, "provider": provider}
    return failure_from_row(row | {key: value for key, value in given.items() if value is not None})


def _row(text: str) -> dict[str, object]:
    if text.startswith("{"):
        return _recorded(text) or {"body": text}
    if _STATUS_LINE.match(text):
        return _answer(text)
    if _FRAME.match(text):
        return {"transport": str(Transport.SSE), "body": text}
    if _TRACEBACK in text:
        text = _last_raised(text)
    if found := _RAISED.fullmatch(text):
        return {"exception": found[1], "body": found[2] or ""}
    return {"body": text}


def _recorded(text: str) -> dict[str, object] | None:
    """The row that *text* is, where it is one of a file of recorded failures."""
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and "transport" in row else None


def _answer(text: str) -> dict[str, object]:
    """The last answer of what `curl -i` or `curl -v` prints, which begins with those of proxies and redirects."""
    status: int | None = None
    headers: dict[str, str] = {}
    text = _ARROWS.sub("", text)
    while found := _STATUS_LINE.match(text):
        status, headers = int(found[1]), {}
        head, _, text = text[found.end() :].partition("\n\n")
        for line in head.split("\n"):
            if field := _HEADER.fullmatch(line):
                headers[field[1].lower()] = field[2]
    return {"status": status, "headers": headers, "body": text}


def _last_raised(text: str) -> str:
    """What was raised last in a traceback: from its last line that is not indented and names a class."""
    lines = text.split("\n")
    named = [place for place, line in enumerate(lines) if _RAISED.match(line)]
    return "\n".join(lines[named[-1] :]).strip() if named else text
