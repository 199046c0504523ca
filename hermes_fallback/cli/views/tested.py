"""What testing the links came to: a line for each, and what to do where one failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hermes_fallback.cli.views.canvas import Canvas, cells

if TYPE_CHECKING:
    from hermes_fallback.probe.checked import Checked
    from hermes_fallback.probe.links import LinkTested

__all__ = ["Tested", "tested_document", "tested_text"]

_MARGIN = "     "
_COLORS = {"ok": "green", "unverified": "yellow", "failed": "red"}
_WIDEST_NAME = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """Every result, and the command to begin with where there is nothing to test."""

    results: tuple[LinkTested, ...]
    begin: str


def tested_document(tested: Tested) -> dict[str, object]:
    """The JSON of all results."""
    return {"results": [_document(each) for each in tested.results]}


def tested_text(tested: Tested, canvas: Canvas) -> str:
    """The results as a person reads them."""
    if not tested.results:
        text = f"no primary and no chain, so there is nothing to test; choose a primary: {tested.begin}"
        return canvas.fold(text)
    names = [cells(canvas.plain(str(each.link))) for each in tested.results]
    width = max((each for each in names if each <= _WIDEST_NAME), default=0)
    return "\n".join(line for each in tested.results for line in _lines(each, width, canvas))


def _document(tested: LinkTested) -> dict[str, object]:
    checked = tested.checked
    return {
        "position": tested.position,
        "provider": tested.link.provider,
        "model": tested.link.model,
        "verdict": checked.verdict,
        "stage": checked.stage,
        "reason": checked.reason,
        "status": checked.status,
        "latency_ms": checked.latency_ms and round(checked.latency_ms, 1),
        "what": checked.what,
        "hint": checked.hint,
    }


def _lines(tested: LinkTested, width: int, canvas: Canvas) -> Iterator[str]:
    name = canvas.plain(str(tested.link))
    lead = f"  {tested.position:<2} {name}"
    gap = " " * max(width - cells(name), 0) + "  "
    status = canvas.plain(_status(tested.checked))
    color = _COLORS[tested.checked.verdict]
    if canvas.fits(lead, gap, status):
        yield lead + gap + canvas.paint(status, color)
    else:
        yield lead
        yield canvas.paint(canvas.fold(status, first=_MARGIN, indent=_MARGIN), color)
    if tested.checked.hint:
        yield canvas.fold(canvas.plain(tested.checked.hint), first=f"{_MARGIN}hint: ", indent=f"{_MARGIN}  ")


def _status(checked: Checked) -> str:
    took = "" if checked.latency_ms is None else f", {checked.latency_ms:.0f} ms"
    return f"{checked.verdict}{took}: {checked.what}"
