"""The decision table: what follows each reason."""

from __future__ import annotations

import math

import pytest

from hermes_fallback.failover.decide import (
    JITTER_S,
    TABLE,
    Consequence,
    Decision,
    Situation,
    backoff_s,
    bench_of,
    consequence,
    decide,
)
from hermes_fallback.failover.verdict import About, Verdict
from hermes_fallback.model.bench import Bench, Grain, Subject
from hermes_fallback.model.limits import Limits, Policy
from hermes_fallback.model.reason import Reason

RAISED = {Reason.CONTEXT_OVERFLOW, Reason.PAYLOAD_TOO_LARGE, Reason.CONTENT_POLICY, Reason.BAD_REQUEST}
ONCE_MORE = {Reason.OVERLOADED, Reason.SERVER_ERROR, Reason.INVALID_RESPONSE, Reason.UNKNOWN}


def verdict(
    reason: Reason, *, about: About = About.USUAL, asked: float | None = None, lacks: str | None = None
) -> Verdict:
    return Verdict(reason=reason, rule="test", about=about, retry_after_s=asked, lacks=lacks)


def at(
    tries: int = 1,
    *,
    others: bool = True,
    hung_up: bool = False,
    left: float = 100.0,
    draw: float = 1.0,
) -> Situation:
    return Situation(tries=tries, others_left=others, hung_up=hung_up, time_left_s=left, draw=draw)


def test_every_reason_has_a_row() -> None:
    """A reason that nobody decided on cannot exist."""
    assert set(TABLE) == set(Reason)


@pytest.mark.parametrize("reason", sorted(RAISED))
def test_a_fault_of_the_request_is_raised_though_another_link_is_free(reason: Reason) -> None:
    """No provider would answer a wrong request, so none is bothered."""
    assert decide(verdict(reason), at(), Limits()) == (Decision.STOP, 0.0)


@pytest.mark.parametrize("reason", sorted(set(Reason) - RAISED - ONCE_MORE))
def test_most_reasons_go_on_at_once(reason: Reason) -> None:
    """No sleep stands between a failure and a free link."""
    assert decide(verdict(reason), at(), Limits()) == (Decision.ONWARD, 0.0)


@pytest.mark.parametrize("reason", sorted(ONCE_MORE))
def test_a_hiccup_gets_one_more_try_and_then_the_next_link(reason: Reason) -> None:
    """One retry after at most the jitter, then on."""
    decision, pause_s = decide(verdict(reason), at(1), Limits())
    assert decision is Decision.AGAIN
    assert pause_s <= JITTER_S
    assert decide(verdict(reason), at(2), Limits()) == (Decision.ONWARD, 0.0)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, (Decision.ONWARD, 0.0)),
        (2.0, (Decision.AGAIN, 2.0)),
        (5.0, (Decision.AGAIN, 5.0)),
        (5.1, (Decision.ONWARD, 0.0)),
    ],
    ids=["not asked", "within patience", "just within", "beyond"],
)
def test_a_rate_limit_is_sat_out_only_when_asked_within_patience(
    asked: float | None, expected: tuple[Decision, float]
) -> None:
    """The provider's word decides between a short wait and the next link."""
    assert decide(verdict(Reason.RATE_LIMIT, asked=asked), at(), Limits(patience_s=5.0)) == expected


def test_a_line_that_broke_before_any_byte_is_tried_once_more_at_once() -> None:
    """A kept-alive connection that the host had closed says nothing about the host."""
    assert decide(verdict(Reason.CONNECTION), at(hung_up=True), Limits()) == (Decision.AGAIN, 0.0)
    assert decide(verdict(Reason.CONNECTION), at(2, hung_up=True), Limits()) == (Decision.ONWARD, 0.0)


@pytest.mark.parametrize("reason", [r for r in Reason if TABLE[r].passes])
def test_the_last_link_gets_more_tries_for_what_passes(reason: Reason) -> None:
    """With nowhere else to go, `retries` bounds the tries."""
    limits = Limits(retries=2)
    kinds = [decide(verdict(reason), at(n, others=False), limits)[0] for n in (1, 2, 3)]
    assert kinds == [Decision.AGAIN, Decision.AGAIN, Decision.STOP]


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.AUTH, Reason.QUOTA, Reason.MODEL_NOT_FOUND])
def test_the_last_link_is_not_asked_again_for_what_stays(reason: Reason) -> None:
    """A silent host, a dead key, a spent plan and a missing model stay as they are."""
    assert decide(verdict(reason), at(others=False), Limits()) == (Decision.STOP, 0.0)


def test_no_wait_outlasts_the_deadline() -> None:
    """A pause that would end after the deadline is not begun."""
    assert decide(verdict(Reason.RATE_LIMIT, asked=4.0), at(left=3.0), Limits()) == (Decision.ONWARD, 0.0)


def test_the_last_link_is_not_retried_when_it_asks_for_more_than_patience() -> None:
    """Going back before the time the provider gave would be a wasted request."""
    assert decide(verdict(Reason.RATE_LIMIT, asked=60.0), at(others=False), Limits()) == (Decision.STOP, 0.0)


@pytest.mark.parametrize(("repeat", "ceiling"), [(1, 0.5), (2, 1.0), (3, 2.0), (5, 8.0), (9, 8.0)])
def test_backoff_doubles_to_a_cap_and_is_fully_jittered(repeat: int, ceiling: float) -> None:
    """Callers spread out over the whole interval."""
    assert backoff_s(repeat, draw=1.0) == ceiling
    assert backoff_s(repeat, draw=0.0) == 0.02


@pytest.mark.parametrize(
    ("reason", "policy"),
    [
        (Reason.CONTENT_POLICY, Policy(content_policy="next")),
        (Reason.CONTEXT_OVERFLOW, Policy(context_overflow="larger")),
    ],
)
def test_the_user_may_send_a_refused_request_on(reason: Reason, policy: Policy) -> None:
    """Two refusals may be another provider's to answer, where the config says so."""
    assert decide(verdict(reason), at(), Limits(), policy) == (Decision.ONWARD, 0.0)


@pytest.mark.parametrize("lacks", ["tools", "images"])
def test_what_a_model_lacks_is_no_fault_of_the_request(lacks: str) -> None:
    """Another model may take tools or images, whatever the refusal is called."""
    assert decide(verdict(Reason.BAD_REQUEST, lacks=lacks), at(), Limits()) == (Decision.ONWARD, 0.0)


def test_with_no_time_left_to_sleep_nothing_is_tried_again() -> None:
    """An outage is not made worse by everybody's second tries."""
    situation = at()._replace(sleep_left_s=0.01)
    assert decide(verdict(Reason.SERVER_ERROR), situation, Limits()) == (Decision.ONWARD, 0.0)


WHOLE = Subject("https://a.test", "sha256:1", "m", "link")
NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("said", "grain", "seconds"),
    [
        (verdict(Reason.RATE_LIMIT), Grain.ROUTE, 60),
        (verdict(Reason.RATE_LIMIT, asked=2.5), Grain.ROUTE, 2.5),
        (verdict(Reason.RATE_LIMIT, about=About.UPSTREAM), Grain.MODEL, 60),
        (verdict(Reason.QUOTA), Grain.CREDENTIAL, 3600),
        (verdict(Reason.QUOTA, about=About.MODEL), Grain.CREDENTIAL_MODEL, 3600),
        (verdict(Reason.QUOTA, asked=30 * 86_400), Grain.CREDENTIAL, 86_400),
        (verdict(Reason.OVERLOADED), Grain.MODEL, 30),
        (verdict(Reason.SERVER_ERROR), Grain.MODEL, 15),
        (verdict(Reason.CONNECTION), Grain.HOST, 15),
        (verdict(Reason.CONNECTION, about=About.CERTIFICATE), Grain.HOST, 86_400),
        (verdict(Reason.TIMEOUT), Grain.MODEL, 30),
        (verdict(Reason.AUTH), Grain.CREDENTIAL, 300),
        (verdict(Reason.AUTH, about=About.MODEL), Grain.LINK, 3600),
        (verdict(Reason.AUTH, about=About.UPSTREAM), Grain.MODEL, 300),
        (verdict(Reason.AUTH, about=About.HOST), Grain.HOST, 60),
        (verdict(Reason.AUTH, about=About.TERMINAL), Grain.CREDENTIAL, math.inf),
        (verdict(Reason.MODEL_NOT_FOUND), Grain.LINK, 3600),
        (verdict(Reason.ENDPOINT_NOT_FOUND), Grain.LINK, 3600),
    ],
    ids=lambda value: f"{value.reason}-{value.about}" if isinstance(value, Verdict) else None,
)
def test_a_failure_benches_what_it_is_about_for_as_long_as_the_table_says(
    said: Verdict, grain: Grain, seconds: float
) -> None:
    """A time the provider gave is kept; otherwise the table's guess holds."""
    bench = bench_of(said, WHOLE, {}, now=NOW)
    assert bench is not None
    assert (bench.subject, bench.until - NOW) == (WHOLE.at(grain), seconds)
    assert bench.is_given is (said.retry_after_s is not None)


@pytest.mark.parametrize("reason", [*sorted(RAISED), Reason.UNKNOWN])
def test_a_fault_of_the_request_benches_nothing(reason: Reason) -> None:
    """What the caller did wrong, or nobody understands, says nothing about the link."""
    assert bench_of(verdict(reason), WHOLE, {}, now=NOW) is None


def test_answers_that_are_none_bench_a_model_after_the_third_in_a_row() -> None:
    """One empty answer happens; three are a pattern."""
    known: dict[Subject, Bench] = {}
    lengths = []
    for _ in range(4):
        bench = bench_of(verdict(Reason.INVALID_RESPONSE), WHOLE, known, now=NOW)
        assert bench is not None
        lengths.append(bench.until - NOW)
        known = {bench.subject: bench._replace(since=NOW - 100, until=min(bench.until, NOW) - 100)}
    assert lengths == [0, 0, 15, 15]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (verdict(Reason.SERVER_ERROR), [15, 15, 15, 15, 30, 60, 120, 240, 480, 600, 600]),
        (verdict(Reason.AUTH), [300, 600, 1200, 2400, 3600, 3600]),
        (verdict(Reason.AUTH, about=About.HOST), [60, 60, 60, 60, 120, 240, 480, 600]),
        (verdict(Reason.QUOTA), [3600, 3600, 3600, 3600, 3600]),
    ],
    ids=["server error", "refused key", "firewall", "quota"],
)
def test_a_guess_grows_with_the_probes_that_fail(said: Verdict, expected: list[float]) -> None:
    """Three probes come at the table's distance; then it doubles, to ten minutes. A refused key doubles at once."""
    known: dict[Subject, Bench] = {}
    lengths, now = [], NOW
    for _ in expected:
        bench = bench_of(said, WHOLE, known, now=now)
        assert bench is not None
        lengths.append(bench.until - now)
        known, now = {bench.subject: bench}, bench.until + 1
    assert lengths == expected


def test_many_failures_at_once_count_as_one() -> None:
    """Requests that were on their way when a link was benched are no probes."""
    first = bench_of(verdict(Reason.SERVER_ERROR), WHOLE, {}, now=NOW)
    assert first is not None
    second = bench_of(verdict(Reason.SERVER_ERROR), WHOLE, {first.subject: first}, now=NOW + 1)
    assert second is not None
    assert second.strikes == first.strikes == 1


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            verdict(Reason.QUOTA),
            Consequence(retry=False, rotate=True, advance=True, grain=Grain.CREDENTIAL, bench_s=3600.0),
        ),
        (
            verdict(Reason.RATE_LIMIT, asked=2),
            Consequence(retry=True, rotate=True, advance=True, grain=Grain.ROUTE, bench_s=2.0),
        ),
        (
            verdict(Reason.BAD_REQUEST),
            Consequence(retry=False, rotate=False, advance=False, grain=None, bench_s=None),
        ),
        (
            verdict(Reason.SERVER_ERROR),
            Consequence(retry=True, rotate=False, advance=True, grain=Grain.MODEL, bench_s=15.0),
        ),
    ],
    ids=lambda value: str(value.reason) if isinstance(value, Verdict) else None,
)
def test_a_consequence_is_what_the_engine_would_do(said: Verdict, expected: Consequence) -> None:
    """`classify` tells what the table says, for a first failure with another link free."""
    assert consequence(said, limits=Limits()) == expected


@pytest.mark.parametrize("reason", [Reason.AUTH, Reason.QUOTA])
def test_a_link_without_a_key_benches_itself_alone(reason: Reason) -> None:
    """No key is no credential that others share."""
    bench = bench_of(verdict(reason), WHOLE._replace(credential=""), {}, now=NOW)
    assert bench is not None
    assert bench.subject == Subject(link="link")


def test_a_link_without_a_key_is_never_dead() -> None:
    """What was revoked is a key behind it, which nobody here sees change: it is tried again within the hour."""
    said = verdict(Reason.AUTH, about=About.TERMINAL)
    bench = bench_of(said, WHOLE._replace(credential=""), {}, now=NOW)
    assert bench is not None
    assert bench.until == NOW + 3600
