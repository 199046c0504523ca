"""What a profile may say about how one signs in."""

from __future__ import annotations

from typing import Any

import pytest

from hermes_fallback.providers import OAuth, ProviderProfile, Registry
from hermes_fallback.providers.checks import check

WRONG = {
    "flow": ({"flow": "magic"}, "no way to sign in"),
    "layout": ({"layout": "deep"}, "no layout"),
    "in-clear": ({"token_url": "http://auth.acme.test/token"}, "not https"),
    "no-address": ({"project_url": "acme"}, "not an http(s) address"),
    "kept": ({"kept": {"region": 1}}, "mapping of texts"),
    "seconds": ({"interval_s": -1}, "number of seconds"),
}


@pytest.mark.parametrize(("fields", "fault"), WRONG.values(), ids=WRONG)
def test_a_wrong_way_to_sign_in_is_refused(fields: dict[str, Any], fault: str) -> None:
    """Registration says what is wrong, before anybody signs in."""
    profile = ProviderProfile(name="acme", base_url="https://api.acme.test/v1", oauth=OAuth(**fields))
    assert fault in str(check(profile))


def test_a_sign_in_on_this_machine_needs_no_seal() -> None:
    """A server of one's own, on loopback, may be asked in clear."""
    oauth = OAuth(device_url="http://127.0.0.1:8080/device", token_url="http://localhost/token")
    assert check(ProviderProfile(name="acme", oauth=oauth)) is None


URLS = {
    "own": ("https://acme.test/token", True),
    "below": ("https://auth.acme.test:8443/token", True),
    "in-clear": ("http://acme.test/token", False),
    "look-alike": ("https://acme.test.evil.test/token", False),
    "suffix": ("https://evilacme.test/token", False),
    "user-info": ("https://acme.test@evil.test/token", False),
    "user-at-own": ("https://evil@acme.test/token", False),
    "no-address": ("acme.test", False),
}


@pytest.mark.parametrize(("url", "believed"), URLS.values(), ids=URLS)
def test_an_address_in_an_answer_is_believed_of_known_hosts_alone(url: str, believed: bool) -> None:
    """Tokens go there, so it is https, at a host of the profile or below it."""
    assert OAuth(hosts=("acme.test",)).believes(url) is believed


def test_without_hosts_nothing_is_believed() -> None:
    """The default is not to follow."""
    assert not OAuth().believes("https://acme.test/token")


@pytest.mark.parametrize("name", [each.name for each in Registry().profiles() if each.oauth])
def test_no_bundled_sign_in_pretends_to_be_another_program(name: str) -> None:
    """The headers that its requests carry name no product."""
    oauth = Registry().get(name).oauth
    assert oauth
    words = ("user-agent", "originator", "editor", "integration", "client")
    assert not any(word in header.lower() for header in oauth.headers for word in words)
