"""Lists come live from real servers, from the cache while young, and from the next best source otherwise."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hermes_fallback.catalog.models import Catalog, Listing
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.secret import Secret
from hermes_fallback.transport.synchronous import Carrier

_KEY = "sk-planted-0123456789"
_SHORT_S = 0.3
_TEN_MINUTES_S = 600.0

Play = Callable[..., Loopback]


@pytest.fixture
def play() -> Iterator[Play]:
    """Starts one provider, called `acme`, which is described by what it is given."""
    with contextlib.ExitStack() as running:
        yield lambda **spec: running.enter_context(Loopback([{"name": "acme", **spec}]))


@pytest.fixture
def clock() -> list[float]:
    """What time it is, to be changed."""
    return [1_000_000.0]


@pytest.fixture
def catalog(tmp_path: Any, clock: list[float]) -> Catalog:
    """A catalog that remembers nothing yet."""
    return Catalog(str(tmp_path / "cache"), now=lambda: clock[0])


def acme(loopback: Loopback, **facts: Any) -> ProviderProfile:
    """The profile of the provider that *loopback* plays."""
    return ProviderProfile(
        **{"name": "acme", "base_url": loopback.base_url("acme"), "default_models": ("default-1",), **facts}
    )


def at(base_url: str, key: str | None = _KEY, **fields: Any) -> Endpoint:
    """An endpoint whose key may go there."""
    credential = key and Credential(
        secret=Secret(key), source="env", name="ACME_API_KEY", origins=frozenset({Origin.of(base_url)})
    )
    return Endpoint(**{"provider": "acme", "base_url": base_url, "credential": credential or None, **fields})


def kind_of(listing: Listing) -> str | None:
    """The kind of what went wrong."""
    return listing.problem and listing.problem.kind


def test_a_live_list_is_the_providers(catalog: Catalog, play: Play) -> None:
    """What it shows, in its order, asked with the key."""
    loopback = play(key=_KEY, catalog=["b", "a"])
    base_url = loopback.base_url("acme")
    listing = catalog.models(acme(loopback), at(base_url))
    assert listing == Listing(models=("b", "a"), source="live", base_url=base_url)
    assert loopback.received()[0].authorization == f"Bearer {_KEY}"


def test_two_thousand_models_are_no_trouble(catalog: Catalog, play: Play) -> None:
    """All of them, in order."""
    names = tuple(f"vendor/model-{number}" for number in range(2000))
    loopback = play(catalog=names)
    assert catalog.models(acme(loopback), at(loopback.base_url("acme"))).models == names


def test_an_empty_list_is_live_and_empty(catalog: Catalog, play: Play) -> None:
    """A server without models is told from one that does not answer."""
    loopback = play(catalog=[])
    listing = catalog.models(acme(loopback), at(loopback.base_url("acme")))
    assert (listing.models, listing.source, listing.problem) == ((), "live", None)


def test_a_young_list_is_not_asked_for_again(catalog: Catalog, clock: list[float], play: Play) -> None:
    """For ten minutes; then it is, and at once where the caller wants it fresh."""
    loopback = play(catalog=["a"])
    profile, endpoint = acme(loopback), at(loopback.base_url("acme"))
    catalog.models(profile, endpoint)
    clock[0] += _TEN_MINUTES_S - 1
    kept = catalog.models(profile, endpoint)
    assert (kept.models, kept.source, kept.age_s) == (("a",), "cache", _TEN_MINUTES_S - 1)
    assert catalog.models(profile, endpoint, fresh=True).source == "live"
    clock[0] += _TEN_MINUTES_S
    assert catalog.models(profile, endpoint).source == "live"
    assert len(loopback.received()) == 3


def test_an_old_list_serves_where_nobody_answers(catalog: Catalog, clock: list[float], play: Play) -> None:
    """With its age, and with what is wrong."""
    loopback = play(catalog=["a"], list_script=["ok", "server_error"])
    profile, endpoint = acme(loopback), at(loopback.base_url("acme"))
    catalog.models(profile, endpoint)
    clock[0] += 86_400
    kept = catalog.models(profile, endpoint)
    assert (kept.models, kept.source, kept.age_s, kind_of(kept)) == (("a",), "cache", 86_400, "server-error")


def test_a_list_from_the_future_is_asked_for_again(catalog: Catalog, clock: list[float], play: Play) -> None:
    """A clock that was set back does not keep a list young for years."""
    loopback = play(catalog=["a"])
    profile, endpoint = acme(loopback), at(loopback.base_url("acme"))
    catalog.models(profile, endpoint)
    clock[0] -= 3600
    assert catalog.models(profile, endpoint).source == "live"


TROUBLES: dict[str, tuple[dict[str, Any], str, str]] = {
    "refused-key": ({"key": "another"}, "refused-key", "refuses the key"),
    "broken": ({"list_script": ["server_error"]}, "server-error", "HTTP 500"),
    "busy": ({"list_script": ["rate_limit"]}, "rate-limit", "rate limited"),
    "silent": ({"list_script": ["hang"]}, "timeout", "did not answer in time"),
    "dribbling": ({"list_script": ["keepalive_only"]}, "timeout", "did not answer in time"),
    "cut": ({"list_script": ["cut"], "catalog": ["a"]}, "connection", "gave no whole answer"),
    "page": ({"list_script": ["html"]}, "endpoint-not-found", "page for browsers"),
    "garbage": ({"list_script": ["garbage"]}, "invalid-response", "makes no sense"),
    "half": ({"list_script": ["truncated_json"], "catalog": ["a"]}, "invalid-response", "makes no sense"),
    "nobody-there": ({"script": ["refuse"]}, "connection", "refused"),
    "no-list": ({"list_script": ["not_found"]}, "endpoint-not-found", "nothing at this address"),
}


@pytest.mark.parametrize(("spec", "kind", "words"), TROUBLES.values(), ids=TROUBLES)
def test_without_a_list_the_defaults_serve(
    catalog: Catalog, play: Play, spec: dict[str, Any], kind: str, words: str
) -> None:
    """The problem says why, in words that hold no key, and the call returns within its time."""
    loopback = play(**spec)
    listing = catalog.models(acme(loopback), at(loopback.base_url("acme")), timeout_s=_SHORT_S)
    assert (listing.models, listing.source, kind_of(listing)) == (("default-1",), "default", kind)
    assert listing.problem is not None
    assert words in listing.problem.what
    assert _KEY not in repr(listing)


def test_a_slow_list_is_waited_for(catalog: Catalog, play: Play) -> None:
    """As long as it keeps within the limit."""
    step = {"behaviour": "slow_first_token", "seconds": 0.2}
    loopback = play(catalog=["a"], list_script=[step])
    assert catalog.models(acme(loopback), at(loopback.base_url("acme"))).models == ("a",)


def test_an_endless_list_is_given_up(catalog: Catalog) -> None:
    """After 8 MiB, however fast it comes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def pour() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[")
            while True:
                connection.sendall(b'"model", ' * 10_000)

    thread = threading.Thread(target=pour)
    thread.start()
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    listing = catalog.models(ProviderProfile(name="acme", base_url=base_url), at(base_url), timeout_s=30)
    thread.join(10)
    listener.close()
    assert listing.problem is not None
    assert "larger than 8 MiB" in listing.problem.what


def test_a_redirect_is_not_followed(catalog: Catalog) -> None:
    """The key stays with the host that it was meant for, and so does the request."""
    with Loopback([{"name": "other", "catalog": ["stolen"]}]) as other:
        step = {"behaviour": "redirect", "to": f"{other.base_url('other')}/models"}
        with Loopback([{"name": "acme", "list_script": [step]}]) as loopback:
            listing = catalog.models(acme(loopback), at(loopback.base_url("acme")))
        assert kind_of(listing) == "endpoint-not-found"
        assert other.received() == ()


def test_a_public_list_is_asked_without_the_key(catalog: Catalog, play: Play) -> None:
    """Nobody needs to know who asks."""
    loopback = play(key=_KEY, public_list=True, catalog=["a"])
    profile = acme(loopback, models_public=True)
    assert catalog.models(profile, at(loopback.base_url("acme"))).models == ("a",)
    assert loopback.received()[0].authorization is None


def test_a_key_of_another_host_stays_at_home(catalog: Catalog, play: Play) -> None:
    """A list on a host that the credential does not name is asked without key and without headers."""
    loopback = play(catalog=["a"])
    profile = acme(
        loopback, base_url="http://127.0.0.1:9/v1", models_url=f"{loopback.base_url('acme')}/models"
    )
    listing = catalog.models(profile, at("http://127.0.0.1:9/v1", headers={"x-mine": "private"}))
    assert listing.models == ("a",)
    assert {"authorization", "x-mine"}.isdisjoint(loopback.received()[0].headers)


def test_headers_and_the_name_of_the_keys_header_are_the_endpoints(catalog: Catalog, play: Play) -> None:
    """Providers that want a version, or the bare key, get it."""
    loopback = play(catalog=["a"])
    endpoint = at(
        loopback.base_url("acme"), auth_header="x-api-key", auth_scheme="", headers={"acme-version": "1"}
    )
    catalog.models(acme(loopback), endpoint)
    sent = loopback.received()[0].headers
    assert (sent["x-api-key"], sent["acme-version"], "authorization" in sent) == (_KEY, "1", False)


@pytest.mark.parametrize("tail", ["", "/v1/v1"], ids=["forgotten", "twice"])
def test_a_misspelt_address_is_mended(catalog: Catalog, play: Play, tail: str) -> None:
    """Where a custom address has nothing, it is tried with `/v1` added or removed; the list says which it was."""
    loopback = play(key=_KEY, catalog=["a"])
    right = loopback.base_url("acme")
    profile = ProviderProfile(name="custom", auth_type="none")
    listing = catalog.models(profile, at(right.removesuffix("/v1") + tail))
    assert (listing.models, listing.source, listing.base_url) == (("a",), "live", right)


def test_a_mended_address_may_still_refuse_the_key(catalog: Catalog, play: Play) -> None:
    """What the right address says counts, not that the wrong one has nothing."""
    loopback = play(catalog=["a"], list_script=["unauthorized"])
    profile = ProviderProfile(name="custom", auth_type="none")
    assert (
        kind_of(catalog.models(profile, at(loopback.base_url("acme").removesuffix("/v1")))) == "refused-key"
    )


def test_an_own_address_is_asked_once(catalog: Catalog, play: Play) -> None:
    """The profile knows how its own is spelt."""
    loopback = play(list_script=["not_found"])
    catalog.models(acme(loopback), at(loopback.base_url("acme")))
    assert [one.path for one in loopback.received()] == ["/v1/models"]


def test_a_provider_without_a_list_is_not_asked(catalog: Catalog, play: Play) -> None:
    """Its defaults serve, and the problem says that there is nothing to ask."""
    loopback = play()
    listing = catalog.models(acme(loopback, models_path=""), at(loopback.base_url("acme")))
    assert (listing.models, kind_of(listing)) == (("default-1",), "no-model-list")
    assert loopback.received() == ()


def test_a_host_that_wants_a_key_says_so(catalog: Catalog, play: Play) -> None:
    """It is not told that a key was refused that nobody sent."""
    loopback = play(key=_KEY)
    listing = catalog.models(acme(loopback), at(loopback.base_url("acme"), key=None))
    assert listing.problem is not None
    assert "wants a key" in listing.problem.what


def test_certificates_that_cannot_be_read_are_a_problem(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wizard goes on with the defaults, and says what to mend."""
    monkeypatch.setenv("SSL_CERT_FILE", "/missing.pem")
    profile = ProviderProfile(name="acme", base_url="https://127.0.0.1:9/v1", default_models=("d",))
    listing = catalog.models(profile, at("https://127.0.0.1:9/v1"))
    assert (listing.models, kind_of(listing)) == (("d",), "certificates")


def test_a_carrier_is_used_again(tmp_path: Any, play: Play) -> None:
    """Several lists of one host need one connection."""
    loopback = play(catalog=["a"])
    with Carrier() as carrier:
        catalog = Catalog(str(tmp_path), carrier)
        for _ in range(2):
            catalog.models(acme(loopback), at(loopback.base_url("acme")), fresh=True)
    assert loopback.connections("acme") == 1
