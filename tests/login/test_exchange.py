"""A lasting token for a short-lived one: it goes to the host that exchanges it, and to nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from grants import NOW, REGISTRY, Replies

from hermes_fallback.errors import CredentialError
from hermes_fallback.login.renewal import Renewer
from hermes_fallback.model.credential import Credential, Grant
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret

LASTING = Secret("gho_lasting-0001")
API = "https://api.business.githubcopilot.com"
GOOD = {"token": "tid=1;exp=2", "expires_at": NOW + 1800, "endpoints": {"api": API}}


def waiting(url: str, base_url: str = "https://api.githubcopilot.com") -> Credential:
    """A credential for *base_url* that has yet to be exchanged, at *url*."""
    oauth = REGISTRY.get("copilot").oauth
    assert oauth is not None
    there = oauth.but(exchange_url=f"{url}/token")
    grant = Grant(kind="exchange", provider="copilot", oauth=there, token=LASTING, skew_s=there.skew_s)
    origins = frozenset([Origin.of(base_url)])
    return Credential(secret=Secret(""), source="gh", origins=origins, account="copilot:1", grant=grant)


def test_the_short_lived_token_is_what_requests_carry(
    renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """As a bearer, to the address that came with it; the lasting one was sent once, under its own word."""
    server = replies(200, GOOD)
    credential = waiting(server.url)
    assert credential.is_due(NOW)
    fresh = renewer.renew(credential, refused=False, now=NOW)
    assert (fresh.secret.reveal(), fresh.expires_at, fresh.base_url) == ("tid=1;exp=2", NOW + 1800, API)
    assert (fresh.auth_header, fresh.auth_scheme, fresh.account) == ("Authorization", "Bearer", "copilot:1")
    assert fresh.allows(f"{API}/chat/completions")
    [(path, headers, _)] = server.requests
    assert (path, headers["authorization"]) == ("/token", "token gho_lasting-0001")
    assert headers["user-agent"].startswith("hermes-fallback")


def test_it_is_kept_until_shortly_before_its_end(renewer: Renewer, replies: Callable[..., Replies]) -> None:
    """120 seconds; or until a host refuses it."""
    server = replies(200, GOOD)
    first = renewer.renew(waiting(server.url), refused=False, now=NOW)
    renewer.renew(waiting(server.url), refused=False, now=NOW + 1679)
    assert len(server.requests) == 1
    server.body = {**GOOD, "token": "tid=2", "expires_at": NOW + 3600}
    assert renewer.renew(first, refused=True, now=NOW + 9).secret.reveal() == "tid=2"
    assert renewer.renew(first, refused=True, now=NOW + 9).secret.reveal() == "tid=2"
    assert len(server.requests) == 2
    renewer.renew(first, refused=False, now=NOW + 3480)
    assert len(server.requests) == 3


def test_threads_wait_for_one_exchange(renewer: Renewer, replies: Callable[..., Replies]) -> None:
    """Whoever comes while it is under way gets what the first one got."""
    server = replies(200, GOOD)
    crowd = [
        threading.Thread(
            target=renewer.renew, args=(waiting(server.url),), kwargs={"refused": False, "now": NOW}
        )
        for _ in range(20)
    ]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert len(server.requests) == 1


ADDRESSES = {
    "its-own": ({"api": API}, API),
    "look-alike": ({"api": "https://githubcopilot.com.evil.example"}, None),
    "another-host": ({"api": "https://evil.example"}, None),
    "not-encrypted": ({"api": "http://api.githubcopilot.com"}, None),
    "user-in-front": ({"api": "https://api.githubcopilot.com@evil.example"}, None),
    "no-address": ({"api": 5}, None),
    "none": ([], None),
}


@pytest.mark.parametrize(("endpoints", "base_url"), ADDRESSES.values(), ids=ADDRESSES)
def test_only_an_address_of_the_provider_is_believed(
    endpoints: object, base_url: str | None, renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """Else requests go where they always go."""
    credential = waiting(replies(200, {**GOOD, "endpoints": endpoints}).url)
    fresh = renewer.renew(credential, refused=False, now=NOW)
    assert fresh.base_url == base_url
    assert fresh.origins >= credential.origins
    assert not fresh.allows("https://evil.example/")


PROXIES = {
    "its-own": ("proxy-ep=proxy.business.githubcopilot.com", API),
    "another-host": ("proxy-ep=proxy.evil.example", None),
    "user-in-front": ("proxy-ep=api.githubcopilot.com@evil.example", None),
    "empty": ("proxy-ep=", None),
}


@pytest.mark.parametrize(("part", "base_url"), PROXIES.values(), ids=PROXIES)
def test_an_older_answer_names_the_address_in_its_token(
    part: str, base_url: str | None, renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """As that of the proxy, which stands beside it."""
    server = replies(200, {"token": f"tid=1;{part};exp=2", "expires_at": NOW + 1800})
    assert renewer.renew(waiting(server.url), refused=False, now=NOW).base_url == base_url


def test_an_end_that_is_over_says_that_the_clock_is_wrong(
    renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """The token is taken to last as long as usual, and not exchanged again at every step."""
    server = replies(200, {**GOOD, "expires_at": NOW - 3600})
    fresh = renewer.renew(waiting(server.url), refused=False, now=NOW)
    assert not fresh.is_due(NOW)
    renewer.renew(waiting(server.url), refused=False, now=NOW + 60)
    assert len(server.requests) == 1


def test_an_address_of_the_users_own_stays(renewer: Renewer, replies: Callable[..., Replies]) -> None:
    """Whoever goes through a gateway has a reason to."""
    credential = waiting(replies(200, GOOD).url, "http://127.0.0.1:8080")
    fresh = renewer.renew(credential, refused=False, now=NOW)
    assert (fresh.base_url, fresh.origins) == (None, credential.origins)


def test_a_token_without_an_end_has_the_usual_one(renewer: Renewer, replies: Callable[..., Replies]) -> None:
    """Half an hour."""
    credential = waiting(replies(200, {"token": "tid=1"}).url)
    assert renewer.renew(credential, refused=False, now=NOW).expires_at == NOW + 1800


REFUSALS = {
    "revoked": (401, {"message": "Bad credentials"}, "sign-in-expired"),
    "no-subscription": (403, {"message": "no access"}, "sign-in-expired"),
    "wrong-kind": (404, {"message": "Not Found"}, "sign-in-expired"),
    "firewall": (403, b"<html>", "renewal-failed"),
    "busy": (503, {}, "renewal-failed"),
    "too-many": (429, {}, "renewal-failed"),
    "no-token": (200, {}, "renewal-failed"),
    "page": (200, b"<html>", "renewal-failed"),
}


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_says_whether_it_passes(
    status: int, body: object, kind: str, renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """And never repeats the token; one that has not ended serves on where it passes."""
    server = replies(200, GOOD)
    old = renewer.renew(waiting(server.url), refused=False, now=NOW)
    server.status, server.body = status, body
    with pytest.raises(CredentialError) as caught:
        renewer.renew(old, refused=True, now=NOW)
    assert caught.value.kind == kind
    assert LASTING.reveal() not in f"{caught.value!r} {caught.value} {caught.value.hint}"
    if kind == "renewal-failed":
        assert renewer.renew(old, refused=False, now=NOW + 1700) is old
