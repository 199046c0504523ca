"""What benches and leases mean for one link, against a judge who looks at each of them."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from hermes_fallback.failover.candidate import Candidate, outlook
from hermes_fallback.model.bench import Bench, Grain, Standing, Subject
from hermes_fallback.model.reason import Reason
from hermes_fallback.state.kept import KeptState
from hermes_fallback.state.memory import MemoryStore

WHOLES = tuple(
    Subject(f"https://{host}.test", key, model, f"{host}{key}{model}")
    for host in "ab"
    for key in ("", "x", "y")
    for model in "mn"
)
CONFIGS = st.sampled_from(["", "today", "yesterday"])
TIMES = st.integers(0, 100).map(float)
BENCHES = st.builds(
    Bench,
    subject=st.builds(Subject.at, st.sampled_from(WHOLES), st.sampled_from(Grain)).filter(
        lambda subject: subject.host or subject.credential or subject.link
    ),
    reason=st.sampled_from(Reason),
    since=TIMES,
    until=TIMES | st.just(math.inf),
    config=CONFIGS,
)


def state_of(benches: list[Bench], leased: list[Subject]) -> KeptState:
    """A state that holds *benches*, of which others try out *leased* until the time is 150."""
    state = KeptState(MemoryStore())
    for bench in benches:
        state.bench(bench, generation=0)
    for n, subject in enumerate(leased):
        state.lease([subject], owner=f"other-{n}", now=0.0, until=150.0)
    return state


@given(
    benches=st.lists(BENCHES, max_size=8),
    leased=st.lists(st.builds(Subject.at, st.sampled_from(WHOLES), st.sampled_from(Grain)), max_size=3),
    whole=st.sampled_from(WHOLES),
    now=TIMES,
)
def test_a_links_outlook_is_what_each_bench_that_covers_it_says(
    benches: list[Bench], leased: list[Subject], whole: Subject, now: float
) -> None:
    """Benched while one of them stands; to be tried out once all are over; free where none matters."""
    health = state_of(benches, leased).health()
    counts = [
        each
        for each in health.benches.values()
        if each.subject.covers(whole) and each.config in {"", "today"} and each.until > each.since
    ]
    standing = [each for each in counts if each.since - 2.0 <= now < each.until]
    seen = outlook(Candidate(position=0, subject=whole), health, now=now, config="today")
    expected = Standing.BENCHED if standing else Standing.EXPIRED if counts else Standing.FREE
    assert seen.standing is expected
    assert set(seen.probes) == {each.subject for each in counts}
    assert seen.until == max((each.until for each in standing), default=0.0)
    assert seen.is_leased == any(each.subject in leased for each in counts)
