"""Classification answers, quickly, whatever it is given."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hermes_fallback.failover.classify import classify, failure_from_row
from hermes_fallback.failover.retry_after import LONGEST_WAIT_S
from hermes_fallback.model.failure import Failure, Transport
from hermes_fallback.model.reason import Reason

KEYS = st.sampled_from(
    [
        "error",
        "errors",
        "message",
        "msg",
        "code",
        "type",
        "status",
        "reason",
        "detail",
        "details",
        "metadata",
        "raw",
        "base_resp",
        "header",
        "status_code",
        "error_code",
        "choices",
        "candidates",
        "finish_reason",
        "promptFeedback",
        "retry_after",
        "retryDelay",
        "resets_at",
        "headers",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=8), inner, max_size=5)
    ),
)
BODIES = (
    st.text(max_size=300)
    | st.binary(max_size=300).map(lambda data: data.decode("latin-1"))
    | VALUES.map(json.dumps)
    | VALUES.map(repr)
    | VALUES.map(lambda value: json.dumps({"error": json.dumps(value)}))
    | VALUES.map(lambda value: f"data: {json.dumps(value)}\n\n")
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "retry-after",
            "retry-after-ms",
            "date",
            "x-ratelimit-reset",
            "x-ratelimit-remaining",
            "x-amzn-errortype",
        ]
    ),
    st.text(max_size=40) | st.integers().map(str) | st.floats().map(str),
)


@settings(deadline=None, max_examples=300)
@given(
    transport=st.sampled_from(Transport),
    status=st.none() | st.integers(),
    headers=HEADERS,
    body=BODIES,
    exception=st.none() | st.text(max_size=30),
)
def test_any_failure_gets_a_verdict(
    transport: Transport, status: int | None, headers: dict[str, str], body: str, exception: str | None
) -> None:
    """There is always a reason, a rule, a short message, and a wait that is sane or none."""
    failure = Failure(transport=transport, status=status, headers=headers, body=body, exception=exception)
    verdict = classify(failure, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert verdict.reason in Reason
    assert verdict.rule
    assert len(verdict.message) <= 300
    assert verdict.retry_after_s is None or 0 < verdict.retry_after_s <= LONGEST_WAIT_S


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["transport", "status", "headers", "body", "exception", "provider", "id"]), VALUES
    )
)
def test_any_row_becomes_a_failure(row: dict[str, object]) -> None:
    """Files hold what they hold; each object of one can be judged."""
    assert classify(failure_from_row(row)).rule


REPEATED = [
    "{",
    "[",
    "'",
    '"',
    '"message":"',
    "{'a':",
    "{'a\\",
    '{"error":"',
    '{"error":',
    "<title>",
    "<h1 ",
    "data: {\n\n",
]
REPEATED += [
    "1s ",
    "try again in 1m",
    "retry after ",
    "model…does not ",
    "per ",
    "error code: ",
    "eyJ",
    "Bearer ",
    "\\",
    "中",
]


@pytest.mark.parametrize("piece", REPEATED)
def test_no_body_takes_long(piece: str) -> None:
    """A body made to be slow takes no more than a fixed share of a second: nothing here is worse than linear."""
    body = piece * (200_000 // len(piece))
    begun = perf_counter()
    for transport, status in ((Transport.HTTP, 500), (Transport.EXCEPTION, None), (Transport.BODY200, 200)):
        classify(Failure(transport=transport, status=status, body=body))
    assert perf_counter() - begun < 1.0


def test_depth_is_no_trouble() -> None:
    """A body nested deeper than Python would recurse is judged by its status."""
    body = '{"error":' * 50_000 + "1" + "}" * 50_000
    assert classify(Failure(transport=Transport.HTTP, status=429, body=body)).reason is Reason.RATE_LIMIT
