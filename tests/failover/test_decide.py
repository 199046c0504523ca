"""The decision table: what follows each reason."""

from __future__ import annotations

import pytest

from hermes_fallback.failover.decide import JITTER_S, TABLE, Decision, Situation, backoff_s, decide
from hermes_fallback.model.limits import Limits
from hermes_fallback.model.reason import Reason

RAISED = {Reason.CONTEXT_OVERFLOW, Reason.PAYLOAD_TOO_LARGE, Reason.CONTENT_POLICY, Reason.BAD_REQUEST}
ONCE_MORE = {Reason.OVERLOADED, Reason.SERVER_ERROR, Reason.INVALID_RESPONSE, Reason.UNKNOWN}


def at(
    tries: int = 1,
    *,
    others: bool = True,
    asked: float | None = None,
    hung_up: bool = False,
    left: float = 100.0,
    draw: float = 1.0,
) -> Situation:
    return Situation(
        tries=tries, others_left=others, retry_after_s=asked, hung_up=hung_up, time_left_s=left, draw=draw
    )


def test_every_reason_has_a_row() -> None:
    """A reason that nobody decided on cannot exist."""
    assert set(TABLE) == set(Reason)


@pytest.mark.parametrize("reason", sorted(RAISED))
def test_a_fault_of_the_request_is_raised_though_another_link_is_free(reason: Reason) -> None:
    """No provider would answer a wrong request, so none is bothered."""
    assert decide(reason, at(), Limits()) == (Decision.STOP, 0.0)


@pytest.mark.parametrize("reason", sorted(set(Reason) - RAISED - ONCE_MORE))
def test_most_reasons_go_on_at_once(reason: Reason) -> None:
    """No sleep stands between a failure and a free link."""
    assert decide(reason, at(), Limits()) == (Decision.ONWARD, 0.0)


@pytest.mark.parametrize("reason", sorted(ONCE_MORE))
def test_a_hiccup_gets_one_more_try_and_then_the_next_link(reason: Reason) -> None:
    """One retry after at most the jitter, then on."""
    decision, pause_s = decide(reason, at(1), Limits())
    assert decision is Decision.AGAIN
    assert pause_s <= JITTER_S
    assert decide(reason, at(2), Limits()) == (Decision.ONWARD, 0.0)


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
    assert decide(Reason.RATE_LIMIT, at(asked=asked), Limits(patience_s=5.0)) == expected


def test_a_line_that_broke_before_any_byte_is_tried_once_more_at_once() -> None:
    """A kept-alive connection that the host had closed says nothing about the host."""
    assert decide(Reason.CONNECTION, at(hung_up=True), Limits()) == (Decision.AGAIN, 0.0)
    assert decide(Reason.CONNECTION, at(2, hung_up=True), Limits()) == (Decision.ONWARD, 0.0)


@pytest.mark.parametrize("reason", [r for r in Reason if TABLE[r].passes])
def test_the_last_link_gets_more_tries_for_what_passes(reason: Reason) -> None:
    """With nowhere else to go, `retries` bounds the tries."""
    limits = Limits(retries=2)
    kinds = [decide(reason, at(n, others=False), limits)[0] for n in (1, 2, 3)]
    assert kinds == [Decision.AGAIN, Decision.AGAIN, Decision.STOP]


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.AUTH, Reason.QUOTA, Reason.MODEL_NOT_FOUND])
def test_the_last_link_is_not_asked_again_for_what_stays(reason: Reason) -> None:
    """A silent host, a dead key, a spent plan and a missing model stay as they are."""
    assert decide(reason, at(others=False), Limits()) == (Decision.STOP, 0.0)


def test_no_wait_outlasts_the_deadline() -> None:
    """A pause that would end after the deadline is not begun."""
    assert decide(Reason.RATE_LIMIT, at(asked=4.0, left=3.0), Limits()) == (Decision.ONWARD, 0.0)


def test_the_last_link_is_not_retried_when_it_asks_for_more_than_patience() -> None:
    """Going back before the time the provider gave would be a wasted request."""
    assert decide(Reason.RATE_LIMIT, at(others=False, asked=60.0), Limits()) == (Decision.STOP, 0.0)


@pytest.mark.parametrize(("repeat", "ceiling"), [(1, 0.5), (2, 1.0), (3, 2.0), (5, 8.0), (9, 8.0)])
def test_backoff_doubles_to_a_cap_and_is_fully_jittered(repeat: int, ceiling: float) -> None:
    """Callers spread out over the whole interval."""
    assert backoff_s(repeat, draw=1.0) == ceiling
    assert backoff_s(repeat, draw=0.0) == 0.0
