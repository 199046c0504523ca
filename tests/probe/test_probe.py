"""A probe says what one free request can tell, and sends no key where it does not belong."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hermes_fallback.loopback.server import Loopback
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.origin import Origin
from hermes_fallback.probe.probe import Checked, probe
from hermes_fallback.providers.profile import Probe, ProviderProfile
from hermes_fallback.secret import Secret
from hermes_fallback.transport.synchronous import Carrier

_KEY = "sk-planted-0123456789"
_SHORT_S = 0.3
_FAR = "https://api.acme.test/v1"
"""The profile's own address where the endpoint goes elsewhere."""

Play = Callable[..., Loopback]


@pytest.fixture
def play() -> Iterator[Play]:
    """Starts providers, each described by a mapping; one without a name is called `acme`."""
    with contextlib.ExitStack() as running:
        yield lambda *specs: running.enter_context(Loopback([{"name": "acme", **spec} for spec in specs]))


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """A carrier that is closed afterwards."""
    with Carrier() as made:
        yield made


def acme(base_url: str, **facts: Any) -> ProviderProfile:
    """A profile at *base_url*, with the key as its own variable."""
    return ProviderProfile(**{"name": "acme", "base_url": base_url, "env_vars": ("ACME_API_KEY",), **facts})


def at(base_url: str, key: str | None = _KEY) -> Endpoint:
    """An endpoint whose key may go there and nowhere else."""
    credential = key and Credential(
        secret=Secret(key), source="env", name="ACME_API_KEY", origins=frozenset({Origin.of(base_url)})
    )
    return Endpoint(provider="acme", base_url=base_url, credential=credential or None)


def outcome(checked: Checked) -> tuple[str, str, str | None]:
    """Verdict, stage and reason."""
    return checked.verdict, checked.stage, checked.reason


ANSWERS: dict[str, tuple[dict[str, Any], tuple[str, str, str | None], int | None]] = {
    "accepted": ({"key": _KEY}, ("ok", "authenticate", None), 200),
    "refused": ({"key": "another"}, ("failed", "authenticate", "auth"), 401),
    "forbidden": ({"list_script": ["forbidden"]}, ("failed", "authenticate", "auth"), 403),
    "no-credit": (
        {"list_script": [{"behaviour": "quota", "status": 402}]},
        ("failed", "authenticate", "quota"),
        402,
    ),
    "spent": ({"list_script": ["quota"]}, ("failed", "authenticate", "quota"), 429),
    "busy": ({"list_script": ["rate_limit"]}, ("unverified", "authenticate", "rate_limit"), 429),
    "broken": ({"list_script": ["server_error"]}, ("unverified", "authenticate", "server_error"), 500),
    "overloaded": ({"list_script": ["overloaded"]}, ("unverified", "authenticate", "overloaded"), 503),
    "gateway": ({"list_script": ["bad_gateway"]}, ("unverified", "authenticate", "server_error"), 502),
    "nothing-there": (
        {"list_script": ["not_found"]},
        ("unverified", "authenticate", "endpoint_not_found"),
        404,
    ),
    "page": ({"list_script": ["html"]}, ("unverified", "authenticate", "endpoint_not_found"), 200),
    "firewall": (
        {"list_script": [{"behaviour": "html", "status": 403, "title": "Just a moment"}]},
        ("unverified", "authenticate", "auth"),
        403,
    ),
    "error-in-200": ({"list_script": ["error_in_200"]}, ("unverified", "authenticate", "server_error"), 200),
    "denied-in-200": (
        {"list_script": [{"behaviour": "error_in_200", "code": "invalid_api_key", "message": "bad key"}]},
        ("failed", "authenticate", "auth"),
        200,
    ),
    "silent": ({"list_script": ["hang"]}, ("unverified", "authenticate", "timeout"), None),
    "dribbling": ({"list_script": ["keepalive_only"]}, ("unverified", "authenticate", "timeout"), None),
    "nobody-there": ({"script": ["refuse"]}, ("failed", "reach", "connection"), None),
    "hangs-up": ({"list_script": ["refuse"]}, ("failed", "reach", "connection"), None),
}


@pytest.mark.parametrize(("spec", "expected", "status"), ANSWERS.values(), ids=ANSWERS)
def test_the_model_list_tells_what_it_can(
    play: Play,
    carrier: Carrier,
    spec: dict[str, Any],
    expected: tuple[str, str, str | None],
    status: int | None,
) -> None:
    """Without a probe of its own a provider is asked for its models, within the time, in words without the key."""
    base_url = play(spec).base_url("acme")
    checked = probe(acme(base_url), at(base_url), carrier, timeout_s=_SHORT_S)
    assert (outcome(checked), checked.status) == (expected, status)
    assert (checked.latency_ms is not None) == (status is not None)
    assert "`acme`" in checked.what
    assert _KEY not in repr(checked)


def test_the_profiles_own_probe_is_asked(play: Play, carrier: Carrier) -> None:
    """Rather than the list, which may be open to everybody."""
    loopback = play({"key": _KEY, "public_list": True})
    base_url = loopback.base_url("acme")
    profile = acme(base_url, models_public=True, probe=Probe(url=f"{base_url}/key"))
    assert outcome(probe(profile, at(base_url), carrier)) == ("ok", "authenticate", None)
    assert outcome(probe(profile, at(base_url, "wrong"), carrier)) == ("failed", "authenticate", "auth")
    assert {one.path for one in loopback.received()} == {"/v1/key"}


def test_a_probe_says_which_statuses_mean_what(play: Play, carrier: Carrier) -> None:
    """A bad key is a 400 at some, and a 403 means nothing at others."""
    base_url = play({"list_script": ["context_overflow", "forbidden"]}).base_url("acme")
    profile = acme(base_url, probe=Probe(url=f"{base_url}/models", rejects=(400,)))
    assert outcome(probe(profile, at(base_url), carrier)) == ("failed", "authenticate", "auth")
    untold = probe(profile, at(base_url), carrier)
    assert outcome(untold) == ("unverified", "authenticate", "auth")
    assert "refuses the key" not in untold.what


def test_a_probe_may_carry_the_key_in_another_header(play: Play, carrier: Carrier) -> None:
    """Where the route belongs to another surface of the provider."""
    loopback = play({})
    base_url = loopback.base_url("acme")
    own = Probe(url=f"{base_url}/key", auth_header="x-goog-api-key", headers={"acme-version": "1"})
    probe(acme(base_url, probe=own), at(base_url), carrier)
    sent = loopback.received()[0].headers
    assert (sent["x-goog-api-key"], sent["acme-version"], "authorization" in sent) == (_KEY, "1", False)


@pytest.mark.parametrize("url", [f"{_FAR}/key", "https://api.acme.test/v1/key"], ids=["below", "same-host"])
def test_at_another_address_the_probe_is_asked_there(play: Play, carrier: Carrier, url: str) -> None:
    """A relay's key is proved by the relay."""
    loopback = play({"key": _KEY})
    checked = probe(acme(_FAR, probe=Probe(url=url)), at(loopback.base_url("acme")), carrier)
    assert outcome(checked) == ("ok", "authenticate", None)
    assert loopback.received()[0].path == "/v1/key"


def test_a_probe_on_a_host_of_its_own_gets_the_key_only_from_home(play: Play, carrier: Carrier) -> None:
    """At the profile's own address that host is the provider, too; a relay's key is none of its business."""
    loopback = play({"name": "hub", "key": _KEY}, {"key": _KEY})
    base_url = loopback.base_url("acme")
    own = Probe(url=f"{loopback.base_url('hub')}/key")
    assert probe(acme(base_url, probe=own), at(base_url), carrier).verdict == "ok"
    assert [one.path for one in loopback.received("hub")] == ["/v1/key"]
    assert probe(acme(_FAR, probe=own), at(base_url), carrier).verdict == "ok"
    assert len(loopback.received("hub")) == 1
    assert [one.path for one in loopback.received("acme")] == ["/v1/models"]


def test_a_probe_without_tls_gets_no_key_from_a_host_with_it(play: Play, carrier: Carrier) -> None:
    """However the profile came to name it: the host itself is asked, and the other hears nothing."""
    loopback = play({"name": "hub"})
    profile = acme(_FAR, probe=Probe(url=f"{loopback.base_url('hub')}/key"), models_path="")
    assert probe(profile, at(_FAR), carrier).verdict == "unverified"
    assert loopback.received() == ()


def test_the_credential_itself_is_not_widened(play: Play, carrier: Carrier) -> None:
    """What the probe may do, nobody else may afterwards."""
    loopback = play({"name": "hub"}, {})
    endpoint = at(loopback.base_url("acme"))
    probe(acme(endpoint.base_url, probe=Probe(url=f"{loopback.base_url('hub')}/key")), endpoint, carrier)
    assert endpoint.credential is not None
    assert not endpoint.credential.allows(loopback.base_url("hub"))


def test_a_redirect_takes_no_key_along(play: Play, carrier: Carrier) -> None:
    """It is an answer that proves nothing."""
    other = play({"name": "other"})
    step = {"behaviour": "redirect", "to": f"{other.base_url('other')}/key"}
    base_url = play({"list_script": [step]}).base_url("acme")
    checked = probe(acme(base_url), at(base_url), carrier)
    assert (checked.verdict, checked.status) == ("unverified", 307)
    assert other.received() == ()


@pytest.mark.parametrize(
    "facts",
    [{}, {"probe": Probe(url="https://api.acme.test/v1/chat/completions", kind="one_token", method="POST")}],
    ids=["no-probe", "one-token"],
)
def test_a_list_for_everybody_proves_no_key(play: Play, carrier: Carrier, facts: dict[str, Any]) -> None:
    """The host is reached without the key, nothing is spent, and the hint says what would tell."""
    loopback = play({"key": "another", "public_list": True})
    base_url = loopback.base_url("acme")
    checked = probe(acme(base_url, models_public=True, **facts), at(base_url), carrier)
    assert outcome(checked) == ("unverified", "authenticate", None)
    assert "hermes chat --provider acme --no-fallback -q hi" in (checked.hint or "")
    assert [(one.method, one.authorization) for one in loopback.received()] == [("GET", None)]


def test_a_relay_of_a_public_list_can_refuse_but_not_prove(play: Play, carrier: Carrier) -> None:
    """It gets its own key: a refusal is one, and an answer may be for everybody."""
    base_url = play({"key": _KEY}).base_url("acme")
    profile = acme(_FAR, models_public=True)
    assert probe(profile, at(base_url), carrier).verdict == "unverified"
    assert outcome(probe(profile, at(base_url, "wrong"), carrier)) == ("failed", "authenticate", "auth")


def test_a_public_list_that_wants_a_key_after_all_refuses_none(play: Play, carrier: Carrier) -> None:
    """Nobody is told that a key is bad which was never sent."""
    base_url = play({"key": _KEY}).base_url("acme")
    checked = probe(acme(base_url, models_public=True), at(base_url), carrier)
    assert outcome(checked) == ("unverified", "authenticate", "auth")
    assert "refuses the key" not in checked.what
    assert "hermes chat --provider acme" in (checked.hint or "")


def test_a_host_that_needs_no_key_is_proved_by_answering(play: Play, carrier: Carrier) -> None:
    """A local server is ready when it is there."""
    base_url = play({}).base_url("acme")
    checked = probe(acme(base_url, auth_type="none"), at(base_url, key=None), carrier)
    assert outcome(checked) == ("ok", "reach", None)


def test_a_local_server_that_is_not_there_must_be_started(play: Play, carrier: Carrier) -> None:
    """The hint says so."""
    base_url = play({"script": ["refuse"]}).base_url("acme")
    checked = probe(acme(base_url, auth_type="none"), at(base_url, key=None), carrier)
    assert outcome(checked) == ("failed", "reach", "connection")
    assert "start it" in (checked.hint or "")


def test_a_server_that_wants_a_key_after_all_fails(play: Play, carrier: Carrier) -> None:
    """A request without one would be turned away."""
    base_url = play({"key": _KEY}).base_url("acme")
    checked = probe(acme(base_url, auth_type="none"), at(base_url, key=None), carrier)
    assert outcome(checked) == ("failed", "authenticate", "auth")
    assert "wants a key" in checked.what


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"probe": Probe(url=_FAR, kind="process_start")}, "starting its program"),
        ({"probe": Probe(url=_FAR, kind="token_mint")}, "access token"),
        ({"auth_type": "virtual"}, "runs other providers"),
        ({"models_path": ""}, "no request that is for nothing"),
    ],
    ids=["process", "token", "virtual", "nothing-to-ask"],
)
def test_what_no_free_request_tells_is_not_asked(
    play: Play, carrier: Carrier, facts: dict[str, Any], words: str
) -> None:
    """It stays unverified, and what it would take is said."""
    loopback = play({})
    base_url = loopback.base_url("acme")
    checked = probe(acme(base_url, **facts), at(base_url), carrier)
    assert outcome(checked) == ("unverified", "reach", None)
    assert words in checked.what
    assert loopback.received() == ()


@pytest.mark.parametrize("behaviour", ["unauthorized", "error_in_200"])
def test_an_echo_of_the_key_is_not_repeated(play: Play, carrier: Carrier, behaviour: str) -> None:
    """Some providers quote the key that they refuse, whatever keys look like there."""
    key = "violetheronseven"
    step = {"behaviour": behaviour, "message": f"who is {key} to us"}
    base_url = play({"list_script": [step]}).base_url("acme")
    checked = probe(acme(base_url), at(base_url, key), carrier)
    assert "who is ***" in checked.what
    assert key not in repr(checked)


@pytest.mark.parametrize("flag", ["api_key_blocked", "api_key_disabled", "team_blocked"])
def test_an_account_that_is_barred_fails(play: Play, carrier: Carrier, flag: str) -> None:
    """Its route answers 200 all the same, and says so in a flag."""
    step = {"behaviour": "garbage", "text": f'{{"name": "mine", "{flag}": true}}'}
    base_url = play({"list_script": [step]}).base_url("acme")
    checked = probe(acme(base_url), at(base_url), carrier)
    assert outcome(checked) == ("failed", "authenticate", "auth")
    assert flag in checked.what


def test_a_probe_may_be_a_post_without_a_body(play: Play, carrier: Carrier) -> None:
    """It says that there is none, as servers want to know."""
    loopback = play({})
    base_url = loopback.base_url("acme")
    probe(acme(base_url, probe=Probe(url=f"{base_url}/key", method="POST")), at(base_url), carrier)
    received = loopback.received()[0]
    assert (received.method, received.headers["content-length"]) == ("POST", "0")
