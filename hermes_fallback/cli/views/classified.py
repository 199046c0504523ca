"""A failure that was judged: its reason, what says so, and what the engine would do."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.model.bench import Grain

if TYPE_CHECKING:
    from hermes_fallback.failover.decide import Consequence
    from hermes_fallback.failover.verdict import Verdict

__all__ = ["Classified", "classified_document", "classified_text"]

_COVERED = {
    Grain.HOST: "the host",
    Grain.MODEL: "this model at this host",
    Grain.CREDENTIAL: "the key",
    Grain.CREDENTIAL_MODEL: "this model with this key",
    Grain.ROUTE: "this model with this key",
    Grain.LINK: "the link, or until its config changes",
}


class Classified(NamedTuple):
    """The verdict on a failure, and what follows while another link is free."""

    verdict: Verdict
    follows: Consequence


def classified_document(classified: Classified) -> dict[str, object]:
    """The JSON of a verdict. A bench without an end is null beside its `grain`: JSON has no infinity."""
    verdict, follows = classified
    return {
        "reason": str(verdict.reason),
        "retry_after_s": verdict.retry_after_s,
        "rule": verdict.rule,
        "action": {
            "retry": follows.retry,
            "rotate": follows.rotate,
            "advance": follows.advance,
            "bench_s": _finite(follows.bench_s),
        },
        "grain": None if follows.grain is None else str(follows.grain),
        "about": str(verdict.about),
        "lacks": verdict.lacks,
        "context_length": verdict.context_length,
        "prompt_tokens": verdict.prompt_tokens,
        "message": verdict.message,
    }


def classified_text(classified: Classified, canvas: Canvas) -> str:
    """A verdict in words."""
    return "\n".join(_lines(classified, canvas))


def _lines(classified: Classified, canvas: Canvas) -> Iterator[str]:
    verdict, follows = classified
    yield canvas.paint(str(verdict.reason), "bold")
    for title, text in (
        ("said", verdict.message),
        ("rule", verdict.rule),
        ("about", _about(verdict)),
        (
            "wait",
            "" if verdict.retry_after_s is None else f"{_span(verdict.retry_after_s)}, as the provider asks",
        ),
        ("then", _then(follows)),
        ("bench", _bench(follows)),
    ):
        if text:
            yield canvas.fold(canvas.plain(text), first=f"  {title:<6} ", indent=" " * 9)


def _about(verdict: Verdict) -> str:
    told = [] if verdict.about == "usual" else [str(verdict.about)]
    if verdict.lacks:
        told.append(f"the model takes no {verdict.lacks}")
    if verdict.prompt_tokens:
        told.append(f"the prompt has {verdict.prompt_tokens:,} tokens")
    if verdict.context_length:
        told.append(f"the model holds {verdict.context_length:,} tokens")
    return "; ".join(told)


def _then(follows: Consequence) -> str:
    steps = [
        *(["once more to the same link"] if follows.retry else []),
        *(["another key of the same link, where there is one"] if follows.rotate else []),
        *(["the next link"] if follows.advance else []),
    ]
    return (
        ", then ".join(steps) or "nothing: the error is shown, because no other link would answer differently"
    )


def _bench(follows: Consequence) -> str:
    if follows.grain is None or follows.bench_s is None:
        return "none"
    if math.isinf(follows.bench_s):
        return f"{_COVERED[follows.grain]}, until it is another one or proves well"
    return f"{_span(follows.bench_s)} for {_COVERED[follows.grain]}"


def _finite(seconds: float | None) -> float | None:
    return None if seconds is None or math.isinf(seconds) else seconds


def _span(seconds: float) -> str:
    """A length of time as people say it: `45 s`, `7 min 12 s`, `2 h`."""
    if seconds < 60:
        return f"{seconds:g} s"
    parts = [(int(seconds // 86400), "d"), (int(seconds // 3600 % 24), "h"), (int(seconds // 60 % 60), "min")]
    parts.append((int(seconds % 60), "s"))
    told = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(told[:2])
