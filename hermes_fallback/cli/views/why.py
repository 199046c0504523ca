"""The story of a turn, as `hermes fallback why` tells it: what was tried when, why it failed, who answered."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from types import MappingProxyType

from hermes_fallback.cli.views.attempts import FOLLOWED, attempt_documents, detail_words
from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.chain import address
from hermes_fallback.journal.document import document_of
from hermes_fallback.model.bench import Grain
from hermes_fallback.model.receipt import Attempt, Benched, Receipt, SkipKind
from hermes_fallback.session.words import GAVE_UP, mend, said

__all__ = ["COVERED", "Told", "story_text", "told_document", "turns_text"]

_LEAD = "  "
_BODY = " " * 14
"""Where the words about an attempt begin, behind its offset and its position."""

_OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "answered": "answered",
        "interrupted": "the answer broke off",
        "cancelled": "stopped before it was answered",
        **{why: what for why, (what, _) in GAVE_UP.items()},
    }
)
COVERED: Mapping[Grain, str] = MappingProxyType(
    {
        Grain.HOST: "its host",
        Grain.MODEL: "this model at its host",
        Grain.CREDENTIAL: "this key",
        Grain.CREDENTIAL_MODEL: "this key for this model",
        Grain.ROUTE: "this model with this key",
        Grain.LINK: "this link as it is configured",
    }
)
"""What a bench of each grain keeps from being used."""
_MENDS: Mapping[str, str] = MappingProxyType(
    {
        "interrupted": "have such an answer begun anew: `fallback.midstream: restart`",
        "not-permitted": "let a failure switch links: hermes fallback auto on",
        **{why: GAVE_UP[why][1] for why in ("deadline", "no-links", "benched", "unfit")},
    }
)
"""What helps against an outcome, whatever failed."""
_UNTIED = frozenset({SkipKind.REQUESTED, SkipKind.NOT_READY})
"""Where `Skipped.what` does not go on from the link's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The turns to tell of, the latest last. *is_verbose* adds rules and identifiers."""

    receipts: tuple[Receipt, ...]
    is_verbose: bool = False
    empty: str = ""
    """What is said where there are none."""


def told_document(told: Told) -> dict[str, object]:
    """The JSON of all turns."""
    return {
        "turns": [
            {**document_of(receipt), "attempts": attempt_documents(receipt.attempts)}
            for receipt in told.receipts
        ]
    }


def turns_text(told: Told, canvas: Canvas) -> str:
    """A line for each turn, under the day it began on."""
    if not told.receipts:
        return canvas.fold(told.empty)
    lines: list[str] = []
    for day, receipts in groupby(told.receipts, lambda each: _local(each.began_at).strftime("%Y-%m-%d %Z")):
        lines += [canvas.paint(day, "bold"), *(_row(each, canvas) for each in receipts)]
    return "\n".join(lines)


def story_text(told: Told, canvas: Canvas) -> str:
    """Everything about each turn, as a timeline."""
    if not told.receipts:
        return canvas.fold(told.empty)
    return "\n".join(line for each in told.receipts for line in _story(each, canvas, told.is_verbose))


def _row(receipt: Receipt, canvas: Canvas) -> str:
    failures = sum(1 for each in receipt.attempts if each.reason)
    after = f" after {_count(failures, 'failed attempt')}" if failures else ""
    lead = f"{_LEAD}{_local(receipt.began_at):%H:%M:%S}  {canvas.plain(receipt.turn)}  "
    row = canvas.fold(canvas.plain(f"{_outcome(receipt)}{after}"), first=lead, indent=_BODY)
    return row if _is_answered(receipt) else canvas.paint(row, "red")


def _story(receipt: Receipt, canvas: Canvas, is_verbose: bool) -> Iterator[str]:
    yield canvas.paint(f"turn {canvas.plain(receipt.turn)}", "bold")
    for term, words in _summary(receipt, is_verbose):
        yield canvas.fold(canvas.plain(words), first=f"{_LEAD}{term:<10}", indent=" " * 12)
    if receipt.attempts:
        yield canvas.paint("timeline", "bold")
    for attempt in receipt.attempts:
        yield from _attempt(attempt, receipt, canvas, is_verbose)
    yield from _list("not tried", _skipped(receipt), canvas)
    yield from _list("what helps", _help(receipt), canvas)


def _list(title: str, items: Iterator[str], canvas: Canvas) -> Iterator[str]:
    lines = [canvas.fold(canvas.plain(item), first=_LEAD, indent=_LEAD * 2) for item in dict.fromkeys(items)]
    if lines:
        yield canvas.paint(title, "bold")
        yield from lines


def _summary(receipt: Receipt, is_verbose: bool) -> Iterator[tuple[str, str]]:
    steps = f", {receipt.steps} steps" if receipt.steps > 1 else ""
    yield "began", f"{_local(receipt.began_at):%Y-%m-%d %H:%M:%S %Z}, took {_span(receipt.ms)}{steps}"
    if receipt.requested:
        yield "asked for", receipt.requested
    served = receipt.served_by
    yield "outcome", _outcome(receipt)
    if served and is_verbose:
        key = f" with {served.credential}" if served.credential else ""
        yield "", f"at {address(served.base_url)}{key}"
    for term, attempts in (
        ("tokens", [each for each in receipt.attempts if not each.reason]),
        ("wasted", [each for each in receipt.attempts if each.reason]),
    ):
        if words := _tokens(attempts):
            yield term, words
    if receipt.restarts:
        discarded = sum(each.discarded_chars for each in receipt.attempts)
        yield "restarts", f"{receipt.restarts}, {_count(discarded, 'character')} taken back"


def _attempt(attempt: Attempt, receipt: Receipt, canvas: Canvas, is_verbose: bool) -> Iterator[str]:
    if attempt.waited_s:
        waited_ms = 1000 * attempt.waited_s
        yield f"{_offset(attempt.began_ms - waited_ms)}    waited {_span(waited_ms)}"
    name = f"{attempt.provider}:{attempt.model}"
    sentence = canvas.plain(f"{name} {_said(attempt)}")
    first = f"{_offset(attempt.began_ms)} {attempt.position:>2} "
    color = "green" if attempt.action == "answer" else "red" if attempt.reason else "yellow"
    yield canvas.paint(canvas.fold(sentence, first=first, indent=_BODY), color)
    for words in (*_facts(attempt), *(_identifiers(attempt) if is_verbose else ())):
        yield canvas.fold(canvas.plain(words), first=_BODY, indent=_BODY + _LEAD)
    if attempt.benched:
        words = _bench_phrase(attempt.benched, receipt)
        yield canvas.fold(words, first=_BODY, indent=_BODY + _LEAD)


def _said(attempt: Attempt) -> str:
    if attempt.reason:
        return said(attempt.reason, attempt.rule)
    return "answered" if attempt.action == "answer" else "was not waited for"


def _facts(attempt: Attempt) -> Iterator[str]:
    facts = [
        f"HTTP {attempt.status}" if attempt.status and attempt.reason else "",
        f"after {_span(attempt.ms)}",
    ]
    if attempt.first_ms is not None:
        facts.append(f"first content after {_span(attempt.first_ms)}")
    facts += ["the first try after its bench" if attempt.is_probe else "", FOLLOWED.get(attempt.action, "")]
    yield ", ".join(filter(None, facts))
    if words := detail_words(attempt):
        yield f'"{words}"' if attempt.status else words  # without a status nobody said it but this machine
    if attempt.discarded_chars:
        yield f"broke off after {_count(attempt.discarded_chars, 'character')}"


def _identifiers(attempt: Attempt) -> Iterator[str]:
    for term, value in (
        ("rule", attempt.rule),
        ("request", attempt.request_id),
        ("key", attempt.credential),
        ("changed", attempt.changed),
    ):
        if value:
            yield f"{term} {value}"
    if words := _tokens([attempt]):
        yield f"tokens {words}"


def _bench_phrase(benched: Benched, receipt: Receipt) -> str:
    covered = COVERED[benched.grain]
    if math.isinf(benched.until):
        return f"benched: {covered}, until it is changed"
    who = "the provider said so" if benched.is_given else "our guess"
    return f"benched: {covered}, until {_clock(benched.until, receipt)} ({who})"


def _skipped(receipt: Receipt) -> Iterator[str]:
    for each in receipt.skipped:
        is_timed = each.until is not None and math.isfinite(each.until)
        until = f", until {_clock(each.until or 0, receipt)}" if is_timed else ""
        colon = ":" if each.kind in _UNTIED else ""
        yield f"{each.position}  {each.provider}:{each.model}{colon} {each.what}{until}"


def _help(receipt: Receipt) -> Iterator[str]:
    """What to do where nobody answered: when something is usable again, and what mends each failure."""
    if _is_answered(receipt) or receipt.outcome == "cancelled":
        return
    benched = [(each.benched.until, each.provider, each.model) for each in receipt.attempts if each.benched]
    passed = [(each.until, each.provider, each.model) for each in receipt.skipped if each.until is not None]
    if ends := [end for end in (*benched, *passed) if math.isfinite(end[0])]:
        until, provider, model = min(ends)
        yield f"wait until {_clock(until, receipt)}, when {provider}:{model} is tried again"
    for attempt in receipt.attempts:
        if helps := mend(attempt):
            yield helps
    if receipt.outcome in _MENDS:
        yield _MENDS[receipt.outcome]
    positions = {each.position for each in receipt.attempts} | {each.position for each in receipt.skipped}
    if receipt.outcome == "exhausted" and len(positions) < 2:
        yield "add a link for such times: hermes fallback add"


def _outcome(receipt: Receipt) -> str:
    said, served = _OUTCOMES.get(receipt.outcome, receipt.outcome), receipt.served_by
    return f"{said} by {served.provider}:{served.model}" if served and _is_answered(receipt) else said


def _is_answered(receipt: Receipt) -> bool:
    return receipt.outcome == "answered"


def _tokens(attempts: list[Attempt]) -> str:
    """The tokens of *attempts*, where a provider counted them, in words."""
    counts = [
        (sum(each or 0 for each in given), word)
        for given, word in (
            ([each.input_tokens for each in attempts], "in"),
            ([each.output_tokens for each in attempts], "out"),
        )
        if any(each is not None for each in given)
    ]
    return ", ".join(f"{count} {word}" for count, word in counts)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _offset(ms: float) -> str:
    return f"{_span(max(ms, 0)):>10}"


def _span(ms: float) -> str:
    """A length of time in the unit that suits it."""
    if ms < 999.5:
        return f"{ms:.0f} ms"
    return f"{ms / 1000:.1f} s" if ms < 100_000 else f"{ms / 60_000:.1f} min"


def _clock(time: float, receipt: Receipt) -> str:
    """The time of day, with its date where that is not the day of the turn."""
    then = _local(time)
    is_same_day = then.date() == _local(receipt.began_at).date()
    return f"{then:%H:%M:%S}" if is_same_day else f"{then:%Y-%m-%d %H:%M}"


def _local(time: float) -> datetime:
    return datetime.fromtimestamp(time).astimezone()
