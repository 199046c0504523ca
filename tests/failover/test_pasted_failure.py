"""Failures as people paste them."""

from __future__ import annotations

import json

import pytest

from hermes_fallback.failover.classify import classify
from hermes_fallback.failover.pasted import pasted_failure
from hermes_fallback.model.failure import Transport
from hermes_fallback.model.reason import Reason

BODY = '{"error": {"message": "slow", "code": "rate_limit_exceeded"}}'
DUMP = f"HTTP/2 429 \r\nRetry-After: 7\r\ncontent-type: application/json\r\n\r\n{BODY}\n"
TRACE = """Traceback (most recent call last):
  File "x.py", line 3, in ask
    raise self._make_status_error_from_response(err.response) from None
openai.RateLimitError: Error code: 429 - {'error': {'message': 'no', 'code': 'insufficient_quota'}}
"""


def test_an_answer_with_its_headers_is_taken_apart() -> None:
    """The status, the headers and the body of what `curl -i` prints."""
    failure = pasted_failure(DUMP)
    assert (failure.transport, failure.status, failure.body) == (Transport.HTTP, 429, BODY)
    assert failure.headers["retry-after"] == "7"
    assert classify(failure).retry_after_s == 7.0


@pytest.mark.parametrize(
    "before",
    ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 Connection established\nvia: proxy\n\n"],
    ids=["continue", "proxy"],
)
def test_of_several_answers_the_last_counts(before: str) -> None:
    """What a proxy or a server said first is not the failure."""
    failure = pasted_failure(before + DUMP)
    assert (failure.status, failure.body) == (429, BODY)
    assert "via" not in failure.headers


def test_the_answer_of_a_verbose_curl_is_read_too() -> None:
    """The arrows before its lines are no part of them."""
    failure = pasted_failure("< HTTP/2 503\n< retry-after: 3\n< \n\n{}")
    assert (failure.status, failure.headers) == (503, {"retry-after": "3"})


@pytest.mark.parametrize("text", [TRACE, TRACE.splitlines()[-1]], ids=["traceback", "line"])
def test_an_exception_is_known_by_its_class(text: str) -> None:
    """The class and what it says; of a traceback, what was raised last."""
    failure = pasted_failure(text)
    assert (failure.transport, failure.exception) == (Transport.EXCEPTION, "openai.RateLimitError")
    assert classify(failure).reason is Reason.QUOTA


@pytest.mark.parametrize(
    ("text", "transport", "reason"),
    [
        (BODY, Transport.EXCEPTION, Reason.RATE_LIMIT),
        (f"event: error\ndata: {BODY}\n\n", Transport.SSE, Reason.RATE_LIMIT),
        ("<html><title>502 Bad Gateway</title></html>", Transport.EXCEPTION, Reason.SERVER_ERROR),
        ("Sorry: the model is overloaded", Transport.EXCEPTION, Reason.OVERLOADED),
        ("ConnectTimeout", Transport.EXCEPTION, Reason.TIMEOUT),
        (json.dumps({"transport": "http", "status": 402, "body": ""}), Transport.HTTP, Reason.QUOTA),
    ],
    ids=["json", "events", "page", "prose", "class alone", "recorded row"],
)
def test_every_other_form_is_taken_as_it_is(text: str, transport: Transport, reason: Reason) -> None:
    """JSON, events, a page, a sentence, and a line of a file of failures."""
    failure = pasted_failure(text)
    assert failure.transport is transport
    assert classify(failure).reason is reason


def test_what_the_user_says_beside_it_counts_more() -> None:
    """`--status` and `--provider` stand above what the text shows."""
    failure = pasted_failure(DUMP, status=503, provider="acme")
    assert (failure.status, failure.provider) == (503, "acme")
