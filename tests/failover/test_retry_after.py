"""How long the provider asks us to wait, in all the forms it is said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hermes_fallback.failover.retry_after import LONGEST_WAIT_S, retry_after_s

NOW = datetime(2026, 7, 18, 12, 0, tzinfo=UTC)
DATE = "Sat, 18 Jul 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": " 120 "}, 120.0),
        ({"retry-after": "30s"}, 30.0),
        ({"retry-after": "Sat, 18 Jul 2026 12:00:41 GMT", "date": DATE}, 41.0),
        ({"retry-after": "Saturday, 18-Jul-26 12:00:41 GMT", "date": DATE}, 41.0),
        ({"retry-after": "Sat Jul 18 12:00:41 2026", "date": DATE}, 41.0),
        ({"retry-after": "1784376041", "date": DATE}, 41.0),
        ({"retry-after-ms": "1250", "retry-after": "2"}, 1.25),
        ({"retry-after-ms": "nan", "retry-after": "2"}, 2.0),
        ({"x-ms-retry-after-ms": "300"}, 0.3),
        ({"x-ratelimit-reset-after": "30"}, 30.0),
        ({"x-ratelimit-reset": "1784376030000", "x-ratelimit-remaining": "0", "date": DATE}, 30.0),
        ({"x-ratelimit-reset": "1784376030", "date": DATE}, 30.0),
        ({"x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-tokens": "0"}, 360.0),
        ({"x-ratelimit-reset-requests": "120ms", "x-ratelimit-remaining-requests": "0"}, 0.12),
        ({"ratelimit-reset": "42", "ratelimit-remaining": "0"}, 42.0),
        (
            {
                "anthropic-ratelimit-tokens-reset": "2026-07-18T12:01:00Z",
                "anthropic-ratelimit-tokens-remaining": "0",
                "date": DATE,
            },
            60.0,
        ),
        (
            {
                "anthropic-ratelimit-unified-reset": "1784379600",
                "anthropic-ratelimit-unified-status": "rejected",
                "date": DATE,
            },
            3600.0,
        ),
    ],
)
def test_headers_are_read_in_every_known_form(headers: dict[str, str], expected: float) -> None:
    """Seconds, fractions, the three HTTP dates, milliseconds, durations, epochs and ISO times."""
    assert retry_after_s(headers) == pytest.approx(expected)


def test_only_buckets_that_are_used_up_count_and_the_last_to_free_decides() -> None:
    """A reset of a bucket that still has room says nothing; of two empty ones the later is waited for."""
    headers = {
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "7.66s",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "2m59.56s",
        "x-ratelimit-remaining-images": "9",
        "x-ratelimit-reset-images": "1h",
    }
    assert retry_after_s(headers) == pytest.approx(179.56)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"retry_after": 12}, 12.0),
        ({"retry_after_ms": 750}, 0.75),
        ({"retryafter": "9.5"}, 9.5),
        ({"retrydelay": "34.07s"}, 34.07),
        ({"retrydelay": {"seconds": 8, "nanos": 1}}, 8.0),
        ({"resets_in_seconds": 5400, "resets_at": 1}, 5400.0),
        ({"resets_at": 1784376060}, 60.0),
        ({"reset_time": "2026-07-18T12:00:30+00:00"}, 30.0),
        ({"quotaresetdelay": "1h2m3s"}, 3723.0),
        ({"estimated_time": 20.0}, 20.0),
        ({"headers": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1784376010000"}}, 10.0),
        ({"retry_after": True}, None),
        ({"retry_after": None}, None),
        ({"retry_after": [3]}, None),
    ],
)
def test_bodies_name_a_wait_in_their_own_fields(document: dict[str, object], expected: float | None) -> None:
    """Fields of the body are read with their units; what is no number is nothing."""
    assert retry_after_s({}, documents=[document], now=NOW) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("please try again in 6m0s.", 360.0),
        ("please try again in 18.642s. visit", 18.642),
        ("try again in 644ms", 0.644),
        ("try again in 1m47.5854s", 107.5854),
        ("please retry after 26 seconds.", 26.0),
        ("please wait 12 hours.", 43_200.0),
        ("please wait 5631 seconds before retrying", 5631.0),
        ("please try again after 1 seconds", 1.0),
        ("your limit resets in 4hr 5min", 14_700.0),
        ("your quota will reset after 2h30m", 9000.0),
        ("retry-after: 30", 30.0),
        ("请在30秒后重试", 30.0),
        ("you will regain access on 2026-07-18 at 13:00 utc.", 3600.0),
        ("resets at 2026-07-18t12:05:00z (2056)", 300.0),
        ("your limit will reset at 2026-07-18 13:00:00", None),
        ("request timed out after 600 seconds, please retry", None),
        ("created within the last 5 minutes, please wait a moment and try again", None),
        ("the limit resets every 24 hours", None),
        ("please try again later", None),
    ],
)
def test_a_wait_named_in_prose_is_read(text: str, expected: float | None) -> None:
    """Durations that follow a request to wait count; other durations, and local times of unknown zone, do not."""
    assert retry_after_s({}, text=text, now=NOW) == expected


@pytest.mark.parametrize(
    "value",
    [
        "-1",
        "0",
        "nan",
        "inf",
        "-inf",
        "1e400",
        "soon",
        "",
        "99999999",
        "1,5",
        "0x10",
        "9" * 500,
        "Sat, 99 Foo 2026 12:00:00 GMT",
    ],
)
def test_nonsense_is_no_wait(value: str) -> None:
    """Neither a hot loop nor a long sleep can be asked for."""
    assert retry_after_s({"retry-after": value, "date": DATE}, now=NOW) is None
    assert retry_after_s({"retry-after-ms": value + "000" if value == "99999999" else value}, now=NOW) is None


def test_times_past_and_times_without_a_clock_say_nothing() -> None:
    """A reset that has been, or one that cannot be counted from anywhere, is no wait."""
    assert retry_after_s({"retry-after": DATE, "date": "Sat, 18 Jul 2026 12:00:01 GMT"}) is None
    assert retry_after_s({"retry-after": DATE}) is None


def test_the_servers_own_clock_comes_before_ours() -> None:
    """A clock that is wrong on this machine does not change a wait the server named as a time."""
    headers = {"retry-after": "Sat, 18 Jul 2026 12:00:10 GMT", "date": DATE}
    assert retry_after_s(headers, now=datetime(2031, 1, 1, tzinfo=UTC)) == 10.0


def test_the_longest_wait_is_a_month_and_a_little() -> None:
    """A monthly allowance may be waited for; more than that is not believed."""
    assert retry_after_s({"retry-after": str(LONGEST_WAIT_S)}) == LONGEST_WAIT_S
    assert retry_after_s({"retry-after": str(LONGEST_WAIT_S + 1)}) is None
