"""The machine of a step: one request for one assistant message."""

from __future__ import annotations

from collections.abc import Sequence

from hermes_fallback.failover.action import Action, Ask, Following, GiveUp, PassedOver, Send
from hermes_fallback.failover.candidate import Candidate, Outlook, outlook
from hermes_fallback.failover.decide import (
    TABLE,
    USUAL,
    Decision,
    Situation,
    bench_of,
    decide,
    goes_onward,
    rotates,
)
from hermes_fallback.failover.fit import Misfit, Needs, misfit_of
from hermes_fallback.failover.verdict import About, Verdict
from hermes_fallback.model.bench import Bench, Health, Lesson, Standing, Subject
from hermes_fallback.model.limits import Limits, Policy
from hermes_fallback.model.reason import Reason

__all__ = ["HEALTHY", "NO_NEEDS", "Step"]

_RECHECK_S = 0.5
"""So often a link is looked at again that another caller is trying out, by those who wait for it."""
_OF_THE_KEY = frozenset({About.USUAL, About.TERMINAL})
HEALTHY = Health()
NO_NEEDS = Needs()


class Step:
    """Which link to send to, and what follows each failure. Reads no clock: every call is told the time.

    A link is entered at most once and never returned to. Times are seconds on any steady clock; *epoch_s* is what
    has to be added to them for seconds since the epoch. *health* may be set anew whenever it is known better.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        limits: Limits,
        policy: Policy = USUAL,
        *,
        started_s: float,
        epoch_s: float = 0.0,
        health: Health = HEALTHY,
        needs: Needs = NO_NEEDS,
        config: str = "",
        may_switch: bool = True,
        is_switch: bool = False,
        switches_left: int | None = None,
        agreed: frozenset[int] = frozenset(),
    ) -> None:
        self.health = health
        self.passed: list[PassedOver] = []
        """The links that were not tried, in the order they were looked at."""
        self.switches = 0
        """How often this step has left a link for another."""
        self.agreed = agreed
        """Positions of the links that the user has agreed to in this turn, where a switch or its cost was asked about."""
        self._ahead = list(candidates)
        self._first = self._ahead[0] if self._ahead else None
        self._limits = limits
        self._policy = policy
        self._needs = needs
        self._config = config
        self._may_switch = may_switch
        self._is_switch = is_switch
        self._switches_left = switches_left
        self._ends_s = started_s + limits.deadline_s
        self._epoch_s = epoch_s
        self._asked_s = started_s
        self._chosen: Send | None = None
        self._current: Candidate | None = None
        self._before: Candidate | None = None
        self._probing: tuple[Subject, ...] = ()
        self._is_unsent = False
        self._has_switched = False
        self._has_renewed = False
        self._tries = 0
        self._attempts = 0
        self._slept_s = 0.0
        self._benched: list[Candidate] = []
        self._untils: list[float] = []
        self._has_probed = False
        self._why = "no-links"

    def begin(self, *, now_s: float) -> Action:
        """The first action. Where even the first link is a switch, because the primary is not usable, leave is asked."""
        return self._onward(now_s)

    def failed(
        self,
        verdict: Verdict,
        *,
        now_s: float,
        draw: float,
        hung_up: bool = False,
        streamed_s: float = 0.0,
        has_token: bool = True,
        was_sent: bool = True,
    ) -> Following:
        """What follows the failure of the last `Send`.

        *draw* is a random number from 0 to 1. *hung_up*: the host had taken the connection and closed it
        before any byte of its answer. *streamed_s*: how long content had been coming, which the deadline leaves out.
        *has_token*: the retry budget, shared with other turns, allows one more try of the same link. *was_sent*: the
        host was asked, and it is not that its credential could not be renewed.
        """
        self._ends_s += streamed_s
        self._is_unsent = False
        current, known = self._entered(), _given_back(self.health, self._probing)
        if was_sent and self._may_renew(verdict, current, now_s):
            self.health = known
            return Following(self._renewing(current, now_s))
        bench = self._bench(verdict, current, known, now_s)
        self.health = _with(known, bench)
        onward = self._goes_onward(verdict, current)
        if TABLE[verdict.reason].passes and has_token and not self._can_rotate(verdict, current, now_s):
            probes = self._probes(current, known, now_s)
            pause_s = self._pause_s(verdict, now_s, draw, probes=probes, hung_up=hung_up)
            if pause_s is not None:
                self.health = known
                return Following(self._again(current, pause_s, now_s, probes), None, _lesson(verdict))
        if bench is not None and bench.until > bench.since:
            self._untils.append(bench.until)
        if not rotates(verdict):
            self._drop(current.position)
        return Following(self._onward(now_s) if onward else self._give_up(), bench, _lesson(verdict))

    def _may_renew(self, verdict: Verdict, current: Candidate, now_s: float) -> bool:
        """True where a credential that was refused may be good again once it is renewed; so once for each."""
        return (
            verdict.reason is Reason.AUTH
            and current.renewable
            and not self._has_renewed
            and verdict.about in _OF_THE_KEY
            and self._attempts < self._limits.attempts
            and now_s < self._ends_s
        )

    def _renewing(self, current: Candidate, now_s: float) -> Send:
        self._has_renewed = True
        self._probing = self._probing or self._probes(current, self.health, now_s)
        self._attempts += 1
        return Send(current, 0.0, self._ends_s - now_s, self._probing, renews=True)

    def _can_rotate(self, verdict: Verdict, current: Candidate, now_s: float) -> bool:
        """True where another credential of the same link is to be tried, and can be."""
        same = (each for each in self._ahead if each.position == current.position)
        return rotates(verdict) and any(self._is_usable(each, now_s) for each in same)

    def _drop(self, position: int) -> None:
        """Leave the link at *position* with all its credentials."""
        self._ahead = [each for each in self._ahead if each.position != position]
        self._benched = [each for each in self._benched if each.position != position]

    def _goes_onward(self, verdict: Verdict, current: Candidate) -> bool:
        """True when another link may answer; after an overflow only those that hold more are left."""
        onward = goes_onward(verdict, self._policy)
        self._why = "exhausted" if onward else "refused"
        if onward and verdict.reason is Reason.CONTEXT_OVERFLOW:
            self._why = "refused"
            self._keep_larger(verdict, current)
        return onward

    def _bench(self, verdict: Verdict, current: Candidate, known: Health, now_s: float) -> Bench | None:
        return bench_of(
            verdict,
            current.subject,
            known.benches,
            now=now_s + self._epoch_s,
            tries=self._tries,
            config=self._config,
        )

    def _pause_s(
        self, verdict: Verdict, now_s: float, draw: float, *, probes: tuple[Subject, ...], hung_up: bool
    ) -> float | None:
        """Seconds until the same link is tried again, none of whose other credentials can be; None where it is not."""
        others_left = self._has_usable(now_s, but=self._entered().position)
        if self._probing or (probes and others_left) or self._attempts >= self._limits.attempts:
            return None
        situation = Situation(
            tries=self._tries,
            others_left=others_left,
            time_left_s=self._ends_s - now_s,
            draw=draw,
            hung_up=hung_up,
            sleep_left_s=self._limits.sleep_s - self._slept_s,
        )
        decision, pause_s = decide(verdict, situation, self._limits, self._policy)
        return pause_s if decision is Decision.AGAIN else None

    def permitted(self, *, now_s: float, yes: bool) -> Action:
        """The user's answer to an `Ask`; the time it took is not the deadline's."""
        self._ends_s += now_s - self._asked_s
        chosen = self._chosen
        if chosen is None:
            return self._give_up()
        self._chosen = None
        if yes:
            self.agreed |= {chosen.candidate.position}
            return self._enter(chosen._replace(time_left_s=self._ends_s - now_s))
        if self._may_switch:  # the question was whether it may cost something
            self.passed.append(PassedOver(chosen.candidate, Misfit.COST))
            self._drop(chosen.candidate.position)
            return self._onward(now_s)
        return GiveUp("not-permitted")

    def denied(self, *, now_s: float) -> Action:
        """What follows where the lease of the last `Send` could not be had: another caller is trying it out."""
        self._leave_unasked(now_s)
        return self._onward(now_s)

    def awoken(self, send: Send, *, now_s: float) -> Action:
        """What becomes of *send* after a wait, in which others may have benched the link: gone on with, it is due now."""
        current, left_s = self._entered(), self._ends_s - now_s
        seen = self._outlook(current, now_s)
        if seen.standing is Standing.BENCHED and not current.insists and self._has_choice(now_s):
            self._leave_unasked(now_s)
            return self._onward(now_s)
        if left_s <= 0:
            self._withdraw()
            return GiveUp("deadline", self._soonest())
        self._probing = () if current.insists else seen.probes
        return send._replace(after_s=0.0, time_left_s=left_s, probes=self._probing)

    def _has_choice(self, now_s: float) -> bool:
        """True where it is better to do something else than to ask a link that is benched."""
        if self._is_unsent and self._policy.when_all_benched != "probe":
            return True
        return self._has_usable(now_s)

    def _leave_unasked(self, now_s: float) -> None:
        """Withdraw the last `Send`; a link that nothing has been sent to is passed by, and stays a last resort."""
        current, is_unsent = self._entered(), self._is_unsent
        self._withdraw()
        if is_unsent:
            self._pass_by(current, self._outlook(current, now_s))

    def _withdraw(self) -> None:
        """Count the last `Send` as never made."""
        self._attempts -= 1
        if self._is_unsent:
            self.switches -= self._has_switched
            self._current = self._before
            self._has_probed = False

    @property
    def _may_leave(self) -> bool:
        return self._switches_left is None or self.switches < self._switches_left

    def _may_enter(self, candidate: Candidate) -> bool:
        """False where that would be one switch too many."""
        return self._may_leave or not self._is_switch_to(candidate)

    def _is_switch_to(self, candidate: Candidate) -> bool:
        """True where *candidate* is of another link than the one that was entered last, or that comes first."""
        before = self._current or self._first
        return before is not None and candidate.position != before.position

    def _entered(self) -> Candidate:
        if self._current is None:
            msg = "a step has sent something before it can fail"
            raise AssertionError(msg)
        return self._current

    def _outlook(self, candidate: Candidate, now_s: float) -> Outlook:
        return outlook(candidate, self.health, now=now_s + self._epoch_s, config=self._config)

    def _has_usable(self, now_s: float, *, but: int | None = None) -> bool:
        ahead = (each for each in self._ahead if each.position != but and self._may_enter(each))
        return any(self._is_usable(each, now_s) for each in ahead)

    def _is_usable(self, candidate: Candidate, now_s: float) -> bool:
        if misfit_of(candidate, self._needs, self._policy) is not None:
            return False
        seen = self._outlook(candidate, now_s)
        return candidate.insists or (seen.standing is not Standing.BENCHED and not seen.is_leased)

    def _keep_larger(self, verdict: Verdict, than: Candidate) -> None:
        """Leave only links that are known to hold what did not fit."""
        tokens = max(verdict.prompt_tokens or 0, self._needs.prompt_tokens)
        least = max(verdict.context_length or than.context_length or 0, tokens - 1)
        larger = [each for each in self._ahead if (each.context_length or 0) > least]
        self.passed += [PassedOver(each, Misfit.PROMPT) for each in self._ahead if each not in larger]
        self._ahead = larger
        self._benched = [each for each in self._benched if (each.context_length or 0) > least]

    def _probes(self, current: Candidate, known: Health, now_s: float) -> tuple[Subject, ...]:
        """What a request to *current* would try out, because others have benched it since it was entered."""
        if current.insists or self._probing:
            return ()
        return outlook(current, known, now=now_s + self._epoch_s, config=self._config).probes

    def _again(self, current: Candidate, pause_s: float, now_s: float, probes: tuple[Subject, ...]) -> Send:
        self._probing = probes
        self._tries += 1
        self._attempts += 1
        self._slept_s += pause_s
        return Send(current, pause_s, self._ends_s - now_s - pause_s, probes)

    def _onward(self, now_s: float) -> Action:
        if self._ends_s <= now_s:
            return GiveUp("deadline", self._soonest())
        chosen = self._pick(now_s) or self._last_resort(now_s)
        if chosen is None:
            return self._give_up()
        if self._needs_leave(chosen.candidate):
            return self._asking(chosen, now_s)
        if self._policy.metered == "ask" and self._may_cost(chosen.candidate):
            return self._asking(chosen, now_s, costs=True)
        return self._enter(chosen)

    def _needs_leave(self, candidate: Candidate) -> bool:
        """True where going on with *candidate* is a switch that nobody has agreed to."""
        if self._may_switch or candidate.position in self.agreed:
            return False
        return self._is_switch_to(candidate) or (self._is_switch and self._current is None)

    def _may_cost(self, candidate: Candidate) -> bool:
        return candidate.costs and candidate.position > 0 and candidate.position not in self.agreed

    def _asking(self, chosen: Send, now_s: float, *, costs: bool = False) -> Ask:
        self._chosen, self._asked_s = chosen, now_s
        return Ask(chosen.candidate, costs)

    def _enter(self, send: Send) -> Action:
        if send.time_left_s <= 0:
            return GiveUp("deadline", self._soonest())
        self._has_switched = self._is_switch_to(send.candidate)
        self.switches += self._has_switched
        self._before = self._current
        if self._before is not None and self._has_switched:
            self._drop(self._before.position)
        self._current, self._tries, self._has_renewed = send.candidate, 1, False
        self._probing, self._is_unsent = send.probes, True
        self._attempts += 1
        return send

    def _pick(self, now_s: float) -> Send | None:
        """The first link ahead that can be tried; what is passed over on the way is noted."""
        while self._ahead:
            candidate = self._ahead[0]
            if not self._may_enter(candidate):
                return None
            del self._ahead[0]
            if misfit := misfit_of(candidate, self._needs, self._policy):
                self.passed.append(PassedOver(candidate, misfit))
                continue
            seen = self._outlook(candidate, now_s)
            if seen.standing is Standing.FREE or candidate.insists:
                return Send(candidate, 0.0, self._ends_s - now_s)
            if seen.standing is Standing.EXPIRED and not seen.is_leased:
                return Send(candidate, 0.0, self._ends_s - now_s, seen.probes)
            self._pass_by(candidate, seen)
        return None

    def _pass_by(self, candidate: Candidate, seen: Outlook) -> None:
        """Note that *candidate* is benched, or being tried by another caller."""
        is_benched = seen.standing is Standing.BENCHED
        self._benched.append(candidate)
        self.passed.append(
            PassedOver(candidate, until=seen.until if is_benched else None, reason=seen.reason)
        )

    def _last_resort(self, now_s: float) -> Send | None:
        """The benched link that is usable soonest: a try is better than failing blind, and one is enough."""
        if not self._benched or self._has_probed or self._policy.when_all_benched == "fail":
            return None
        waits = self._policy.when_all_benched == "wait"
        chances = [
            (
                max(seen.until - now_s - self._epoch_s, _RECHECK_S if seen.is_leased else 0.0),
                each,
                seen.probes,
            )
            for each in filter(self._may_enter, self._benched)
            if not (seen := self._outlook(each, now_s)).is_leased or waits
        ]
        soonest_s, candidate, probes = min(chances, key=lambda chance: chance[0], default=(0.0, None, ()))
        wait_s = soonest_s if waits else 0.0
        if candidate is None or wait_s >= self._ends_s - now_s:
            return None
        self._has_probed = not waits
        self._benched.remove(candidate)
        self.passed = [each for each in self.passed if each.candidate is not candidate]
        return Send(candidate, wait_s, self._ends_s - now_s - wait_s, probes)

    def _soonest(self) -> float | None:
        """When a link can be tried again; None where one that nobody has tried is left."""
        if self._ahead:
            return None
        passed = [each.until for each in self.passed if each.until is not None]
        return min((*self._untils, *passed), default=None)

    def _give_up(self) -> GiveUp:
        if self._ahead and not self._may_leave and self._why == "exhausted":
            return GiveUp("no-switches")
        if self._attempts or not self.passed:
            return GiveUp(self._why, self._soonest())
        is_fit = any(each.misfit is None for each in self.passed)
        return GiveUp("benched" if is_fit else "unfit", self._soonest())


def _given_back(health: Health, leased: Sequence[Subject]) -> Health:
    """*health* without the leases on what is *leased* by this step: they keep others out, not the step itself."""
    if not leased:
        return health
    leases = {each: ends for each, ends in health.leases.items() if each not in leased}
    return health._replace(leases=leases)


def _with(health: Health, bench: Bench | None) -> Health:
    """*health* with *bench*, unless what is benched there already lasts longer."""
    if bench is None:
        return health
    known = health.benches.get(bench.subject)
    if known is not None and known.until >= bench.until:
        return health
    benches = {**health.benches, bench.subject: bench}
    return Health(benches, health.leases, health.lessons, health.generation)


def _lesson(verdict: Verdict) -> Lesson | None:
    if verdict.lacks == "tools":
        return Lesson(tools=False)
    if verdict.lacks == "images":
        return Lesson(images=False)
    if verdict.context_length and verdict.reason is Reason.CONTEXT_OVERFLOW:
        return Lesson(context_length=verdict.context_length)
    return None
