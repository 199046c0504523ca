"""Every provider that one signs in to is signed in to by the real command, and its files are as they should be."""

from __future__ import annotations

import json
import signal
import stat
import urllib.request

import pytest
from office import PLACES, SECRET, Office

from hermes_fallback.providers import Registry
from tests.oauth_server import OAuthServer

BY_CODE = [name for name in PLACES if name != "google-gemini-cli"]
FLAT = ["nous", "qwen-oauth", "minimax-oauth"]
APART = ["openai-codex", "xai-oauth"]


def test_every_provider_with_a_sign_in_is_tried_here() -> None:
    """No bundled provider that one signs in to is left out of these tests."""
    profiles = Registry().profiles()
    assert {each.name for each in profiles if each.oauth and each.oauth.flow != "none"} == set(PLACES)


@pytest.mark.parametrize("name", BY_CODE)
def test_a_code_is_shown_and_typed_elsewhere(office: Office, server: OAuthServer, name: str) -> None:
    """The address and the code are on stderr, the address on a line of its own; the result is on stdout."""
    done = office.run("auth", "login", name, "--accept-terms", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["provider"], document["changed"]) == (0, name, True)
    assert document["stored"]["store"] == "auth.json"
    assert any(line.startswith(f"{server.url}/activate") for line in done.stderr.splitlines())
    assert stat.S_IMODE(office.auth_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", FLAT)
def test_tokens_stand_beside_the_rest(office: Office, name: str) -> None:
    """As Hermes Agent reads them: the tokens, when they end and what they were asked for, in one mapping."""
    office.run("auth", "login", name, "--accept-terms")
    state = office.auth()["providers"][name]
    assert state["access_token"].startswith("access-")
    assert state["refresh_token"].startswith("refresh-")
    assert state["expires_at"] > state["obtained_at"]
    assert (state["expires_in"], state["token_type"]) == (3600, "Bearer")
    assert state["client_id"] == Registry().get(name).oauth.client_id
    assert state["inference_base_url"] == Registry().get(name).base_url


@pytest.mark.parametrize("name", APART)
def test_tokens_stand_by_themselves(office: Office, name: str) -> None:
    """As Hermes Agent reads these: under `tokens`, and how one signed in beside it."""
    office.run("auth", "login", name, "--accept-terms")
    state = office.auth()["providers"][name]
    assert set(state["tokens"]) == {"access_token", "refresh_token"}
    assert state["auth_mode"] == Registry().get(name).oauth.kept["auth_mode"]
    assert state["last_refresh"].endswith("+00:00")


def test_what_lasts_is_an_entry_of_the_pool(office: Office) -> None:
    """A token of GitHub is exchanged when it is used, so it is kept like a key; a new sign-in takes its place."""
    office.run("auth", "login", "copilot", "--accept-terms")
    first = office.auth()["credential_pool"]["copilot"]
    office.run("auth", "login", "copilot")
    (entry,) = office.auth()["credential_pool"]["copilot"]
    assert (entry["source"], entry["auth_type"]) == ("manual:device_code", "api_key")
    assert entry["access_token"].startswith("ghu_")
    assert entry["access_token"] != first[0]["access_token"]


def test_the_browser_comes_back_by_itself(office: Office, server: OAuthServer) -> None:
    """The code grant: the address is opened, the port answers, and the project of the account is found and kept."""
    server.set(secret=SECRET)
    running = office.start("auth", "login", "google-gemini-cli", "--accept-terms")
    assert running.stderr
    url = next(line for line in running.stderr if line.startswith("http"))
    page = visited(url.strip())
    out, _ = running.communicate(timeout=30)
    state = office.auth()["providers"]["google-gemini-cli"]
    assert running.returncode == 0
    assert "You may close this window" in page
    assert state["project_id"] == "cloud-project"
    assert server.requests("/token")[0]["form"]["code_verifier"]
    assert "signed in" in out


@pytest.mark.parametrize("name", PLACES)
def test_we_say_who_we_are(office: Office, server: OAuthServer, name: str) -> None:
    """Whoever the client id belongs to, every request carries our own name, and none of another program."""
    running = office.start("auth", "login", name, "--accept-terms")
    assert running.stderr
    url = next(line for line in running.stderr if line.startswith("http"))
    if name == "google-gemini-cli":
        visited(url.strip())
    running.communicate(timeout=30)
    agents = {each["headers"]["user-agent"] for each in server.requests() if each["path"] != "/authorize"}
    assert running.returncode == 0
    assert all(agent.startswith("hermes-fallback") for agent in agents)


def test_the_first_sign_in_becomes_the_active_provider(office: Office) -> None:
    """Hermes Agent falls back to the active one; a second sign-in does not take its place."""
    for name in ("nous", "openai-codex"):
        office.run("auth", "login", name, "--accept-terms")
    assert office.auth()["active_provider"] == "nous"


def test_a_new_sign_in_ends_the_verdict_on_the_old_one(office: Office) -> None:
    """An entry of the pool that stands for the sign-in is alive again, and other entries stay as they are."""
    keys = {"last_error_code": 401, "last_status": "dead", "last_error_reason": "invalid_grant"}
    mine = {
        "id": "bbbbbb",
        "label": "mine",
        "source": "manual",
        "auth_type": "api_key",
        "access_token": "key-0123456789",
    }
    entry = {
        "id": "aaaaaa",
        "source": "device_code",
        "auth_type": "oauth",
        "access_token": "old",
        "priority": 0,
        **keys,
    }
    pool = {"nous": [entry, {**mine, "priority": 1}]}
    office.auth_file.write_text(json.dumps({"version": 1, "providers": {}, "credential_pool": pool}))
    office.run("auth", "login", "nous", "--accept-terms")
    first, second = office.auth()["credential_pool"]["nous"]
    assert (first["id"], first["last_status"], first["last_error_code"]) == ("aaaaaa", "ok", None)
    assert first["access_token"] == office.auth()["providers"]["nous"]["access_token"]
    assert second["access_token"] == "key-0123456789"


ENDS = {
    "denied": ({"answer": "deny"}, 4, "denied the request"),
    "expired": ({"answer": "expire"}, 4, "not completed in time"),
    "server-error": (
        {"fail": [400, {"error": {"code": "boom", "message": "out of order"}}]},
        4,
        "out of order",
    ),
}


@pytest.mark.parametrize(("settings", "status", "what"), ENDS.values(), ids=ENDS)
def test_a_sign_in_that_fails_stores_nothing(
    office: Office, server: OAuthServer, settings: dict[str, object], status: int, what: str
) -> None:
    """The server's reason is told, the exit status says that a credential is missing, and no file is there."""
    server.set(**settings)
    done = office.run("auth", "login", "nous", "--accept-terms")
    assert (done.returncode, office.files()) == (status, set())
    assert what in done.stderr


@pytest.mark.parametrize("name", ["openai-codex", "minimax-oauth", "copilot"])
def test_a_refusal_of_each_kind_is_understood(office: Office, server: OAuthServer, name: str) -> None:
    """Errors with status 200, in an object, or in a field of their own are refusals like any other."""
    server.set(answer="deny")
    done = office.run("auth", "login", name, "--accept-terms", "--json")
    assert done.returncode == 4
    assert json.loads(done.stderr[done.stderr.index("{\n") :])["error"]["kind"] == "sign-in-refused"
    assert office.files() == set()


def test_ctrl_c_leaves_nothing_behind(office: Office, server: OAuthServer) -> None:
    """Exit 130 in the middle of the wait; no file, not even the terms."""
    server.set(answer="wait")
    running = office.start("auth", "login", "nous", "--accept-terms")
    assert running.stderr
    next(line for line in running.stderr if line.startswith("waiting"))
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    assert (running.returncode, office.files()) == (130, set())


def test_ctrl_c_while_a_browser_is_waited_for(office: Office) -> None:
    """The port is let go of as well."""
    running = office.start("auth", "login", "google-gemini-cli", "--accept-terms")
    assert running.stderr
    next(line for line in running.stderr if line.startswith("waiting"))
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    assert (running.returncode, office.files()) == (130, set())


def test_without_the_client_secret_another_provider_is_recommended(office: Office) -> None:
    """Exit 4 before anything is asked: the variable, and the provider that takes a key."""
    done = office.run("auth", "login", "google-gemini-cli", HERMES_GEMINI_CLIENT_SECRET="")
    assert done.returncode == 4
    assert "HERMES_GEMINI_CLIENT_SECRET" in done.stderr
    assert "hermes auth login gemini" in done.stderr


def test_a_file_that_cannot_be_written_is_told_before_anybody_signs_in(
    office: Office, server: OAuthServer
) -> None:
    """Exit 3, and the server was never asked: a sign-in that cannot be kept is lost."""
    office.auth_file.write_text("{")
    done = office.run("auth", "login", "nous", "--accept-terms")
    assert (done.returncode, server.requests()) == (3, [])


@pytest.mark.parametrize(("name", "status"), [("nouz", 5), ("copilot-acp", 2), ("ollama", 2), ("bedrock", 2)])
def test_who_cannot_be_signed_in_to_is_said(office: Office, name: str, status: int) -> None:
    """An unknown name is exit 5; a provider without a sign-in and without a key of its own is exit 2."""
    done = office.run("auth", "login", name)
    assert (done.returncode, office.files()) == (status, set())


def test_tokens_are_never_shown(office: Office) -> None:
    """Neither with -v nor with --debug, nor in JSON; a fingerprint stands for them."""
    for flags in (["-v", "--debug"], ["--json"]):
        done = office.run("auth", "login", "nous", "--accept-terms", *flags)
        state = office.auth()["providers"]["nous"]
        assert state["access_token"] not in done.stdout + done.stderr
        assert state["refresh_token"] not in done.stdout + done.stderr


def visited(url: str) -> str:
    """The page that a browser sees which opens *url*."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=20) as response:
        found: str = response.read().decode()
    return found
