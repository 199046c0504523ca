"""What follows from each reason: one table, and the functions that read it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from hermes_fallback.failover.verdict import About, Verdict
from hermes_fallback.model.bench import Bench, Grain, Standing, Subject
from hermes_fallback.model.limits import Limits, Policy
from hermes_fallback.model.reason import Reason

__all__ = [
    "JITTER_S",
    "TABLE",
    "USUAL",
    "Again",
    "Consequence",
    "Decision",
    "Row",
    "Situation",
    "backoff_s",
    "bench_of",
    "consequence",
    "decide",
    "goes_onward",
    "rotates",
]

USUAL = Policy()
"""What a config that says nothing comes to."""
JITTER_S = 0.25
"""The longest pause before a same-link retry while another link is free."""
_LEAST_PAUSE_S = 0.02
_BACKOFF_BASE_S = 0.5
_BACKOFF_CAP_S = 8.0
_DAY_S = 86_400.0
_LONGEST_GUESS_S = 600.0
_LONGEST_DOUBLED_S = 3600.0
_LONGEST_LINK_S = 3600.0
_STEADY_PROBES = 3
"""So many probes come at the table's distance; then the distance doubles."""


class Again(Enum):
    """When the same link is tried once more although another one is free."""

    NEVER = "never"
    ONCE = "once"
    """Once, after a short jitter."""
    IF_ASKED = "if asked"
    """Once, when the provider asks for a wait within the caller's patience."""
    IF_HUNG_UP = "if hung up"
    """Once and at once, when a connection that had been made broke before any byte of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    again: Again = Again.NEVER
    rotates: bool = False
    """Another credential of the same provider may help."""
    onward: bool = True
    """The next link may answer; where not, the failure is the caller's to mend and is raised."""
    passes: bool = False
    """Waiting helps, so the last usable link gets more tries."""
    grain: Grain | None = None
    """What is benched; None for nothing."""
    bench_s: float = 0.0
    """For how long, where the provider names no time."""
    counts_to: int = 1
    """So many failures in a row bench it."""
    doubles: bool = False
    """A guess doubles with the first probe that fails, up to an hour; not only after the third, up to ten minutes."""


TABLE: Mapping[Reason, Row] = MappingProxyType(
    {
        Reason.RATE_LIMIT: Row(
            again=Again.IF_ASKED, rotates=True, passes=True, grain=Grain.ROUTE, bench_s=60.0
        ),
        Reason.QUOTA: Row(rotates=True, grain=Grain.CREDENTIAL, bench_s=3600.0),
        Reason.OVERLOADED: Row(again=Again.ONCE, passes=True, grain=Grain.MODEL, bench_s=30.0),
        Reason.SERVER_ERROR: Row(again=Again.ONCE, passes=True, grain=Grain.MODEL, bench_s=15.0),
        Reason.CONNECTION: Row(again=Again.IF_HUNG_UP, passes=True, grain=Grain.HOST, bench_s=15.0),
        Reason.TIMEOUT: Row(grain=Grain.MODEL, bench_s=30.0),  # a silent host stays silent
        Reason.AUTH: Row(rotates=True, grain=Grain.CREDENTIAL, bench_s=300.0, doubles=True),
        Reason.MODEL_NOT_FOUND: Row(grain=Grain.LINK, bench_s=3600.0),
        Reason.ENDPOINT_NOT_FOUND: Row(grain=Grain.LINK, bench_s=3600.0),
        Reason.INVALID_RESPONSE: Row(
            again=Again.ONCE, passes=True, grain=Grain.MODEL, bench_s=15.0, counts_to=3
        ),
        Reason.CONTEXT_OVERFLOW: Row(onward=False),
        Reason.PAYLOAD_TOO_LARGE: Row(onward=False),
        Reason.CONTENT_POLICY: Row(onward=False),
        Reason.BAD_REQUEST: Row(onward=False),
        Reason.UNKNOWN: Row(again=Again.ONCE, passes=True),
    }
)

_ABOUT: Mapping[tuple[Reason, About], tuple[Grain, float]] = MappingProxyType(
    {
        (Reason.RATE_LIMIT, About.UPSTREAM): (Grain.MODEL, 60.0),
        (Reason.QUOTA, About.UPSTREAM): (Grain.MODEL, 3600.0),
        (Reason.QUOTA, About.MODEL): (Grain.CREDENTIAL_MODEL, 3600.0),
        (Reason.AUTH, About.MODEL): (Grain.LINK, 3600.0),
        (Reason.AUTH, About.UPSTREAM): (Grain.MODEL, 300.0),
        (Reason.AUTH, About.HOST): (Grain.HOST, 60.0),
        (Reason.AUTH, About.TERMINAL): (Grain.CREDENTIAL, math.inf),
        # The same key may stand elsewhere, and nobody has refused it: so this route alone, and briefly.
        (Reason.AUTH, About.UNHAD): (Grain.ROUTE, 15.0),
        # Mended at the other end, a certificate changes nothing here: so a day, unless the config changes.
        (Reason.CONNECTION, About.CERTIFICATE): (Grain.HOST, _DAY_S),
    }
)
"""Where what a failure is about changes what is benched: grain and seconds."""
_OF_NO_KEY = frozenset({About.UPSTREAM, About.HOST})
_GIVEN = frozenset({Reason.RATE_LIMIT, Reason.QUOTA, Reason.OVERLOADED, Reason.SERVER_ERROR})
"""Reasons for which a time that the provider names is when it will be well."""


class Situation(NamedTuple):
    """What the decision depends on, beside the verdict. Times are in seconds."""

    tries: int
    """Attempts made on this link in this step, the failed one included."""
    others_left: bool
    """Another link could be tried in this step."""
    time_left_s: float
    """Until the step's deadline."""
    draw: float
    """A random number, 0 to 1."""
    hung_up: bool = False
    sleep_left_s: float = math.inf


class Decision(Enum):
    """What to do next."""

    AGAIN = "retry"
    ONWARD = "advance"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What follows a failure while another link is free."""

    retry: bool
    rotate: bool
    advance: bool
    grain: Grain | None = None
    """What is benched; None for nothing."""
    bench_s: float | None = None
    """For how long; infinite for a credential that is dead, None for nothing."""


def decide(
    verdict: Verdict, situation: Situation, limits: Limits, policy: Policy = USUAL
) -> tuple[Decision, float]:
    """What follows a failure, and the seconds to wait before it (0 but for a retry)."""
    row = TABLE[verdict.reason]
    if not goes_onward(verdict, policy):
        return Decision.STOP, 0.0
    if verdict.lacks is None:
        pause = _pause_s(row, verdict.retry_after_s, situation, limits)
        if pause is not None and pause < situation.time_left_s and pause <= situation.sleep_left_s:
            return Decision.AGAIN, pause
    return (Decision.ONWARD if situation.others_left else Decision.STOP), 0.0


def goes_onward(verdict: Verdict, policy: Policy) -> bool:
    """True when another link may answer what this one did not."""
    if TABLE[verdict.reason].onward:
        return True
    if verdict.reason is Reason.CONTENT_POLICY:
        return policy.content_policy == "next"
    if verdict.reason is Reason.CONTEXT_OVERFLOW:
        return policy.context_overflow == "larger"
    return verdict.lacks is not None


def rotates(verdict: Verdict) -> bool:
    """True when another credential of the same link may help."""
    return TABLE[verdict.reason].rotates and verdict.about not in _OF_NO_KEY


def consequence(verdict: Verdict, *, limits: Limits, policy: Policy = USUAL) -> Consequence:
    """What the engine would do after the first failure of a link, with another one free."""
    first = Situation(tries=1, others_left=True, time_left_s=limits.deadline_s, draw=0.5)
    decision, _ = decide(verdict, first, limits, policy)
    grain, length_s, _ = _bench_row(verdict)
    return Consequence(
        retry=decision is Decision.AGAIN,
        rotate=rotates(verdict),
        advance=goes_onward(verdict, policy),
        grain=grain if length_s else None,
        bench_s=length_s if grain and length_s else None,
    )


def bench_of(
    verdict: Verdict,
    whole: Subject,
    known: Mapping[Subject, Bench],
    *,
    now: float,
    tries: int = 1,
    config: str = "",
) -> Bench | None:
    """What a link that failed is benched with as it is left; None for nothing.

    *whole* is the link's subject, *known* what was benched when it was tried, *now* in seconds since the epoch.
    *tries* were made of the link, *config* is the digest of what the user has configured.
    """
    grain, length_s, is_given = _bench_row(verdict)
    if grain is None:
        return None
    if not whole.credential and grain in {Grain.CREDENTIAL, Grain.CREDENTIAL_MODEL}:
        # Nothing but this link is known to want a key that it has not, and no other key can end it.
        grain, length_s = Grain.LINK, min(length_s, _LONGEST_LINK_S)
    row = TABLE[verdict.reason]
    subject = whole.at(grain)
    strikes = _strikes(known.get(subject), now, tries if row.counts_to > 1 else 1)
    if strikes < row.counts_to:
        length_s = 0.0
    elif not is_given and strikes > row.counts_to:
        doubles = row.doubles and verdict.about is About.USUAL
        length_s = _guess_s(length_s, strikes - row.counts_to, doubles=doubles)
    return Bench(
        subject=subject,
        reason=verdict.reason,
        since=now,
        until=now + length_s,
        is_given=is_given,
        strikes=strikes,
        config=config if verdict.about is About.CERTIFICATE else "",
    )


def _bench_row(verdict: Verdict) -> tuple[Grain | None, float, bool]:
    """Grain and seconds of the bench that *verdict* asks for, and whether the provider named the time."""
    row = TABLE[verdict.reason]
    grain, length_s = _ABOUT.get((verdict.reason, verdict.about), (row.grain, row.bench_s))
    if verdict.lacks is not None:  # the link is well, and has been found out: a lesson, and no bench
        return None, 0.0, False
    if verdict.retry_after_s is not None and verdict.reason in _GIVEN:
        return grain, min(verdict.retry_after_s, _DAY_S), True
    return grain, length_s, False


def _strikes(known: Bench | None, now: float, tries: int) -> int:
    """Failures in a row with this one. What another caller has benched meanwhile was counted by that caller."""
    if known is None:
        return tries
    return known.strikes + (0 if known.standing(now) is Standing.BENCHED else tries)


def _guess_s(base_s: float, probes: int, *, doubles: bool) -> float:
    """*base_s* for the first probes that fail, then doubled by each; where it *doubles*, by the first ones too."""
    doublings = probes if doubles else max(probes - _STEADY_PROBES, 0)
    cap_s = _LONGEST_DOUBLED_S if doubles else _LONGEST_GUESS_S
    return min(base_s * 2.0 ** min(doublings, 30), max(cap_s, base_s))


def _pause_s(row: Row, asked: float | None, at: Situation, limits: Limits) -> float | None:
    """Seconds before the same link is tried again, or None where it is not."""
    if asked is not None and asked > limits.patience_s:
        return None
    if at.tries == 1 and row.again is not Again.NEVER:
        first = _first_pause_s(row.again, asked, at)
        if first is not None:
            return first
    if row.passes and not at.others_left and at.tries <= limits.retries:
        return asked if asked is not None else backoff_s(at.tries, draw=at.draw)
    return None


def _first_pause_s(again: Again, asked: float | None, at: Situation) -> float | None:
    if again is Again.ONCE:
        return asked if asked is not None else _jitter_s(at.draw)
    if again is Again.IF_ASKED:
        return asked
    return 0.0 if at.hung_up else None


def _jitter_s(draw: float) -> float:
    return _LEAST_PAUSE_S + draw * (JITTER_S - _LEAST_PAUSE_S)


def backoff_s(repeat: int, *, draw: float) -> float:
    """Seconds to wait before repeat number *repeat* (1 is the first) on the last usable link.

    Full jitter: *draw*, 0 to 1, of a ceiling that doubles from half a second up to eight.
    """
    ceiling: float = min(_BACKOFF_CAP_S, _BACKOFF_BASE_S * 2 ** (repeat - 1))
    return max(draw * ceiling, _LEAST_PAUSE_S)
