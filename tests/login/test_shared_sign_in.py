"""The copy of a sign-in that profiles of Hermes Agent share: read, kept in step, and never used up."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from grants import NOW, found_in, iso, kept, profile_of, sign_in

from hermes_fallback.errors import CredentialError
from hermes_fallback.login.renewal import Renewer
from hermes_fallback.providers import ProviderProfile
from tests.oauth_server import OAuthServer

NOBODY = "http://127.0.0.1:9/token"


@pytest.fixture
def profile(server: OAuthServer) -> ProviderProfile:
    return profile_of("nous", f"{server.url}/token")


def share(home: Path, pair: dict[str, Any], left_s: float) -> Path:
    """The copy, as Hermes Agent writes it."""
    path = home / "shared" / "nous_auth.json"
    path.parent.mkdir(exist_ok=True)
    tokens = {"access_token": pair["access_token"], "refresh_token": pair["refresh_token"]}
    path.write_text(
        json.dumps({"_schema": 1, **tokens, "expires_at": iso(NOW + left_s), "client_id": "hermes-cli"})
    )
    return path


def test_the_copy_gets_the_next_tokens_with_the_sign_in(
    server: OAuthServer, profile: ProviderProfile, home: Path, renewer: Renewer
) -> None:
    """Else Hermes Agent would use up the old refresh token a second time, and be signed out."""
    pair = server.issue("hermes-cli")
    path, copy = sign_in(home, profile, pair), share(home, pair, -1)
    fresh = renewer.renew(found_in(path, profile), refused=False, now=NOW)
    shared, state = kept(copy), kept(path)["providers"]["nous"]
    assert shared["access_token"] == fresh.secret.reveal()
    assert shared["refresh_token"] == state["refresh_token"] != pair["refresh_token"]
    assert (shared["expires_at"], shared["_schema"]) == (state["expires_at"], 1)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(each.name for each in copy.parent.iterdir()) == ["nous_auth.json", "nous_auth.lock"]


def test_the_copy_of_a_profile_stands_in_the_main_home(
    server: OAuthServer, profile: ProviderProfile, home: Path, renewer: Renewer
) -> None:
    """Where all of its siblings look."""
    work = home / "profiles" / "work"
    work.mkdir(parents=True)
    pair = server.issue("hermes-cli")
    path, copy = sign_in(work, profile, pair), share(home, pair, -1)
    fresh = renewer.renew(found_in(path, profile), refused=False, now=NOW)
    assert kept(copy)["access_token"] == fresh.secret.reveal()


def test_a_variable_may_name_another_folder(
    server: OAuthServer,
    profile: ProviderProfile,
    home: Path,
    tmp_path: Path,
    renewer: Renewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Hermes Agent's own."""
    pair = server.issue("hermes-cli")
    copy = share(tmp_path, pair, -1)
    monkeypatch.setenv("HERMES_SHARED_AUTH_DIR", str(copy.parent))
    fresh = renewer.renew(found_in(sign_in(home, profile, pair), profile), refused=False, now=NOW)
    assert kept(copy)["access_token"] == fresh.secret.reveal()


def test_what_another_profile_has_renewed_is_used(home: Path, renewer: Renewer) -> None:
    """As long as it is good; nothing is written, and nobody is asked."""
    profile = profile_of("nous", NOBODY)
    path = sign_in(home, profile)
    copy = share(home, {"access_token": "access-theirs", "refresh_token": "refresh-theirs"}, 3600)
    before = path.read_bytes(), copy.read_bytes()
    fresh = renewer.renew(found_in(path, profile), refused=True, now=NOW)
    assert fresh.secret.reveal() == "access-theirs"
    assert (path.read_bytes(), copy.read_bytes()) == before


def test_the_refresh_token_of_another_profile_is_left_alone(home: Path, renewer: Renewer) -> None:
    """And so is ours, which that profile has used up; the error says who can go on."""
    profile = profile_of("nous", NOBODY)
    path = sign_in(home, profile, left_s=-60)
    share(home, {"access_token": "access-theirs", "refresh_token": "refresh-theirs"}, -1)
    with pytest.raises(CredentialError, match="in another profile") as caught:
        renewer.renew(found_in(path, profile), refused=True, now=NOW)
    assert (caught.value.kind, "could not be asked" in str(caught.value)) == ("renewal-failed", False)


OLDER: dict[str, Any] = {
    "older": {"access_token": "a", "refresh_token": "refresh-theirs"},
    "broken": None,
}


@pytest.mark.parametrize("pair", OLDER.values(), ids=OLDER)
def test_a_copy_that_says_nothing_new_is_left_as_it_is(
    pair: dict[str, Any] | None, server: OAuthServer, profile: ProviderProfile, home: Path, renewer: Renewer
) -> None:
    """It is of an older sign-in, or of none."""
    path = sign_in(home, profile, server.issue("hermes-cli"))
    copy = share(home, pair or {"access_token": "a", "refresh_token": "b"}, -9999)
    if pair is None:
        copy.write_text("{")
    before = copy.read_bytes()
    assert renewer.renew(found_in(path, profile), refused=True, now=NOW).secret.reveal() != "a"
    assert copy.read_bytes() == before
