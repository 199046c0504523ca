"""The sentences a session says about links and failures, in one place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from hermes_fallback.errors import Interrupted, Unanswered
from hermes_fallback.failover.action import GiveUp, PassedOver
from hermes_fallback.failover.fit import Misfit
from hermes_fallback.failover.verdict import Verdict
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Attempt, SkipKind, Skipped
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.session.turn import TurnState
from hermes_fallback.session.words import GAVE_UP, SAID, mend, said

__all__ = ["MAY_COST", "interrupted", "passed_over", "unanswered"]

MAY_COST = "may cost by use"

_MISFITS: Mapping[Misfit, tuple[SkipKind, str]] = MappingProxyType(
    {
        Misfit.PROMPT: (SkipKind.UNFIT, "does not hold the prompt"),
        Misfit.TOOLS: (SkipKind.UNFIT, "takes no tools"),
        Misfit.IMAGES: (SkipKind.UNFIT, "takes no images"),
        Misfit.ZONE: (SkipKind.OUT_OF_BOUNDS, "lies outside `fallback.zone`"),
        Misfit.COST: (SkipKind.OUT_OF_BOUNDS, "may cost, which `fallback.spend.metered` does not allow"),
    }
)


def passed_over(passed: PassedOver, route: Route, *, now: float, refused: Mapping[int, str]) -> Skipped:
    """The line of a receipt for a link that was not tried; *now* in seconds since the epoch.

    *refused* says, by position, why a link would refuse what has been said.
    """
    if passed.misfit is Misfit.REFUSED:
        what = refused[route.position]
        return Skipped(route.position, route.provider, route.model, what, SkipKind.UNFIT)
    if passed.misfit is not None:
        kind, what = _MISFITS[passed.misfit]
        return Skipped(route.position, route.provider, route.model, what, kind)
    if passed.until is None:
        what = "is benched, and being tried by another caller"
        return Skipped(route.position, route.provider, route.model, what, SkipKind.BEING_TRIED)
    why = f": it {SAID[passed.reason]}" if passed.reason else ""
    what = f"is benched {_for(passed.until - now)}{why}"
    return Skipped(route.position, route.provider, route.model, what, SkipKind.BENCHED, passed.until)


def _for(seconds: float) -> str:
    """A length of time in words, rounded up."""
    if math.isinf(seconds):
        return "until its key changes"
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"for {math.ceil(seconds / length)} {unit}"
    return f"for {max(math.ceil(seconds), 1)} s"


def unanswered(gave_up: GiveUp, turn: TurnState, plan: Plan, *, now: float) -> Unanswered:
    """The error of a step that gave up; *now* in seconds since the epoch."""
    attempts, why = turn.attempts, gave_up.why
    what, hint = GAVE_UP[why]
    failed = [each for each in attempts if each.reason]
    if why == "refused":
        failed.reverse()  # the last one refused: that is the root cause
    if why in {"exhausted", "refused"} and failed:
        hint = mend(failed[0]) or hint
    is_far = any(not route.origin.is_local for route in plan.routes)
    if why == "exhausted" and is_far and all(each.reason is Reason.CONNECTION for each in failed):
        hint = "check this machine's network: no host could be reached"
    is_alone = len({each.position for each in plan.routes} | {each.position for each in plan.skipped}) == 1
    if why == "exhausted" and is_alone and not any(each.reason is Reason.AUTH for each in failed):
        hint = "add a link for such times: hermes fallback add PROVIDER MODEL"
    reasons = [_told(each) for each in failed]
    reasons += [f"{each.provider}:{each.model} {_clause(each)}" for each in turn.skipped]
    if gave_up.soonest is not None and why in {"exhausted", "benched", "deadline"}:
        wait_s = gave_up.soonest - now
        if wait_s > 0 and not math.isinf(wait_s):
            reasons.append(f"the soonest is usable again {_for(wait_s).replace('for', 'in')}")
    return Unanswered(
        what,
        attempts=tuple(attempts),
        soonest=gave_up.soonest,
        turn=turn.id,
        why="; ".join(dict.fromkeys(reasons)) or None,
        hint=hint,
        kind=why,
    )


def _told(attempt: Attempt) -> str:
    told = said(attempt.reason, attempt.rule) if attempt.reason else "did not answer"
    return f"{attempt.provider}:{attempt.model} {told}"


def _clause(skipped: Skipped) -> str:
    """Why a link was skipped, as what follows its name."""
    return f"was passed over: {skipped.what}" if skipped.kind is SkipKind.NOT_READY else skipped.what


def interrupted(partial: str, turn: TurnState, verdict: Verdict, name: str) -> Interrupted:
    """The error of an answer of the link *name* that broke off after *partial*, and is not replayed."""
    return Interrupted(
        "the answer broke off",
        partial=partial,
        attempts=tuple(turn.attempts),
        turn=turn.id,
        why=f"{name} {said(verdict.reason, verdict.rule)}",
        hint="ask again; with `fallback.midstream: restart` it is replayed by itself",
    )
