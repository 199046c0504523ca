"""The answer of a token endpoint, in every form that servers have for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from grants import Replies

from hermes_fallback.errors import CredentialError, SystemRefused
from hermes_fallback.login.tokens import TokenAnswer, moment, request_token, tokens_in
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.transport.synchronous import Carrier

FORM = {"grant_type": "refresh_token", "client_id": "me", "refresh_token": "refresh-0123456789"}
NOW = 1_800_000_000.0


@pytest.fixture
def ask(replies: Callable[..., Replies]) -> Iterator[Callable[..., TokenAnswer]]:
    """Asks a server that answers with a status and a body."""
    with Carrier() as carrier:

        def made(status: int, body: object, **named: object) -> TokenAnswer:
            return request_token(carrier, replies(status, body).url, FORM, provider="acme", **named)

        yield made


ERRORS = {
    "standard": (400, {"error": "invalid_grant", "error_description": "gone"}, "invalid_grant", "gone"),
    "status-200": (200, {"error": "access_denied"}, "access_denied", "access_denied"),
    "object": (401, {"error": {"code": "token_expired", "message": "too old"}}, "token_expired", "too old"),
    "object-type": (400, {"error": {"type": "invalid_request"}}, "invalid_request", "invalid_request"),
    "object-bare": (400, {"error": {}}, "error", "error"),
    "minimax": (500, {"base_resp": {"status_msg": "bad code"}}, "", "bad code"),
    "form": (
        400,
        b"error=bad_verification_code&error_description=no+such",
        "bad_verification_code",
        "no such",
    ),
    "page": (403, b"<html>Just a moment</html>", "", "HTTP 403, a web page"),
    "empty": (502, b"", "", "HTTP 502"),
    "redirect": (302, b"", "", "HTTP 302"),
}


@pytest.mark.parametrize(("status", "body", "code", "reason"), ERRORS.values(), ids=ERRORS)
def test_a_refusal_is_one_in_every_form(
    ask: Callable[..., TokenAnswer], status: int, body: object, code: str, reason: str
) -> None:
    """Its code and its words are found, and it is no success, whatever the status."""
    answer = ask(status, body)
    assert (answer.is_good, answer.error, answer.reason) == (False, code, reason)
    with pytest.raises(CredentialError):
        tokens_in(answer, OAuth(), provider="acme", now=NOW)


ENDS = {
    "in-seconds": ({"expires_in": 600}, NOW + 600),
    "as-text": ({"expires_in": "600"}, NOW + 600),
    "at-milliseconds": ({"expired_in": (NOW + 900) * 1000}, NOW + 900),
    "at-seconds": ({"expired_in": NOW + 900}, NOW + 900),
    "small": ({"expired_in": 900}, NOW + 900),
    "of-the-token": ({"access_token": "e30.eyJleHAiOjE4MDAwMDA1MDB9.x"}, NOW + 500),
    "unsaid": ({}, NOW + 3600),
    "nonsense": ({"expires_in": -1}, NOW + 3600),
    "no-number": ({"expires_in": "soon"}, NOW + 3600),
}


@pytest.mark.parametrize(("fields", "end"), ENDS.values(), ids=ENDS)
def test_when_a_token_ends_is_read_in_every_form(
    ask: Callable[..., TokenAnswer], fields: dict[str, object], end: float
) -> None:
    """Seconds from now, a time, or what the token says itself; else the usual lifetime of the provider."""
    answer = ask(200, {"access_token": "a-token", **fields})
    assert tokens_in(answer, OAuth(lifetime_s=3600), provider="acme", now=NOW).expires_at == end


def test_what_is_exchanged_lasts(ask: Callable[..., TokenAnswer]) -> None:
    """A token of GitHub ends when it is revoked."""
    oauth = OAuth(exchange_url="https://acme.test/exchange")
    answer = ask(200, b"access_token=ghu_0123&scope=&token_type=bearer")
    assert tokens_in(answer, oauth, provider="acme", now=NOW).expires_at is None


@pytest.mark.parametrize(
    "token", ["", None, 75, "a\nb", "ключ"], ids=["empty", "null", "number", "lines", "cyrillic"]
)
def test_what_no_header_can_carry_is_no_token(ask: Callable[..., TokenAnswer], token: object) -> None:
    """It would fail at the first request, where nobody knows why."""
    answer = ask(200, {"access_token": token})
    with pytest.raises(CredentialError, match="gave no token"):
        tokens_in(answer, OAuth(), provider="acme", now=NOW)


def test_an_echo_of_a_secret_has_stars(ask: Callable[..., TokenAnswer]) -> None:
    """Words of the server may repeat what it was sent; a header's value as well."""
    words = "refresh-0123456789 and header-0123456789"
    answer = ask(400, {"error": "x", "error_description": words}, headers={"x-token": "header-0123456789"})
    assert answer.description == "******** and ********"


def test_tokens_are_in_no_repr(ask: Callable[..., TokenAnswer]) -> None:
    """Neither of the answer nor of what is made of it."""
    answer = ask(200, {"access_token": "token-0123456789", "refresh_token": "other-0123456789"})
    tokens = tokens_in(answer, OAuth(), provider="acme", now=NOW)
    assert "0123456789" not in f"{answer!r} {tokens!r}"


def test_no_answer_is_told_with_its_place() -> None:
    """Exit 8, the address, and not what was sent."""
    with Carrier() as carrier, pytest.raises(SystemRefused, match=r"http://127\.0\.0\.1:9/token") as caught:
        request_token(carrier, "http://127.0.0.1:9/token", FORM, provider="acme")
    assert "refresh-0123456789" not in str(caught.value)


def test_a_wait_that_is_asked_for_is_kept(replies: Callable[..., Replies]) -> None:
    """A throttled server says when to come again."""
    with Carrier() as carrier:
        url = replies(429, {}, {"retry-after": "7"}).url
        assert request_token(carrier, url, FORM, provider="acme").retry_after_s == 7


@pytest.mark.parametrize(
    ("value", "meant"), [(NOW * 1000, NOW), (NOW, NOW), (900, NOW + 900)], ids=["ms", "s", "from-now"]
)
def test_a_number_is_a_time_or_a_span(value: float, meant: float) -> None:
    """Whatever is too small for a date counts from now."""
    assert moment(value, NOW) == meant
