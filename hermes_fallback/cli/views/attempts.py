"""Attempts: what was tried in a turn, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.visible import visible
from hermes_fallback.journal.document import document_of

if TYPE_CHECKING:
    from hermes_fallback.model.receipt import Attempt

__all__ = ["FOLLOWED", "attempt_documents", "attempt_lines", "detail_words"]

FOLLOWED = {
    "retry": "tried again",
    "rotate": "took the next key",
    "advance": "moved on",
    "stop": "gave up",
}
_NUMBER = re.compile(r"\[Errno -?\d+\] ")
"""What the operating system's errors begin with; the words behind it say the same."""


def attempt_documents(attempts: Sequence[object]) -> list[dict[str, object]]:
    """The JSON of each attempt, oldest first."""
    return [_document(attempt) for attempt in cast("Sequence[Attempt]", attempts)]


def attempt_lines(attempts: Sequence[object], canvas: Canvas) -> Iterator[str]:
    """One line for each attempt: who, why it failed, how long it took, what followed."""
    for attempt in cast("Sequence[Attempt]", attempts):
        name = canvas.plain(f"{attempt.provider}:{attempt.model}")
        yield canvas.fold(_story(attempt, canvas), first=f"  {attempt.position}  {name}  ", indent="       ")


def detail_words(attempt: Attempt) -> str:
    """What was said of the failure of *attempt*, for people; empty where nothing was."""
    return _NUMBER.sub("", attempt.detail or "")


def _story(attempt: Attempt, canvas: Canvas) -> str:
    status = f" (HTTP {attempt.status})" if attempt.status and attempt.reason else ""
    outcome = f"{attempt.reason or 'answered'}{status} after {attempt.ms:.0f} ms"
    waited = f"waited {attempt.waited_s:.1f} s, " if attempt.waited_s else ""
    followed = f", {FOLLOWED[attempt.action]}" if attempt.action in FOLLOWED else ""
    detail = f": {canvas.plain(detail_words(attempt))}" if attempt.detail else ""
    request = (
        f" (request {canvas.plain(attempt.request_id)})" if attempt.request_id and attempt.reason else ""
    )
    return f"{waited}{outcome}{followed}{detail}{request}"


def _document(attempt: Attempt) -> dict[str, object]:
    return {**document_of(attempt), "detail": attempt.detail and visible(attempt.detail)}
