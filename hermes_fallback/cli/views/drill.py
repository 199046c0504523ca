"""What a drill came to: the chain, a line for each fault, where it fell short; and the faults there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent

from hermes_fallback.cli.views.attempts import attempt_documents, attempt_lines
from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.drill.catalogue import Fault
from hermes_fallback.drill.drill import Drill
from hermes_fallback.drill.judge import NO_OTHER, NO_UNTOUCHED
from hermes_fallback.drill.stage import allowed
from hermes_fallback.runtime.plan import Plan

__all__ = ["Drilled", "drilled_document", "drilled_text", "faults_document", "faults_text"]

_NAME, _TITLE = 16, 25
_INDENT = "    "
_HINTS = {
    NO_OTHER: "hermes fallback add PROVIDER MODEL",
    NO_UNTOUCHED: "add a link of another provider: hermes fallback add PROVIDER MODEL",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """The drills of *plan*. *is_told* shows each attempt."""

    plan: Plan
    drills: Sequence[Drill]
    is_told: bool = False

    @property
    def skipped(self) -> list[tuple[int, str, str, str]]:
        """Position, provider and model of each link that was not rehearsed, and why."""
        usable = allowed(self.plan)
        left = [(each.position, each.provider, each.model, each.what) for each in self.plan.skipped]
        left += [
            (each.position, each.provider, each.model, "`fallback.zone` or `fallback.spend` rules it out")
            for each in self.plan.routes
            if each not in usable
        ]
        return sorted(left)


def faults_document(faults: Sequence[Fault]) -> dict[str, object]:
    """The JSON of the catalogue."""
    return {"faults": [{"name": each.name, "title": each.title} for each in faults]}


def faults_text(faults: Sequence[Fault], canvas: Canvas) -> str:
    """The catalogue, a fault a line."""
    return "\n".join(canvas.fold(each.title, first=f"{each.name:<{_NAME}}  ") for each in faults)


def drilled_document(drilled: Drilled) -> dict[str, object]:
    """The JSON of every drill."""
    return {
        "drills": [_document(each) for each in drilled.drills],
        "asks_before_switch": not drilled.plan.may_switch,
        "skipped": [
            {"position": position, "provider": provider, "model": model, "what": what}
            for position, provider, model, what in drilled.skipped
        ],
    }


def drilled_text(drilled: Drilled, canvas: Canvas) -> str:
    """The drills as a person reads them."""
    return "\n".join(_lines(drilled, canvas))


def _document(drill: Drill) -> dict[str, object]:
    served = drill.served_by
    return {
        "fault": drill.fault.name,
        "title": drill.fault.title,
        "outcome": drill.outcome,
        "served_by": served
        and {
            "position": served.position,
            "provider": served.provider,
            "model": served.model,
            "base_url": served.base_url,
            "credential": served.credential,
        },
        "attempts": attempt_documents(drill.attempts),
        "ms": round(drill.ms, 1),
        "history_intact": drill.history_intact,
        "keys_scoped": drill.keys_scoped,
        "passed": drill.passed,
        "complaints": drill.complaints,
    }


def _lines(drilled: Drilled, canvas: Canvas) -> Iterator[str]:
    yield from _chain(drilled, canvas)
    for drill in drilled.drills:
        yield from _row(drill, canvas)
        if drilled.is_told:
            yield from _timeline(drill, canvas)
    yield from _shortcomings(drilled, canvas)
    yield _total(drilled.drills, canvas)


def _chain(drilled: Drilled, canvas: Canvas) -> Iterator[str]:
    """Who was rehearsed, and who was not."""
    skipped = {position for position, *_ in drilled.skipped}
    for route in drilled.plan.routes:
        if route.position not in skipped:
            yield canvas.fold(
                canvas.plain(drilled.plan.name(route)), first=f"link {route.position}: ", indent=_INDENT
            )
    for position, provider, model, what in drilled.skipped:
        words = canvas.plain(f"{provider}:{model} was skipped: {what}")
        yield canvas.paint(canvas.fold(words, first=f"link {position}: ", indent=_INDENT), "yellow")
    if not drilled.plan.may_switch:
        yield canvas.fold("`fallback.auto_activate` is off: each switch would be asked about first")


def _row(drill: Drill, canvas: Canvas) -> Iterator[str]:
    tries = f"{len(drill.attempts)} tr{'y' if len(drill.attempts) == 1 else 'ies'}"
    result, color = ("passed", "green") if drill.passed else ("fell short", "red")
    line = f"  {drill.fault.name:<{_NAME}} {drill.fault.title:<{_TITLE}} {_who(drill):<7} {tries:>7} {drill.ms:>5.0f} ms "
    if canvas.fits(line, result):
        yield line + canvas.paint(result, color)
        return
    yield f"  {drill.fault.name:<{_NAME}}  {canvas.paint(result, color)}"
    words = f"{drill.fault.title}: {_who(drill)}, {tries}, {drill.ms:.0f} ms"
    yield canvas.fold(words, first=_INDENT, indent=_INDENT)


def _timeline(drill: Drill, canvas: Canvas) -> Iterator[str]:
    inner = canvas.but(width=canvas.width and canvas.width - len(_INDENT))
    for lines in attempt_lines(drill.attempts, inner):
        yield indent(lines, _INDENT)


def _who(drill: Drill) -> str:
    """Who answered, in the words of the table."""
    if drill.served_by is not None:
        return f"link {drill.served_by.position}"
    return "stopped" if drill.outcome == "stopped" else "nobody"


def _shortcomings(drilled: Drilled, canvas: Canvas) -> Iterator[str]:
    """Each complaint once, with the faults it is about."""
    about: dict[str, list[str]] = {}
    for drill in drilled.drills:
        for complaint in drill.complaints:
            about.setdefault(complaint, []).append(drill.fault.name)
    for complaint, names in about.items():
        words = canvas.plain(f"{complaint} ({', '.join(names)})")
        yield canvas.paint(canvas.fold(words, first="fell short: ", indent=_INDENT), "red")
        if complaint in _HINTS:
            yield canvas.fold(_HINTS[complaint], first="  hint: ", indent=_INDENT)


def _total(drills: Sequence[Drill], canvas: Canvas) -> str:
    short = sum(not each.passed for each in drills)
    if not short:
        return canvas.paint(f"all {len(drills)} passed" if len(drills) > 1 else "passed", "green")
    return canvas.paint(f"{short} of {len(drills)} fell short", "red")
