"""What people are told of a failure: who failed, how, and what they can do about it."""

from __future__ import annotations

import pytest

from hermes_fallback.catalog.wording import tell
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.failure import Failure, Transport
from hermes_fallback.secret import Secret

_URL = "https://api.acme.test/v1"
_KEY = Secret("sk-planted-0123456789")


def at(base_url: str = _URL, credential: Credential | None = None) -> Endpoint:
    return Endpoint(provider="acme", base_url=base_url, credential=credential)


def http(status: int, body: str = "") -> Failure:
    return Failure(transport=Transport.HTTP, status=status, body=body)


def broken(exception: str, text: str) -> Failure:
    return Failure(transport=Transport.EXCEPTION, exception=exception, body=text)


KEYS = {
    "from-a-variable": (
        Credential(secret=_KEY, source="env", name="ACME_API_KEY"),
        "refuses the key",
        "put a key that works into `ACME_API_KEY` in .env",
    ),
    "in-the-entry": (
        Credential(secret=_KEY, source="link"),
        "refuses the key",
        "put a key that works into `NAME` in .env, and `key_env: NAME` in place of its `api_key`",
    ),
    "none": (
        None,
        "wants a key",
        "add `key_env: NAME` to its entry, and put the key into `NAME` in .env",
    ),
}


@pytest.mark.parametrize(("credential", "said", "hint"), KEYS.values(), ids=KEYS)
def test_a_refusal_says_where_a_better_key_goes(credential: Credential | None, said: str, hint: str) -> None:
    """Into the variable that the key came from, or into one that the entry has yet to name."""
    told = tell(at(credential=credential), http(401))
    assert told.what == f"`acme` at `https://api.acme.test` {said} (HTTP 401)"
    assert told.hint == hint


_REFUSED = broken("ConnectError", "All connection attempts failed ([Errno 111] Connection refused)")
_PAGE = "<!doctype html><html><head><title>Just a moment</title></head><body></body></html>"
TROUBLES = {
    "far-host": (at(), _REFUSED, "cannot be reached", "the network, the proxy"),
    "local-host": (at("http://127.0.0.1:1/v1"), _REFUSED, "cannot be reached", "start it"),
    "hung-up": (
        at(),
        broken("RemoteProtocolError", "Server disconnected without sending a response."),
        "gave no whole answer",
        "try again later",
    ),
    "redirect": (at(), http(307), "redirects to another address", "put that address into its `base_url`"),
    "firewall": (at(), http(403, _PAGE), "answers with a page for browsers", "the network, the proxy"),
    "no-v1": (at("https://api.acme.test"), http(404), "has nothing at this address", "most end in `/v1`"),
}


@pytest.mark.parametrize(("endpoint", "failure", "said", "hint"), TROUBLES.values(), ids=TROUBLES)
def test_a_trouble_is_told_with_what_mends_it(
    endpoint: Endpoint, failure: Failure, said: str, hint: str
) -> None:
    """In words for people; the number of an error of the operating system is not among them."""
    told = tell(endpoint, failure)
    assert told.what.startswith(f"`acme` at `{endpoint.origin}` {said}")
    assert hint in str(told.hint)
    assert "Errno" not in told.what


def test_nobody_is_told_to_add_what_is_there() -> None:
    """An address that ends in `/v1` lacks something else."""
    assert tell(at(), http(404)).hint == "look at the path of its `base_url`"
