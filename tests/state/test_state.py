"""What every state promises, be it in memory or in a file; the file's is opened twice, as by two processes."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from benches import CREDENTIAL, HOST, MODEL, OTHER, WHOLE, benched

from hermes_fallback.model.bench import Bench, Grain, Health, Lesson, Subject
from hermes_fallback.model.failure import Failure, Transport
from hermes_fallback.model.reason import Reason
from hermes_fallback.state.kept import KeptState
from hermes_fallback.state.memory import MemoryStore
from hermes_fallback.state.protocol import State
from hermes_fallback.state.sqlite import SqliteStore

FAILURE = Failure(transport=Transport.HTTP, status=418, provider="acme")


@pytest.fixture(params=["memory", "sqlite"])
def states(request: pytest.FixtureRequest, home: Path) -> tuple[State, State]:
    """One to write with and one to look with: what the first does, the second sees."""
    if request.param == "memory":
        state = KeptState(MemoryStore())
        return state, state
    path = home / "fallback" / "state.db"
    return KeptState(SqliteStore(path)), KeptState(SqliteStore(path))


def test_an_empty_state_knows_nothing(states: tuple[State, State]) -> None:
    """Nobody is benched, and asking twice gives the same object."""
    state, _ = states
    assert state.health() == Health()
    assert state.health() is state.health()
    assert state.unmatched_seen() == ()
    assert state.warning is None


@pytest.mark.parametrize("grain", list(Grain))
def test_a_bench_is_kept_as_it_is_until_it_is_lifted(states: tuple[State, State], grain: Grain) -> None:
    """Every field, whatever it covers; lifting removes all that covers the link, and nothing of another."""
    state, other = states
    bench = Bench(
        subject=WHOLE.at(grain),
        reason=Reason.AUTH,
        since=1.5,
        until=math.inf,
        is_given=True,
        strikes=3,
        config="c",
    )
    elsewhere = benched(OTHER.at(grain))
    state.bench(bench, generation=0)
    state.bench(elsewhere, generation=0)
    assert other.health().benches == {bench.subject: bench, elsewhere.subject: elsewhere}
    other.lift(WHOLE)
    assert state.health().benches == {elsewhere.subject: elsewhere}


LONG, SHORT = benched(HOST, 1000, 1060), benched(HOST, 1001, 1016)


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        pytest.param(LONG, SHORT, LONG, id="a-shorter-one-shortens-nothing"),
        pytest.param(SHORT, LONG, LONG, id="a-longer-one-counts"),
        pytest.param(
            LONG,
            benched(HOST, 1002, 1002, strikes=4),
            LONG._replace(strikes=4),
            id="a-counted-failure-shortens-nothing-and-is-counted",
        ),
        pytest.param(
            benched(HOST, 1000, 1000, strikes=1), benched(HOST, 1001, 1001, strikes=2),
            benched(HOST, 1001, 1001, strikes=2), id="counted-failures-add-up",
        ),
        pytest.param(
            benched(HOST, 1000, 1000, strikes=2), SHORT, SHORT, id="a-bench-counts-before-counted-failures"
        ),
        pytest.param(
            benched(HOST, 9e9, 9e9 + 60), SHORT, SHORT, id="one-of-a-clock-that-was-ahead-holds-nothing-back"
        ),
        pytest.param(
            benched(HOST, 1000, math.inf, config="old"), SHORT._replace(config="new"),
            SHORT._replace(config="new"), id="one-of-another-configuration-holds-nothing-back",
        ),
        pytest.param(
            benched(HOST, 1000, math.inf), LONG, benched(HOST, 1000, math.inf), id="the-dead-stay-dead"
        ),
    ],
)  # fmt: skip
def test_of_two_benches_of_one_subject_one_counts(
    states: tuple[State, State], first: Bench, then: Bench, kept: Bench
) -> None:
    """The later end, whoever writes last."""
    state, other = states
    state.bench(first, generation=0)
    other.bench(then, generation=0)
    assert state.health().benches == {HOST: kept}


def test_benches_that_were_over_yesterday_are_dropped_on_the_next_write(states: tuple[State, State]) -> None:
    """A state does not grow for ever."""
    state, other = states
    state.bench(benched(HOST), generation=0)
    state.bench(benched(MODEL, 1000, 1.2e5), generation=0)
    assert set(other.health().benches) == {HOST, MODEL}
    state.bench(benched(OTHER, 2e5, 3e5), generation=0)
    assert set(other.health().benches) == {MODEL, OTHER}


def test_one_owner_at_a_time_holds_a_lease(states: tuple[State, State]) -> None:
    """Another gets it when it is given back; its owner may renew it."""
    state, other = states
    assert state.lease([HOST], owner="first", now=100, until=200)
    assert not other.lease([HOST], owner="second", now=150, until=300)
    assert state.lease([HOST], owner="first", now=150, until=250)
    assert other.health().leases == {HOST: 250}
    state.release("first")
    assert other.lease([HOST], owner="second", now=151, until=300)


def test_a_lease_is_on_all_or_on_none(states: tuple[State, State]) -> None:
    """Where one subject is held by another, the rest stays free."""
    state, other = states
    assert state.lease([HOST], owner="first", now=100, until=200)
    assert not other.lease([MODEL, HOST], owner="second", now=100, until=200)
    assert set(state.health().leases) == {HOST}
    assert state.lease([MODEL], owner="third", now=100, until=200)


@pytest.mark.parametrize(("now", "is_had"), [(199.9, False), (200, True), (98.5, False), (97, True)])
def test_a_lease_that_is_over_or_of_a_clock_ahead_is_gone(
    states: tuple[State, State], now: float, is_had: bool
) -> None:
    """Its owner was killed, or somebody set the clock back; a second or two are no such thing."""
    state, other = states
    assert state.lease([HOST], owner="killed", now=100, until=200)
    assert other.lease([HOST], owner="next", now=now, until=now + 100) is is_had


def test_a_reset_of_a_link_forgets_what_covers_it(states: tuple[State, State]) -> None:
    """Its benches, its leases and its lesson; other links keep theirs."""
    state, other = states
    mine = [benched(WHOLE.at(grain)) for grain in Grain]
    theirs = benched(OTHER.at(Grain.HOST))
    for bench in (*mine, theirs):
        state.bench(bench, generation=0)
    state.lease([HOST], owner="a", now=1, until=2)
    state.lease([OTHER], owner="b", now=1, until=2)
    for whole in (WHOLE, OTHER):
        state.learn(whole.link, Lesson(tools=False))
    assert set(other.reset(WHOLE)) == set(mine)
    assert state.health() == Health(
        benches={theirs.subject: theirs},
        leases={OTHER: 2},
        lessons={OTHER.link: Lesson(tools=False)},
        generation=1,
    )


def test_a_reset_of_everything_leaves_nothing(states: tuple[State, State]) -> None:
    """Leases, lessons and unmatched failures go too; a second one finds nothing to forget."""
    state, other = states
    benches = {benched(HOST), benched(CREDENTIAL), benched(OTHER)}
    for bench in benches:
        state.bench(bench, generation=0)
    state.lease([HOST], owner="a", now=1, until=2)
    state.learn("link", Lesson(images=False))
    state.unmatched(FAILURE, "teapot", at=1)
    assert set(other.reset(None)) == benches
    assert state.health() == Health(generation=1)
    assert state.unmatched_seen() == ()
    assert other.reset(None) == ()


@pytest.mark.parametrize("subject", [HOST, CREDENTIAL], ids=["host", "credential"])
@pytest.mark.parametrize("whole", [WHOLE, None], ids=["link", "everything"])
def test_who_began_before_a_reset_benches_nothing_after_it(
    states: tuple[State, State], subject: Subject, whole: Subject | None
) -> None:
    """Of what it covered; who began afterwards does, and what it did not cover is benched by anybody."""
    state, other = states
    state.bench(benched(MODEL), generation=0)
    old = state.health().generation
    other.reset(whole)
    state.bench(benched(subject), generation=old)
    assert subject not in state.health().benches
    elsewhere = OTHER.at(subject.grain)
    state.bench(benched(elsewhere), generation=old)
    assert (elsewhere in other.health().benches) is (whole is not None)
    state.bench(benched(subject), generation=state.health().generation)
    assert subject in other.health().benches


def test_lessons_add_up(states: tuple[State, State]) -> None:
    """What a lesson says nothing of stays as it was."""
    state, other = states
    state.learn("link", Lesson(context_length=4096, tools=True))
    other.learn("link", Lesson(tools=False))
    assert state.health().lessons == {"link": Lesson(context_length=4096, tools=False)}


def test_failures_that_differ_in_digits_are_one(states: tuple[State, State]) -> None:
    """Counted, with the first time, the last time and the last text; another status is another failure."""
    state, other = states
    for at in (10, 20):
        state.unmatched(FAILURE, f"teapot {at} is empty", at=at)
    other.unmatched(replace(FAILURE, status=419), "teapot 1 is empty", at=15)
    last, first = state.unmatched_seen()
    assert (last.count, last.first, last.last, last.text) == (2, 10, 20, "teapot 20 is empty")
    assert (first.count, first.status, first.provider, first.exception) == (1, 419, "acme", None)


def test_the_newest_200_failures_are_kept_short_and_without_keys(states: tuple[State, State]) -> None:
    """An hour of new kinds of failures fills no disk, and a key that a provider repeats is starred out."""
    state, other = states
    for at in range(201):
        word = "".join(chr(ord("a") + int(digit)) for digit in str(at))
        state.unmatched(FAILURE, f"{word} sk-abcdefghijklmnopqrstuvwx {'long ' * 100}", at=at)
    seen = other.unmatched_seen()
    assert [each.last for each in seen] == list(range(200, 0, -1))
    assert {len(each.text) for each in seen} == {300}
    assert not any("abcdefghijkl" in each.text for each in seen)
