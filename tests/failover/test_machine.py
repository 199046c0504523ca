"""The machine among others: three callers share what they know of some links, and any two of their steps interleave."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from storm import KEYED, MOODS, MOST_OPS, RENEWALS, ROUTES, WALL, Caller, World

from hermes_fallback.failover.candidate import Outlook, outlook
from hermes_fallback.journal.writer import Journal
from hermes_fallback.model.bench import Bench, Standing, Subject
from hermes_fallback.model.limits import Limits, Policy
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.session.flow import step
from hermes_fallback.session.ops import Open, Renew
from hermes_fallback.session.turn import Flow
from hermes_fallback.state.kept import KeptState
from hermes_fallback.state.memory import MemoryStore
from hermes_fallback.transcript.conversation import Conversation, Message, Options

LIMITS = Limits(deadline_s=60.0)
SHORT, LONG = Conversation((Message.user("hello"),)), Conversation((Message.user("word " * 1000),))
WHO = st.integers(0, 2)
MOVES = st.lists(st.tuples(WHO, st.sampled_from([1, 1, 2, 4, MOST_OPS])), min_size=1, max_size=40)
DRAWS = st.sampled_from([0.0, 0.5, 1.0])
POLICIES = st.builds(
    Policy,
    when_all_benched=st.sampled_from(["probe", "wait", "fail"]),
    max_switches=st.none() | st.integers(0, 2),
    metered=st.sampled_from(["auto", "ask", "never"]),
)
OF_THE_KEY = {Reason.RATE_LIMIT, Reason.QUOTA, Reason.AUTH}
ALL_GIVEN_UP = frozenset({"exhausted", "benched", "unfit"})


class Storm(RuleBasedStateMachine):
    """Every operation of a caller takes effect alone; between any two, others act, links break, time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.store = MemoryStore()
        self.state = KeptState(self.store)
        self.flows: list[Flow] = []
        self.callers: dict[int, Caller] = {}
        self.hopes: dict[int, set[int]] = {}
        """By caller, the links that have been well, free and fit since its step began."""

    @initialize(
        policies=st.lists(POLICIES, min_size=3, max_size=3),
        insists=st.booleans(),
        asks=st.booleans(),
        behaves=st.lists(st.sampled_from(MOODS), min_size=7, max_size=7),
        routes=st.sampled_from([ROUTES, KEYED]),
        renews=st.sampled_from([*RENEWALS]),
    )
    def sit_down(
        self,
        policies: list[Policy],
        insists: bool,
        asks: bool,
        behaves: list[str],
        routes: tuple[Route, ...],
        renews: str,
    ) -> None:
        self.world.routes, self.world.renews = routes, renews
        self.world.behaves.update(enumerate(behaves))
        first = (routes[0].but(insists=insists), *routes[1:])
        for n, policy in enumerate(policies):
            plan = Plan(
                routes=routes if n else first, limits=LIMITS, policy=policy, may_switch=not asks or bool(n)
            )
            self.flows.append(
                Flow(
                    plan,
                    self.state,
                    Journal(None),
                    now=lambda: self.world.now,
                    wall=lambda: WALL + self.world.now,
                    draw=lambda: self.world.draw,
                )
            )

    @rule(moves=MOVES, is_long=st.booleans(), goes_on=st.booleans(), yes=st.booleans(), draw=DRAWS)
    def talk(
        self, moves: list[tuple[int, int]], is_long: bool, goes_on: bool, yes: bool, draw: float
    ) -> None:
        """Caller after caller performs so many operations; who is idle begins a step."""
        self.world.draw = draw
        for who, ops in moves:
            if who not in self.callers or self.callers[who].is_over:
                self._begin(who, is_long=is_long, goes_on=goes_on)
            for _ in range(ops):
                if not self.callers[who].is_over:
                    self._advance(who, yes=yes)

    @rule(seconds=st.sampled_from([0.2, 4.0, 16.0, 70.0, 4000.0]))
    def pass_time(self, seconds: float) -> None:
        self.world.now += seconds

    @rule(place=st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 6]), behaviour=st.sampled_from(MOODS))
    def change(self, place: int, behaviour: str) -> None:
        """A link breaks, or mends; or one of its credentials."""
        self.world.behaves[place] = behaviour
        self._dash_hopes()

    @rule(who=WHO)
    def disturb(self, who: int) -> None:
        """A caller hears no more of it, or, where it does nothing, resets everything: others go by what they saw."""
        caller = self.callers.get(who)
        if caller is None or caller.is_over:
            self.state.reset(None)
            self.hopes = {each: set() for each in self.hopes}
        else:
            caller.cancel()
            self._dash_hopes()

    @invariant()
    def only_who_runs_holds_a_lease(self) -> None:
        running = {caller.turn.id for caller in self.callers.values() if not caller.is_over}
        assert {lease.owner for lease in self.store.read().leases.values()} <= running

    def _begin(self, who: int, *, is_long: bool, goes_on: bool) -> None:
        """A step of a new turn, or of the one that was answered last."""
        flow, last = self.flows[who], self.callers.get(who)
        turn = last.turn if goes_on and last and last.has_answered else flow.turn()
        steps = step(flow, turn, LONG if is_long else SHORT, Options())
        ends_s = self.world.now + LIMITS.deadline_s
        self.callers[who] = Caller(flow=flow, world=self.world, turn=turn, steps=steps, ends_s=ends_s)
        routes = self.world.routes
        self.hopes[who] = {n for n, each in enumerate(routes) if not (is_long and each.context_length)}
        self._dash_hopes()
        self._advance(who, begins=True)

    def _advance(self, who: int, *, begins: bool = False, yes: bool = True) -> None:
        caller, before = self.callers[who], dict(self.state.health().benches)
        link = caller.asked[-1] if caller.asked else None
        was_renewing = isinstance(caller.op, Renew)
        asked = len(caller.asked)
        if begins:
            caller.begin()
        else:
            caller.perform(yes=yes)
        if len(caller.asked) > asked:
            self._judge_request(caller, was_renewing=was_renewing)
        self._judge_benches(caller, link, before)
        self._dash_hopes()
        if caller.error is not None:
            self._judge_end(who, caller.error.kind)

    def _judge_request(self, caller: Caller, *, was_renewing: bool) -> None:
        """What *caller* has just sent: where it may, as often as it may, and in time."""
        places = [self.world.place(route) for route in caller.asked]
        for *earlier, to in ([route.position for route in caller.asked], places):
            assert to not in earlier or earlier[-1] == to, "what was left is entered again"
        place, limits = places[-1], caller.flow.plan.limits
        refused = [account for account, was_refused in caller.renewed if was_refused]
        assert len(refused) <= len(set(places)), "a credential is renewed twice"
        assert len(caller.asked) <= 2 * len(self.world.routes) + limits.retries
        assert caller.slept_s <= limits.sleep_s + limits.deadline_s
        assert isinstance(caller.op, Open)
        assert self.world.now + caller.op.timeouts.first_token_s <= caller.ends_s + 1e-6
        leases = self.store.read().leases
        mine = {subject for subject, lease in leases.items() if lease.owner == caller.turn.id}
        if was_renewing or caller.asked[-1].insists:
            return  # others may have benched it meanwhile
        assert mine >= set(self._outlook(caller, place).probes), "a benched link is asked without a lease"
        if place not in places[:-1] and self._outlook(caller, place).standing is Standing.BENCHED:
            untried = [
                n for n, each in enumerate(self.world.routes) if n not in places and self._is_free(caller, n)
            ]
            assert self.world.routes[place].position not in {self.world.routes[n].position for n in untried}

    def _judge_benches(self, caller: Caller, asked: Route | None, before: Mapping[Subject, Bench]) -> None:
        """What *caller* has changed since *before*: about the link it *asked*, and no given time for a guess."""
        after = self.state.health().benches
        for subject in {each for each in after if after[each] != before.get(each)}:
            assert asked is not None
            assert subject.covers(asked.subject), "a failure is charged to somebody else"
        for subject, bench in before.items():
            if bench.is_given and bench.standing(WALL + self.world.now) is Standing.BENCHED:
                is_proof = caller.has_answered and WALL + caller.opened_s >= bench.since
                is_kept = subject in after and after[subject].until >= bench.until
                assert is_proof or is_kept, "a given time is cut short"

    def _judge_end(self, who: int, why: str) -> None:
        """Nobody gives up while a link would answer, unless the policy keeps it from being asked."""
        policy, caller = self.flows[who].plan.policy, self.callers[who]
        if why in ALL_GIVEN_UP and policy.max_switches is None and policy.metered == "auto":
            last = {each.position: each.reason for each in caller.turn.attempts}
            unwell = {route.position for route in caller.asked} - {n for n in last if last[n] in OF_THE_KEY}
            assert not {n for n in self.hopes[who] if self.world.routes[n].position not in unwell}

    def _dash_hopes(self) -> None:
        for who, hopes in self.hopes.items():
            hopes -= {each for each in hopes if not self._is_hopeful(self.callers[who], each)}

    def _is_hopeful(self, caller: Caller, place: int) -> bool:
        return self._is_free(caller, place) and self.world.behaves[place] == "well"

    def _is_free(self, caller: Caller, place: int) -> bool:
        return self._outlook(caller, place).standing is Standing.FREE

    def _outlook(self, caller: Caller, place: int) -> Outlook:
        candidate = caller.flow.plan.candidates[place]
        return outlook(candidate, self.state.health(), now=WALL + self.world.now, config="")


TestStorm = Storm.TestCase
TestStorm.settings = settings(max_examples=100, stateful_step_count=20, deadline=None)


@pytest.mark.parametrize("seed", range(120))
def test_on_a_long_walk_nothing_happens_that_must_not(seed: int) -> None:
    """Sixty moves by chance, always the same ones for a seed: outages long enough for probes to meet."""
    chance = Random(seed)
    storm = Storm()
    storm.sit_down(
        [_any_policy(chance) for _ in range(3)],
        insists=chance.random() < 0.3,
        asks=chance.random() < 0.3,
        behaves=chance.choices(MOODS, k=7),
        routes=chance.choice([ROUTES, KEYED]),
        renews=chance.choice([*RENEWALS]),
    )
    for _ in range(60):
        _move(storm, chance)
        storm.only_who_runs_holds_a_lease()


def _any_policy(chance: Random) -> Policy:
    return Policy(
        when_all_benched=chance.choice(["probe", "wait", "fail"]),
        max_switches=chance.choice([None, None, 0, 1, 2]),
        metered=chance.choice(["auto", "auto", "ask", "never"]),
    )


def _move(storm: Storm, chance: Random) -> None:
    kind = chance.random()
    if kind < 0.6:
        moves = [(chance.randrange(3), chance.choice([1, 1, 2, 4, MOST_OPS])) for _ in range(12)]
        is_long, goes_on, yes = chance.random() < 0.3, chance.random() < 0.5, chance.random() < 0.7
        storm.talk(moves, is_long=is_long, goes_on=goes_on, yes=yes, draw=chance.choice([0.0, 0.5, 1.0]))
    elif kind < 0.75:
        storm.pass_time(chance.choice([0.2, 4.0, 16.0, 70.0, 4000.0]))
    elif kind < 0.95:
        storm.change(chance.choice([0, 0, 0, 1, 2, 3, 4, 5, 6]), chance.choice(MOODS))
    else:
        storm.disturb(chance.randrange(3))
