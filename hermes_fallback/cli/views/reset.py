"""What a reset has forgotten: each bench, with the links that it kept from being used."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.why import COVERED
from hermes_fallback.journal.document import rfc3339
from hermes_fallback.model.bench import Bench
from hermes_fallback.model.route import Route
from hermes_fallback.session.words import SAID

__all__ = ["Reset", "reset_document", "reset_text"]

_FINGERPRINT_CHARS = len("sha256:") + 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """The benches that went, the routes of the chain, and the one that was asked for; None for all."""

    gone: tuple[Bench, ...]
    routes: tuple[Route, ...]
    only: Route | None = None


def reset_document(reset: Reset) -> dict[str, object]:
    """The JSON of a reset."""
    return {"changed": bool(reset.gone), "reset": [_document(each, reset.routes) for each in reset.gone]}


def reset_text(reset: Reset, canvas: Canvas) -> str:
    """A reset as a person reads it."""
    of = f" for `{_name(reset.only)}`" if reset.only else ""
    if not reset.gone:
        return canvas.fold(canvas.plain(f"nothing was benched{of}"))
    head = f"forgotten{of}, and tried again at once:"
    stories = (words for each in reset.gone for words in _stories(each, reset.routes))
    lines = (canvas.fold(canvas.plain(each), first="  ", indent="     ") for each in stories)
    return "\n".join((canvas.fold(canvas.plain(head)), *lines))


def _document(bench: Bench, routes: tuple[Route, ...]) -> dict[str, object]:
    covered = _covered(bench, routes)
    subject = bench.subject
    return {
        "grain": bench.subject.grain.value,
        "positions": [each.position for each in covered],
        "provider": covered[0].provider if covered else None,
        "host": subject.host or None,
        "model": subject.model or None,
        "credential": subject.credential[:_FINGERPRINT_CHARS] or None,
        "reason": bench.reason.value,
        "since": rfc3339(bench.since),
        "until": rfc3339(bench.until),
        "is_given": bench.is_given,
        "strikes": bench.strikes,
    }


def _stories(bench: Bench, routes: tuple[Route, ...]) -> Iterator[str]:
    """What was held against each link that *bench* covers, or against one that has left the chain."""
    held, covered = f"{SAID[bench.reason]}; {_until(bench)}", _covered(bench, routes)
    for each in covered:
        yield f"{each.position}  {_name(each)} {held}"
    if not covered:
        yield f"{_what(bench)} {held}; no link of the chain"


def _what(bench: Bench) -> str:
    host, credential, model, _ = bench.subject
    place = f"{model} at {host}" if host and model else host or model
    key = f"the key {credential[:_FINGERPRINT_CHARS]}" if credential else ""
    return f"{place} with {key}" if place and key else place or key or "a link that was configured otherwise"


def _until(bench: Bench) -> str:
    if bench.until <= bench.since:
        return f"{bench.strikes} failure{'' if bench.strikes == 1 else 's'} counted, not benched yet"
    if math.isinf(bench.until):
        return f"{COVERED[bench.subject.grain]} was benched until it is changed"
    who = "the provider said so" if bench.is_given else "our guess"
    until = f"{datetime.fromtimestamp(bench.until).astimezone():%Y-%m-%d %H:%M:%S %Z}"
    return f"{COVERED[bench.subject.grain]} was benched until {until} ({who})"


def _covered(bench: Bench, routes: tuple[Route, ...]) -> tuple[Route, ...]:
    return tuple(each for each in routes if bench.subject.covers(each.subject))


def _name(route: Route) -> str:
    return f"{route.provider}:{route.model}"
