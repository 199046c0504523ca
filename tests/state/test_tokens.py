"""The bucket that keeps retries from making an outage worse."""

from __future__ import annotations

from hermes_fallback.state.tokens import RetryBucket


def test_ten_retries_are_to_be_had_and_no_more() -> None:
    """It starts full; an empty one gives nothing and stays at nothing."""
    bucket = RetryBucket()
    assert [bucket.spend() for _ in range(11)] == [True] * 10 + [False]
    assert bucket.level == 0


def test_ten_requests_earn_one_retry() -> None:
    """A tenth of a token each, exactly."""
    bucket = RetryBucket()
    while bucket.spend():
        pass
    for _ in range(9):
        bucket.earn()
    assert (bucket.level, bucket.spend()) == (0.9, False)
    bucket.earn()
    assert bucket.spend()


def test_a_full_bucket_stays_as_it_is() -> None:
    """A quiet day saves up nothing for the next outage."""
    bucket = RetryBucket()
    bucket.earn()
    assert bucket.level == 10


def test_a_token_that_was_not_needed_is_put_back() -> None:
    """Who asks for one before the decision takes it from nobody for longer than that."""
    bucket = RetryBucket()
    assert bucket.spend()
    bucket.put_back()
    bucket.put_back()
    assert bucket.level == 10
