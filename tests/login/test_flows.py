"""The flows by themselves, against the server, with a clock that nobody waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from office import PLACES
from people import Someone

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.errors import CredentialError, FallbackError, SystemRefused
from hermes_fallback.login.sign_in import SignedIn, client_of, keep, sign_in
from hermes_fallback.providers import Registry
from hermes_fallback.transport.synchronous import Carrier
from tests.oauth_server import OAuthServer

SignIn = Callable[..., SignedIn]


@dataclass
class Clerk:
    """Signs in to the bundled providers at the server."""

    server: OAuthServer
    carrier: Carrier
    env: Path

    def __call__(
        self, name: str, person: Someone, *, environ: Mapping[str, str] | None = None, **changes: Any
    ) -> SignedIn:
        """What *person* gets for the provider *name*; *changes* are made to how one signs in."""
        profile = Registry().get(name)
        assert profile.oauth
        places = {key: self._filled(value) for key, value in PLACES[name].items()}
        oauth = profile.oauth.but(**{"interval_s": 0.05, **places, **changes})
        known = {"HERMES_GEMINI_CLIENT_SECRET": "client-secret-0123456789", **(environ or {})}
        moved = profile.but(oauth=oauth)
        return sign_in(moved, client_of(moved, Environment.of(self.env, known)), self.carrier, person)

    def _filled(self, value: object) -> object:
        return value.format(self.server.url) if isinstance(value, str) else value


@pytest.fixture
def clerk(server: OAuthServer, tmp_path: Path) -> Iterator[Clerk]:
    """Signs in; the office is empty."""
    with Carrier() as carrier:
        yield Clerk(server, carrier, tmp_path / ".env")


def test_a_server_that_wants_to_be_asked_less_is_asked_five_seconds_later(clerk: Clerk) -> None:
    """RFC 8628, 3.5: the wait grows by five seconds each time, and stays so."""
    clerk.server.set(interval=2, slow_down=2)
    someone = Someone()
    clerk("nous", someone)
    assert someone.waits == [2, 2, 7, 12]


@pytest.mark.parametrize(
    ("interval", "own_s", "waited_s"),
    [(7, 5.0, 7), (0, 5.0, 5.0), ("soon", 5.0, 5.0), (0.001, 5.0, 1.0), (-3, 5.0, 5.0)],
    ids=["named", "zero", "no-number", "too-often", "negative"],
)
def test_the_server_says_how_often_it_is_asked(
    clerk: Clerk, interval: object, own_s: float, waited_s: float
) -> None:
    """Its interval holds; nonsense is the profile's own, and nobody is asked more than once a second."""
    clerk.server.set(interval=interval)
    someone = Someone()
    clerk("nous", someone, interval_s=own_s)
    assert set(someone.waits) == {waited_s}


def test_nobody_waits_longer_than_the_code_lives(clerk: Clerk) -> None:
    """The wait ends with the code, and is told as such."""
    clerk.server.set(answer="wait", interval=60, expires_in=300)
    someone = Someone()
    with pytest.raises(CredentialError, match="not completed in time"):
        clerk("nous", someone)
    assert sum(someone.waits) == pytest.approx(300)


@pytest.mark.parametrize(
    ("failure", "why"),
    [([503, {"error": "unavailable"}], "unavailable"), ([429, {}], "HTTP 429")],
    ids=["down", "throttled"],
)
def test_a_server_that_fails_for_a_while_is_asked_again(
    clerk: Clerk, failure: list[object], why: str
) -> None:
    """A sign-in does not end because one poll did not get through; it ends with the code, and says what it met."""
    clerk.server.set(fail=failure, expires_in=60)
    with pytest.raises(CredentialError, match="not completed in time") as caught:
        clerk("nous", Someone())
    assert len(clerk.server.requests("/token")) == 5
    assert caught.value.why == why


def test_a_server_that_is_away_gives_no_code(clerk: Clerk) -> None:
    """Exit 8, and where it was looked for."""
    with pytest.raises(SystemRefused, match="could not be asked"):
        clerk("nous", Someone(), device_url="http://127.0.0.1:9/device")


def test_a_device_code_is_polled_for_until_somebody_has_typed_it(clerk: Clerk) -> None:
    """OpenAI's own polling: 403 and 404 mean not yet; then the code is exchanged with the server's own verifier."""
    clerk.server.set(pending=3)
    clerk("openai-codex", Someone())
    (exchange,) = clerk.server.requests("/token")
    assert len(clerk.server.requests("/codex/poll")) == 4
    assert exchange["form"]["grant_type"] == "authorization_code"
    assert exchange["form"]["redirect_uri"].endswith("/deviceauth/callback")


def test_a_throttled_sign_in_is_told(clerk: Clerk) -> None:
    """A token endpoint that is too busy for the exchange is no bad sign-in, and its words are shown."""
    clerk.server.set(fail=[429, {"error": {"code": "rate_limited", "message": "come back later"}}])
    with pytest.raises(CredentialError) as caught:
        clerk("openai-codex", Someone())
    assert caught.value.why == "come back later"


@pytest.mark.parametrize("name", ["qwen-oauth", "minimax-oauth"])
def test_a_device_flow_proves_who_asked(clerk: Clerk, name: str) -> None:
    """The challenge goes out with the first request and the verifier with the polls; the server compares them."""
    clerk(name, Someone())
    first, *polls = clerk.server.requests()
    assert first["form"]["code_challenge_method"] == "S256"
    assert all(len(each["form"]["code_verifier"]) == 86 for each in polls)


@pytest.mark.parametrize(
    ("told", "end"),
    [
        ({"expired_in": 1_800_000_900_000}, 900),
        ({"expired_in": 1_800_000_900}, 900),
        ({"expired_in": 900}, 900),
    ],
    ids=["milliseconds", "seconds", "from-now"],
)
def test_minimax_says_when_in_three_ways(clerk: Clerk, told: dict[str, int], end: int) -> None:
    """A code ends at a time, in milliseconds or in seconds, or after some seconds."""
    clerk.server.set(minimax={**told, "interval": 100_000}, answer="wait")
    someone = Someone(began=1_800_000_000)
    with pytest.raises(CredentialError, match="not completed in time"):
        clerk("minimax-oauth", someone)
    assert sum(someone.waits) == pytest.approx(end)


def test_an_answer_to_another_request_is_refused(clerk: Clerk) -> None:
    """A state that is not ours ends it before anybody types a code."""
    clerk.server.set(minimax={"state": "another"})
    someone = Someone()
    with pytest.raises(CredentialError) as caught:
        clerk("minimax-oauth", someone)
    assert (caught.value.why, someone.shown) == ("its answer belongs to another request", [])


def test_the_code_grant_proves_who_asked_and_comes_back_to_a_free_port(clerk: Clerk) -> None:
    """S256, a state, and a port that the system chose; Google is asked for what lasts."""
    someone = Someone(browses=True)
    signed_in = clerk("google-gemini-cli", someone)
    asked = someone.asked
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
    assert signed_in.project == "cloud-project"


def test_a_taken_port_gives_way_to_a_free_one(clerk: Clerk) -> None:
    """The address that the profile names is only preferred."""
    port = clerk.server.url.rpartition(":")[2]
    someone = Someone(browses=True)
    clerk("google-gemini-cli", someone, redirect_uri=f"http://127.0.0.1:{port}/oauth2callback")
    assert f":{port}/" not in someone.asked["redirect_uri"]


BACK = {
    "wrong-state": ({"state": "another"}, "another request"),
    "no-state": ({"state": None}, "another request"),
    "declined": ({"error": "access_denied", "code": None}, "access_denied"),
    "no-code": ({"code": None}, "no code came back"),
}


@pytest.mark.parametrize(("callback", "why"), BACK.values(), ids=BACK)
def test_what_comes_back_wrong_ends_it(clerk: Clerk, callback: dict[str, object], why: str) -> None:
    """The state is compared first, whatever else is there; no code is exchanged."""
    clerk.server.set(callback=callback)
    with pytest.raises(CredentialError) as caught:
        clerk("google-gemini-cli", Someone(browses=True))
    assert why in str(caught.value.why)
    assert clerk.server.requests("/token") == []


def test_nobody_comes_back(clerk: Clerk) -> None:
    """The wait for the browser ends."""
    with pytest.raises(CredentialError, match="not completed in time"):
        clerk("google-gemini-cli", Someone(), deadline_s=0.05)


def test_the_address_can_be_pasted(clerk: Clerk) -> None:
    """Over SSH the browser ends at a page that does not load; its address holds all that is needed, the state too."""
    with pytest.raises(CredentialError) as caught:
        clerk("google-gemini-cli", Someone(pastes="http://127.0.0.1:1/oauth2callback?code=c&state=not-ours"))
    assert "another request" in str(caught.value.why)


@pytest.mark.parametrize(
    "url", ["https://evil.test/token", "https://x.ai.evil.test/token", "http://127.0.0.1@evil.test/"]
)
def test_endpoints_at_other_hosts_are_not_believed(clerk: Clerk, url: str) -> None:
    """A discovery document may name the provider's own hosts alone; nothing is sent anywhere else."""
    clerk.server.set(discovery={"token_endpoint": url})
    with pytest.raises(CredentialError, match="does not say where"):
        clerk("xai-oauth", Someone())
    assert [each["path"] for each in clerk.server.requests()] == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        ("https://inference-api.nousresearch.com/v2", True),
        ("http://inference-api.nousresearch.com/v2", False),
        ("https://inference-api.nousresearch.com.evil.test/v1", False),
        ("https://evil.test/v1", False),
    ],
    ids=["own", "in-clear", "look-alike", "foreign"],
)
def test_where_requests_go_is_believed_of_its_own_host_alone(
    clerk: Clerk, tmp_path: Path, told: str, believed: bool
) -> None:
    """An answer may move requests within the provider, and never away from it."""
    clerk.server.set(told={"inference_base_url": told})
    auth = AuthFile(tmp_path / "auth.json")
    keep(clerk("nous", Someone()), auth)
    kept = auth.read().state("nous")["inference_base_url"]
    assert kept == (told if believed else "https://inference-api.nousresearch.com/v1")


def test_a_sign_in_that_would_not_last_is_none(clerk: Clerk) -> None:
    """Without a refresh token the person would be asked again within the hour."""
    clerk.server.set(told={"refresh_token": ""})
    with pytest.raises(CredentialError) as caught:
        clerk("xai-oauth", Someone())
    assert "no refresh token" in str(caught.value.why)


PROJECTS = {
    "own": ("cloud-project", {}, "cloud-project"),
    "named": ("cloud-project", {"GOOGLE_CLOUD_PROJECT": "mine"}, "mine"),
    "made": (None, {}, "onboarded-project"),
}


@pytest.mark.parametrize(("project", "environ", "found"), PROJECTS.values(), ids=PROJECTS)
def test_the_project_is_the_named_one_else_the_accounts(
    clerk: Clerk, project: str | None, environ: dict[str, str], found: str
) -> None:
    """An account without one gets one made, which takes a while."""
    clerk.server.set(project=project, pending=2)
    assert clerk("google-gemini-cli", Someone(browses=True), environ=environ).project == found


@pytest.mark.parametrize("project", ["", {"id": ""}, 7], ids=["empty", "no-id", "no-text"])
def test_an_account_without_a_project_is_told_the_variable(clerk: Clerk, project: object) -> None:
    """Nothing is stored; the person knows a project, or asks whoever gave the licence."""
    clerk.server.set(project=project)
    with pytest.raises(CredentialError, match="no project") as caught:
        clerk("google-gemini-cli", Someone(browses=True))
    assert "HERMES_GEMINI_PROJECT_ID=PROJECT" in str(caught.value.hint)


def test_a_client_of_ones_own_replaces_the_bundled_one(clerk: Clerk) -> None:
    """Its id and its secret come from variables."""
    environ = {"HERMES_GEMINI_CLIENT_ID": "my-client", "HERMES_GEMINI_CLIENT_SECRET": "my-secret-0123456789"}
    someone = Someone(browses=True)
    clerk("google-gemini-cli", someone, environ=environ)
    (exchange,) = clerk.server.requests("/token")
    assert (someone.asked["client_id"], exchange["form"]["client_id"]) == ("my-client", "my-client")
    assert exchange["form"]["client_secret"] == "my-secret-0123456789"


def test_an_echo_of_what_we_sent_is_not_repeated(clerk: Clerk) -> None:
    """A server that puts the secret of the request into its error does not get it onto the screen."""
    clerk.server.set(fail=[400, {"error": "invalid_client", "error_description": "no: my-secret-0123456789"}])
    environ = {"HERMES_GEMINI_CLIENT_SECRET": "my-secret-0123456789"}
    with pytest.raises(FallbackError) as caught:
        clerk("google-gemini-cli", Someone(browses=True), environ=environ)
    assert caught.value.why == "no: ********"
