"""A provider's routes are found at whatever address an endpoint goes to."""

from __future__ import annotations

import pytest

from hermes_fallback.catalog.addresses import list_url, rebased, respelt
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.providers.profile import ProviderProfile

_BASE = "https://api.acme.test/v1"
_ROOTED = "http://127.0.0.1:1234/api/v1/models"

LISTS = {
    "below": ({}, _BASE, f"{_BASE}/models"),
    "slash-at-the-end": ({}, f"{_BASE}/", f"{_BASE}/models"),
    "elsewhere": ({}, "http://box:8000/v1", "http://box:8000/v1/models"),
    "own-url": ({"models_url": "https://list.acme.test/all"}, _BASE, "https://list.acme.test/all"),
    "own-url-of-another-host-elsewhere": (
        {"models_url": "https://list.acme.test/all"},
        "http://box/v1",
        "http://box/v1/models",
    ),
    "from-the-root": (
        {"base_url": "http://127.0.0.1:1234/v1", "models_url": _ROOTED},
        "http://127.0.0.1:1234/v1",
        _ROOTED,
    ),
    "from-the-root-elsewhere": (
        {"base_url": "http://127.0.0.1:1234/v1", "models_url": _ROOTED},
        "http://192.168.0.9:1/v1",
        "http://192.168.0.9:1/api/v1/models",
    ),
    "one-v1-where-both-have-it": (
        {"models_path": "/v1/models"},
        "https://relay.test/anthropic/v1",
        "https://relay.test/anthropic/v1/models",
    ),
    "none": ({"models_path": ""}, _BASE, None),
}


@pytest.mark.parametrize(("facts", "base_url", "url"), LISTS.values(), ids=LISTS)
def test_where_models_are_listed(facts: dict[str, str], base_url: str, url: str | None) -> None:
    """At the endpoint's own address, unless the profile names another one for its own."""
    profile = ProviderProfile(**{"name": "acme", "base_url": _BASE, **facts})
    assert list_url(profile, Endpoint(provider="acme", base_url=base_url)) == url


ROUTES = {
    "at-home": (f"{_BASE}/key", _BASE, f"{_BASE}/key"),
    "same-host-at-home": ("https://api.acme.test/user/balance", _BASE, "https://api.acme.test/user/balance"),
    "below": (f"{_BASE}/key?x=1", "http://box:1/relay/v1/", "http://box:1/relay/v1/key?x=1"),
    "same-host": ("https://api.acme.test/user/balance", "http://box:1/v1", "http://box:1/user/balance"),
    "only-looks-alike": ("https://api.acme.test/v11/key", "http://box/v1", "http://box/v11/key"),
    "another-host": ("https://acme.test/whoami", "http://box/v1", None),
    "another-port": ("https://api.acme.test:8443/v1/key", "http://box/v1", None),
}


@pytest.mark.parametrize(("url", "base_url", "moved"), ROUTES.values(), ids=ROUTES)
def test_a_route_moves_with_the_endpoint(url: str, base_url: str, moved: str | None) -> None:
    """It stays below the base URL, or on the host; a route of a third host stays where it is."""
    profile = ProviderProfile(name="acme", base_url=_BASE)
    assert rebased(url, profile, Endpoint(provider="acme", base_url=base_url)) == moved


@pytest.mark.parametrize(
    ("base_url", "other"),
    [("http://box", "http://box/v1"), ("http://box/v1/", "http://box"), (_BASE, None)],
    ids=["forgotten", "too-many", "own"],
)
def test_the_other_spelling_of_an_address(base_url: str, other: str | None) -> None:
    """With `/v1`, or without; the profile's own address is right as it is."""
    profile = ProviderProfile(name="acme", base_url=_BASE)
    found = respelt(profile, Endpoint(provider="acme", base_url=base_url))
    assert (found and found.base_url) == other
