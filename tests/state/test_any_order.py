"""Whatever is done in whatever order: a file that two processes share holds what a memory would hold."""

from __future__ import annotations

import math
import shutil
import tempfile
from pathlib import Path

from benches import OTHER, WHOLE
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hermes_fallback.model.bench import Bench, Grain, Lesson, Subject
from hermes_fallback.model.failure import Failure, Transport
from hermes_fallback.model.reason import Reason
from hermes_fallback.state.kept import KeptState
from hermes_fallback.state.memory import MemoryStore
from hermes_fallback.state.sqlite import SqliteStore

WHO = st.sampled_from([0, 1])
WHOLES = st.sampled_from([WHOLE, OTHER, WHOLE._replace(host=OTHER.host), OTHER._replace(model=WHOLE.model)])
SUBJECTS = st.builds(Subject.at, WHOLES, st.sampled_from(Grain))
TIMES = st.one_of(st.integers(0, 200_000).map(float), st.floats(-1e12, 1e12))
BENCHES = st.builds(
    Bench,
    subject=SUBJECTS,
    reason=st.sampled_from(Reason),
    since=TIMES,
    until=st.one_of(TIMES, st.just(math.inf)),
    is_given=st.booleans(),
    strikes=st.integers(1, 9),
    config=st.sampled_from(["", "a", "b"]),
)
LESSONS = st.builds(
    Lesson,
    context_length=st.none() | st.integers(1, 10**7),
    tools=st.none() | st.booleans(),
    images=st.none() | st.booleans(),
)
FAILURES = st.builds(
    Failure,
    transport=st.just(Transport.HTTP),
    status=st.none() | st.integers(100, 599),
    exception=st.none() | st.sampled_from(["ReadError", "OddError"]),
    provider=st.none() | st.sampled_from(["acme", "zoo"]),
)


class Sharing(RuleBasedStateMachine):
    """Two who share a file, and one who has all to himself; each step is done by one of the two, and by the one."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        path = self.folder / "fallback" / "state.db"
        self.two = KeptState(SqliteStore(path)), KeptState(SqliteStore(path))
        self.one = KeptState(MemoryStore())

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(who=WHO, bench=BENCHES, behind=st.integers(0, 2))
    def bench(self, who: int, bench: Bench, behind: int) -> None:
        generation = self.one.health().generation - behind
        for state in (self.two[who], self.one):
            state.bench(bench, generation=generation)

    @rule(who=WHO, whole=WHOLES)
    def lift(self, who: int, whole: Subject) -> None:
        for state in (self.two[who], self.one):
            state.lift(whole)

    @rule(who=WHO, whole=st.none() | WHOLES)
    def reset(self, who: int, whole: Subject | None) -> None:
        assert set(self.two[who].reset(whole)) == set(self.one.reset(whole))

    @rule(
        who=WHO, subjects=st.lists(SUBJECTS, min_size=1), owner=st.sampled_from("ab"), now=TIMES, span=TIMES
    )
    def lease(self, who: int, subjects: list[Subject], owner: str, now: float, span: float) -> None:
        had = [
            state.lease(subjects, owner=owner, now=now, until=now + span)
            for state in (self.two[who], self.one)
        ]
        assert had in ([True, True], [False, False])

    @rule(who=WHO, owner=st.sampled_from("ab"))
    def release(self, who: int, owner: str) -> None:
        for state in (self.two[who], self.one):
            state.release(owner)

    @rule(who=WHO, link=st.sampled_from(["link-a", "link-b"]), lesson=LESSONS)
    def learn(self, who: int, link: str, lesson: Lesson) -> None:
        for state in (self.two[who], self.one):
            state.learn(link, lesson)

    @rule(who=WHO, failure=FAILURES, text=st.text(st.characters()), at=TIMES)
    def unmatched(self, who: int, failure: Failure, text: str, at: float) -> None:
        for state in (self.two[who], self.one):
            state.unmatched(failure, text, at=at)

    @invariant()
    def all_know_the_same(self) -> None:
        for state in self.two:
            assert state.health() == self.one.health()
            assert set(state.unmatched_seen()) == set(self.one.unmatched_seen())
            assert state.warning is None


TestSharing = Sharing.TestCase
TestSharing.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
