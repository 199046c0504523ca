"""A drill: each fault is played on the user's own chain, and what comes of it is judged."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hermes_fallback.drill.catalogue import CATALOGUE, Fault, Place
from hermes_fallback.drill.judge import NO_OTHER, NO_UNTOUCHED, Rehearsal, complaints
from hermes_fallback.drill.play import MODES, Played, Question
from hermes_fallback.drill.stage import CLOCKS_S, Stage, allowed, staged
from hermes_fallback.errors import Interrupted, NotFound, UsageError
from hermes_fallback.model.bench import Bench, Grain
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Attempt, ServedBy
from hermes_fallback.probe.parallel import in_parallel
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.state.opened import open_state
from hermes_fallback.state.protocol import State
from hermes_fallback.transcript.conversation import Conversation, Message, Options

__all__ = ["Drill", "find_faults", "rehearse", "rehearse_all"]

_CROWD = 20
_SAID = (Message.user("one"), Message(role="assistant", content="two"))
_ASKED = "three"
_TOOL = {
    "type": "function",
    "function": {"name": "lookup", "parameters": {"type": "object", "properties": {}}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """What came of one fault."""

    fault: Fault
    outcome: str
    """`answered`, `stopped` (the request was refused, or the answer broke off) or `failed`."""
    served_by: ServedBy | None = None
    """The link that answered, as it is configured."""
    attempts: tuple[Attempt, ...] = ()
    ms: float = 0.0
    """Milliseconds that the turn took."""
    history_intact: bool
    """True when every link that was asked got the whole conversation."""
    keys_scoped: bool
    """True when every key went to its own host, and nowhere else."""
    complaints: tuple[str, ...] = ()
    """Where it fell short of what must come of the fault."""

    @property
    def passed(self) -> bool:
        """True when nothing fell short."""
        return not self.complaints


def find_faults(names: Iterable[str]) -> tuple[Fault, ...]:
    """The faults of the catalogue called *names*; all of it for none.

    Raises:
        NotFound: there is no such fault.
    """
    wanted = dict.fromkeys(names)
    for name in wanted:
        if name not in CATALOGUE:
            raise _unknown(name)
    return tuple(CATALOGUE[name] for name in wanted or CATALOGUE)


def rehearse_all(plan: Plan, faults: Sequence[Fault], *, mode: str = "streamed") -> tuple[Drill, ...]:
    """The drills of *faults*, in their order, several at once.

    Raises:
        UsageError: the zone and the spending rules leave no link that may be asked.
    """
    if not allowed(plan):
        raise UsageError(
            "no link of the chain may be asked",
            why="`fallback.zone` or `fallback.spend.metered` rules out every one",
            hint="hermes config get fallback",
        )
    return in_parallel(lambda fault: rehearse(plan, fault, mode=mode), faults)


def rehearse(plan: Plan, fault: Fault, *, mode: str = "streamed") -> Drill:
    """Play *fault* on the links of *plan*, with planted keys and nothing kept, and judge what comes of it."""
    plan = plan.with_one_key()
    fault = fault.under(plan, allowed(plan)[0])
    drill = _rehearsed(plan, fault, mode, CLOCKS_S[0])
    if fault.timed and not drill.passed and not {NO_OTHER, NO_UNTOUCHED}.intersection(drill.complaints):
        return _rehearsed(plan, fault, mode, CLOCKS_S[1])
    return drill


def _rehearsed(plan: Plan, fault: Fault, mode: str, clock_s: float) -> Drill:
    with staged(plan, fault, clock_s) as stage:
        seen = _seen(fault, stage, mode)
        played = seen.played
        return Drill(
            fault=fault,
            outcome=_outcome(played),
            served_by=_served_by(played, plan),
            attempts=played.attempts,
            ms=(played.ended_at - played.began_at) * 1000,
            history_intact=seen.history_intact,
            keys_scoped=seen.keys_scoped,
            complaints=complaints(seen),
        )


def _seen(fault: Fault, stage: Stage, mode: str) -> Rehearsal:
    state = open_state(None)
    if fault.was_benched:
        _bench_before(stage, state)
    options = Options(tools=(_TOOL,)) if fault.tools else Options()
    question = Question(conversation=Conversation(_SAID), text=_ASKED, options=options)
    turns = _CROWD if fault.place is Place.CROWD else 1
    first = MODES[mode](stage.plan, state, question, turns)
    requests = stage.received()
    later = MODES[mode](stage.plan, state, question, turns) if fault.bench else []
    return Rehearsal(
        fault=fault,
        stage=stage,
        question=question,
        first=first,
        requests=requests,
        later=later,
        health=state.health(),
    )


def _bench_before(stage: Stage, state: State) -> None:
    """Bench the primary, for a time that has just ended."""
    now = time.time()
    subject = stage.primary.subject.at(Grain.MODEL)
    bench = Bench(subject=subject, reason=Reason.OVERLOADED, since=now - 60, until=now - 1)
    state.bench(bench, generation=0)


def _outcome(played: Played) -> str:
    if played.answer is not None:
        return "answered"
    is_stopped = played.error is not None and played.error.kind == "refused"
    return "stopped" if is_stopped or isinstance(played.error, Interrupted) else "failed"


def _served_by(played: Played, plan: Plan) -> ServedBy | None:
    if played.answer is None:
        return None
    served = played.answer.served_by
    route = next(each for each in plan.routes if each.position == served.position)
    credential = route.credential.name or route.credential.source if route.credential else None
    return replace(served, base_url=route.base_url, credential=credential)


def _unknown(name: str) -> NotFound:
    from hermes_fallback.config.schema.near import nearest  # only for a misspelt name

    meant = nearest(name, CATALOGUE)
    hint = f"did you mean `{meant}`?" if meant else "hermes fallback drill --list"
    return NotFound(f"there is no fault `{name}`", hint=hint, kind="unknown-fault")
