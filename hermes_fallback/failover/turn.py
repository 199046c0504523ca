"""A turn: one user message until its final answer, and the steps that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hermes_fallback.failover.candidate import Candidate
from hermes_fallback.failover.decide import USUAL
from hermes_fallback.failover.fit import Needs
from hermes_fallback.failover.step import HEALTHY, NO_NEEDS, Step
from hermes_fallback.model.bench import Health
from hermes_fallback.model.limits import Limits, Policy

__all__ = ["Turn"]


class Turn:
    """One user message until its final answer. The link that answers a step stays for the rest of the turn.

    *is_switch*: the first candidate stands in for a primary that is not ready.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        limits: Limits,
        policy: Policy = USUAL,
        *,
        config: str = "",
        may_switch: bool = True,
        is_switch: bool = False,
        at: int | None = None,
    ) -> None:
        self._candidates = tuple(candidates)
        self._limits = limits
        self._policy = policy
        self._config = config
        self._may_switch = may_switch
        self._is_switch = is_switch
        self._served = (
            None if at is None else next((each for each in candidates if each.position == at), None)
        )
        self._switches = 0
        self._agreed: frozenset[int] = frozenset()
        self._step: Step | None = None

    def step(
        self, *, now_s: float, epoch_s: float = 0.0, health: Health = HEALTHY, needs: Needs = NO_NEEDS
    ) -> Step:
        """A new step. It begins with the link that answered last, then those behind it, then those before."""
        if self._step is not None:
            self._switches += self._step.switches
            self._agreed = self._step.agreed
        most = self._policy.max_switches
        self._step = Step(
            self._order(health, now_s + epoch_s),
            self._limits,
            self._policy,
            started_s=now_s,
            epoch_s=epoch_s,
            health=health,
            needs=needs,
            config=self._config,
            may_switch=self._may_switch,
            is_switch=self._is_switch,
            switches_left=None if most is None else max(most - self._switches, 0),
            agreed=self._agreed,
        )
        return self._step

    def _order(self, health: Health, now: float) -> Sequence[Candidate]:
        """Who is asked, in this order, each with what was learnt of it."""
        order = self._candidates if self._served is None else _beginning_with(self._served, self._candidates)
        return [_taught(each, health, now) for each in order] if health.lessons else order

    def answered(self, candidate: Candidate) -> None:
        """Note who answered a step."""
        self._served = candidate
        self._is_switch = False


def _beginning_with(served: Candidate, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """*candidates* with *served* first, then the other credentials of its link, those behind it, those before it."""
    links = {each.position: n for n, each in reversed([*enumerate(candidates)])}
    at = links.get(served.position, 0)
    turned = (*candidates[at:], *candidates[:at])
    return sorted(turned, key=lambda each: each.subject != served.subject or each.position != served.position)


def _taught(candidate: Candidate, health: Health, now: float) -> Candidate:
    """*candidate* with what was learnt of it; what is configured counts before that."""
    lesson = health.lessons.get(candidate.subject.link)
    if lesson is None or not lesson.holds(now):
        return candidate
    return replace(
        candidate,
        context_length=candidate.context_length or lesson.context_length,
        tools=lesson.tools if candidate.tools is None else candidate.tools,
        images=lesson.images if candidate.images is None else candidate.images,
    )
