"""Staying signed in: a sign-in in auth.json is renewed in time, in its place, and for good or for now not at all."""

from __future__ import annotations

import base64
import json
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from grants import NOW, OLD, REFRESH, Replies, found_in, iso, kept, profile_of, sign_in

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.errors import CredentialError
from hermes_fallback.login.renewal import Renewer
from hermes_fallback.model.credential import Credential
from hermes_fallback.providers import ProviderProfile
from tests.oauth_server import OAuthServer

PROVIDERS = {
    "nous": "/token",
    "openai-codex": "/token",
    "xai-oauth": "/token",
    "qwen-oauth": "/token",
    "minimax-oauth": "/minimax/token",
}


@pytest.fixture(scope="module")
def running() -> Iterator[OAuthServer]:
    with OAuthServer() as server:
        yield server


@pytest.fixture
def server(running: OAuthServer) -> OAuthServer:
    """One for all tests of this module."""
    return running


def issued(server: OAuthServer, profile: ProviderProfile) -> dict[str, Any]:
    """A token pair, as if somebody had signed in to *profile*."""
    assert profile.oauth is not None
    return server.issue(profile.oauth.client_id)


def add_entry(path: Path, profile: ProviderProfile, **fields: object) -> str:
    """A pool's entry of *profile* in place of its state."""
    document = kept(path)
    state = document["providers"].pop(profile.name)
    path.write_text(json.dumps(document))
    with AuthFile(path).locked() as edit:
        entry = {"label": "work", "auth_type": "oauth", "source": "manual:device_code", **state, **fields}
        return edit.add(profile.name, entry).id


@pytest.mark.parametrize(("provider", "route"), PROVIDERS.items(), ids=PROVIDERS)
def test_a_refused_token_is_renewed_where_it_stands(
    provider: str, route: str, server: OAuthServer, home: Path, renewer: Renewer
) -> None:
    """In the shape in which it was kept; everything else stays, and the next one who asks finds the new pair."""
    profile = profile_of(provider, server.url + route)
    path = sign_in(home, profile, issued(server, profile))
    credential = found_in(path, profile)
    before = kept(path)["providers"][provider]
    fresh = renewer.renew(credential, refused=True, now=NOW)
    after = kept(path)["providers"][provider]
    assert fresh.secret != credential.secret
    assert (fresh.account, fresh.origins, fresh.grant) == (
        credential.account,
        credential.origins,
        credential.grant,
    )
    assert after.keys() - before.keys() <= {"expires_at"}
    assert before.keys() <= after.keys()
    assert kept(path)["theirs"] == {"a": 1}
    assert found_in(path, profile).secret == fresh.secret
    assert renewer.renew(fresh, refused=True, now=NOW).secret != fresh.secret


def test_the_request_says_what_the_provider_wants_and_who_we_are(
    server: OAuthServer, home: Path, renewer: Renewer
) -> None:
    """The client that signed in, and the token in the form or, for Nous, in a header of its own."""
    for provider in ("openai-codex", "nous"):
        profile = profile_of(provider, f"{server.url}/token")
        path = sign_in(home, profile, pair := issued(server, profile))
        renewer.renew(found_in(path, profile), refused=True, now=NOW)
        request = server.requests("/token")[-1]
        assert profile.oauth is not None
        in_form = {} if profile.oauth.refresh_header else {"refresh_token": pair["refresh_token"]}
        sent = {"grant_type": "refresh_token", "client_id": profile.oauth.client_id, **in_form}
        assert request["form"] == sent
        assert request["headers"].get("x-nous-refresh-token") == (None if in_form else pair["refresh_token"])
        assert request["headers"]["user-agent"].startswith("hermes-fallback")


def test_the_client_on_record_is_the_one_that_refreshes(
    server: OAuthServer, home: Path, renewer: Renewer
) -> None:
    """A refresh token is good for the client that it was given to."""
    profile = profile_of("nous", f"{server.url}/token")
    path = sign_in(home, profile, server.issue("another-client"))
    add_entry(path, profile, client_id="another-client")
    renewer.renew(found_in(path, profile), refused=True, now=NOW)
    assert server.requests("/token")[-1]["form"]["client_id"] == "another-client"


def test_a_newer_sign_in_counts_whole(server: OAuthServer, home: Path, renewer: Renewer) -> None:
    """What the entry that stands for it has kept of an older one, its client and its host, is over with that."""
    profile = profile_of("nous", f"{server.url}/token", hosts=("nous.example",))
    pair = server.issue("newer-client")
    path = sign_in(home, profile, pair)
    with AuthFile(path).locked() as edit:
        edit.put_state(
            "nous", {"client_id": "newer-client", "inference_base_url": "https://b.nous.example/v1"}
        )
        old = {"client_id": "older-client", "inference_base_url": "https://a.nous.example/v1"}
        entry = edit.add("nous", {"label": "x", "auth_type": "oauth", "source": "device_code", **old})
    fresh = renewer.renew(found_in(path, profile), refused=True, now=NOW)
    assert server.requests("/token")[-1]["form"]["client_id"] == "newer-client"
    assert (fresh.base_url, fresh.name, fresh.account) == (
        "https://b.nous.example/v1",
        "x",
        f"nous:{entry.id}",
    )


def test_a_token_is_renewed_before_its_end(server: OAuthServer, home: Path, renewer: Renewer) -> None:
    """By as much as the provider's facts say; earlier there is no request."""
    profile = profile_of("nous", f"{server.url}/token")
    path = sign_in(home, profile, issued(server, profile), left_s=121)
    credential = found_in(path, profile)
    count = len(server.requests("/token"))
    assert not credential.is_due(NOW)
    assert renewer.renew(credential, refused=False, now=NOW).secret == credential.secret
    assert len(server.requests("/token")) == count
    assert credential.is_due(NOW + 2)
    assert renewer.renew(credential, refused=False, now=NOW + 2).secret != credential.secret


def test_what_another_process_has_renewed_is_taken(home: Path, renewer: Renewer) -> None:
    """Nobody is asked: there is no server."""
    profile = profile_of("nous", "http://127.0.0.1:9/token")
    credential = found_in(sign_in(home, profile), profile)
    path = sign_in(home, profile, {"access_token": "access-new", "refresh_token": "r2"}, left_s=3600)
    fresh = renewer.renew(credential, refused=True, now=NOW)
    assert fresh.secret.reveal() == "access-new"
    assert fresh.expires_at == pytest.approx(NOW + 3600)
    assert "renewal" not in path.read_text()


def test_an_entry_of_the_pool_is_renewed_alone(server: OAuthServer, home: Path, renewer: Renewer) -> None:
    """Its bench for a refusal is over; the other entries are not touched."""
    profile = profile_of("nous", f"{server.url}/token")
    path = sign_in(home, profile, issued(server, profile))
    with AuthFile(path).locked() as edit:
        edit.add(
            "nous", {"label": "key", "auth_type": "api_key", "access_token": "sk-other", "source": "manual"}
        )
    other = kept(path)["credential_pool"]["nous"]
    entry_id = add_entry(path, profile)
    with AuthFile(path).locked() as edit:
        edit.put("nous", entry_id, {"last_status": "exhausted", "last_error_code": 401})
        edit.drop("nous", [other[0]["id"]])
    fresh = renewer.renew(found_in(path, profile), refused=True, now=NOW)
    [entry] = kept(path)["credential_pool"]["nous"]
    assert entry["access_token"] == fresh.secret.reveal()
    assert (entry["last_status"], entry["last_error_code"]) == ("ok", None)
    assert "nous" not in kept(path)["providers"]


FINAL = {
    "grant": ("nous", 400, {"error": "invalid_grant"}, "invalid_grant"),
    "used-before": ("openai-codex", 400, {"error": {"code": "refresh_token_reused"}}, "refresh_token_reused"),
    "told-in-prose": ("nous", 400, {"error": "x", "error_description": "Refresh token reuse detected"}, "x"),
    "by-status": ("openai-codex", 403, {"detail": "no"}, "http_403"),
    "any-400-of-xai": ("xai-oauth", 400, {"error": "bad"}, "bad"),
    "success-without-a-token": (
        "minimax-oauth",
        200,
        {"status": "error", "base_resp": {"status_msg": "invalid_grant"}},
        "http_200",
    ),
}


@pytest.mark.parametrize(("provider", "status", "body", "code"), FINAL.values(), ids=FINAL)
def test_a_final_answer_ends_the_sign_in(
    provider: str,
    status: int,
    body: object,
    code: str,
    home: Path,
    renewer: Renewer,
    replies: Callable[..., Replies],
) -> None:
    """The error says how to sign in again; auth.json has no token any more, and what Hermes Agent looks for."""
    profile = profile_of(provider, replies(status, body).url)
    path = sign_in(home, profile, left_s=30)
    credential = found_in(path, profile).but(expires_at=NOW + 30)
    with pytest.raises(CredentialError) as caught:
        renewer.renew(credential, refused=False, now=NOW)
    state = kept(path)["providers"][provider]
    assert (caught.value.kind, caught.value.hint) == ("sign-in-expired", f"hermes auth login {provider}")
    assert (state["last_auth_error"]["code"], state["last_auth_error"]["relogin_required"]) == (code, True)
    assert OLD not in path.read_text()
    assert REFRESH not in path.read_text()


def test_a_dead_entry_of_the_pool_is_marked_as_hermes_agent_marks_it(
    home: Path, renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """`dead`, with the code by which it knows that no time mends it."""
    profile = profile_of("nous", replies(400, {"error": "invalid_grant"}).url)
    path = sign_in(home, profile)
    add_entry(path, profile)
    with pytest.raises(CredentialError, match="has ended"):
        renewer.renew(found_in(path, profile), refused=True, now=NOW)
    [entry] = kept(path)["credential_pool"]["nous"]
    assert (entry["last_status"], entry["last_error_code"], entry["last_error_reason"]) == (
        "dead",
        401,
        "invalid_grant",
    )
    assert entry["last_status_at"] == NOW


def test_a_sign_in_that_stands_twice_ends_twice(
    home: Path, renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """In the provider's state and in the pool's entry that stands for it."""
    profile = profile_of("nous", replies(400, {"error": "invalid_grant"}).url)
    path = sign_in(home, profile)
    with AuthFile(path).locked() as edit:
        edit.add("nous", {"label": "x", "auth_type": "oauth", "source": "device_code", "access_token": OLD})
    with pytest.raises(CredentialError, match="has ended"):
        renewer.renew(found_in(path, profile), refused=True, now=NOW)
    content = kept(path)
    assert content["credential_pool"]["nous"][0]["last_status"] == "dead"
    assert content["providers"]["nous"]["last_auth_error"]["relogin_required"] is True
    assert "refresh_token" not in content["providers"]["nous"]


PASSING = {
    "busy": ("nous", 503, {"error": "invalid_grant"}),
    "too-many": ("openai-codex", 429, {"error": {"code": "rate_limited"}}),
    "firewall": ("openai-codex", 403, b"<html>challenge"),
    "no-plan": ("xai-oauth", 403, {"error": "permission_denied"}),
    "other-400": ("nous", 400, {"error": "temporarily_unavailable"}),
    "portal-of-a-hotel": ("nous", 200, b"<html>pay here"),
    "empty": ("nous", 200, b""),
    "redirect": ("nous", 302, b""),
}


@pytest.mark.parametrize(("provider", "status", "body"), PASSING.values(), ids=PASSING)
def test_a_passing_failure_costs_nothing(
    provider: str,
    status: int,
    body: object,
    server: OAuthServer,
    home: Path,
    renewer: Renewer,
    replies: Callable[..., Replies],
) -> None:
    """A token that was not refused serves on until its end; then, or if it was refused, there is an error. Later it works."""
    broken = profile_of(provider, replies(status, body, {"location": server.url}).url)
    path = sign_in(home, broken, issued(server, broken), left_s=60)
    credential = found_in(path, broken).but(expires_at=NOW + 60)
    assert renewer.renew(credential, refused=False, now=NOW) is credential
    for refused, now in ((True, NOW), (False, NOW + 61)):
        with pytest.raises(CredentialError) as caught:
            renewer.renew(credential, refused=refused, now=now)
        assert caught.value.kind == "renewal-failed"
    mended = found_in(path, profile_of(provider, f"{server.url}/token"))
    assert renewer.renew(mended, refused=True, now=NOW).secret != mended.secret
    assert server.ended == []


def test_nobody_answers(home: Path, renewer: Renewer, replies: Callable[..., Replies]) -> None:
    """It passes as well."""
    gone = replies()
    gone.close()
    profile = profile_of("nous", gone.url)
    path = sign_in(home, profile)
    with pytest.raises(CredentialError, match="could not be renewed") as caught:
        renewer.renew(found_in(path, profile), refused=True, now=NOW)
    assert caught.value.kind == "renewal-failed"
    assert kept(path)["providers"]["nous"]["refresh_token"] == REFRESH


def test_a_lost_answer_is_remembered(home: Path, renewer: Renewer, replies: Callable[..., Replies]) -> None:
    """It may have used the refresh token up; when that turns out, the error says why."""
    cut = replies(200, b"", {"transfer-encoding": "chunked"})
    profile = profile_of("nous", cut.url)
    path = sign_in(home, profile)
    with pytest.raises(CredentialError):
        renewer.renew(found_in(path, profile), refused=True, now=NOW)
    used_up = profile_of("nous", replies(400, {"error": "invalid_grant"}).url)
    with pytest.raises(CredentialError) as caught:
        renewer.renew(found_in(path, used_up), refused=True, now=NOW + 9)
    assert f"the answer to a refresh of {iso(NOW)} was lost" in str(caught.value.why)


def test_a_token_that_is_due_when_it_is_new_says_that_the_clock_is_wrong(
    home: Path, renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """Nobody knows its end then, and it is not renewed again at every step."""
    claims = base64.urlsafe_b64encode(json.dumps({"exp": NOW - 7200}).encode()).rstrip(b"=").decode()
    profile = profile_of("openai-codex", replies(200, {"access_token": f"e.{claims}.s"}).url)
    fresh = renewer.renew(found_in(sign_in(home, profile), profile), refused=True, now=NOW)
    assert fresh.expires_at is None
    assert not fresh.is_due(NOW)


@pytest.mark.parametrize("lifetime", [1e15, "9" * 300], ids=["number", "text"])
def test_a_lifetime_beyond_all_time_costs_no_token(
    lifetime: object, home: Path, renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """The usual one is taken for it: the old refresh token is used up, and the new one must not be lost."""
    body = {"access_token": "access-new", "refresh_token": "refresh-new", "expires_in": lifetime}
    profile = profile_of("nous", replies(200, body).url)
    path = sign_in(home, profile)
    assert renewer.renew(found_in(path, profile), refused=True, now=NOW).expires_at == NOW + 3600
    assert kept(path)["providers"]["nous"]["refresh_token"] == "refresh-new"


def test_a_ctrl_c_lets_the_answer_come(home: Path, renewer: Renewer, replies: Callable[..., Replies]) -> None:
    """The old refresh token is used up by then: without the answer nobody would be signed in any longer."""
    main = threading.main_thread().ident
    assert main
    body = {"access_token": "access-new", "refresh_token": "refresh-new"}
    server = replies(200, body, first=lambda _: signal.pthread_kill(main, signal.SIGINT))
    profile = profile_of("nous", server.url)
    path = sign_in(home, profile)
    with pytest.raises(KeyboardInterrupt):
        renewer.renew(found_in(path, profile), refused=True, now=NOW)
    assert kept(path)["providers"]["nous"]["refresh_token"] == "refresh-new"


def test_no_error_repeats_a_secret(home: Path, renewer: Renewer, replies: Callable[..., Replies]) -> None:
    """Whatever the server says, in the form's words or in the header's."""
    for provider in ("nous", "openai-codex"):
        body = {"error": "invalid_grant", "error_description": f"`{REFRESH}` after `{OLD}`"}
        profile = profile_of(provider, replies(400, body).url)
        path = sign_in(home, profile)
        with pytest.raises(CredentialError) as caught:
            renewer.renew(found_in(path, profile), refused=True, now=NOW)
        text = f"{caught.value!r} {caught.value} {path.read_text()}"
        assert "`********` after `********`" in text
        assert REFRESH not in text
        assert OLD not in text


def test_a_sign_out_meanwhile_ends_it(home: Path, renewer: Renewer) -> None:
    """There is nothing left to renew, and nobody is asked."""
    profile = profile_of("nous", "http://127.0.0.1:9/token")
    path = sign_in(home, profile)
    credential = found_in(path, profile)
    path.write_text("{}")
    with pytest.raises(CredentialError) as caught:
        renewer.renew(credential, refused=True, now=NOW)
    assert caught.value.kind == "sign-in-expired"


@pytest.mark.parametrize("content", ["{", "[]"], ids=["cut", "list"])
def test_a_broken_file_uses_up_nothing(
    content: str, home: Path, renewer: Renewer, replies: Callable[..., Replies]
) -> None:
    """What cannot be written afterwards is not begun."""
    server = replies(200, {"access_token": "a", "refresh_token": "b"})
    profile = profile_of("nous", server.url)
    path = sign_in(home, profile)
    credential = found_in(path, profile)
    path.write_text(content)
    with pytest.raises(CredentialError) as caught:
        renewer.renew(credential, refused=True, now=NOW)
    assert (caught.value.kind, server.requests) == ("renewal-failed", [])


def test_a_key_has_nothing_to_be_renewed_from(renewer: Renewer) -> None:
    """Only another key helps."""
    from hermes_fallback.secret import Secret

    with pytest.raises(CredentialError, match="not renewed"):
        renewer.renew(Credential(secret=Secret("sk-0001"), source="env"), refused=True, now=NOW)
