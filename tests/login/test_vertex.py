"""Google Cloud: tokens for a service account, whose file names a token endpoint on loopback."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hermes_fallback.credentials.claims import claim
from hermes_fallback.errors import CredentialError
from hermes_fallback.login import vertex
from hermes_fallback.login.minting import Mint
from hermes_fallback.model.credential import Grant
from hermes_fallback.secret import Secret
from tests.cloud_server import SILENCE, CloudServer, Reply, google_token

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
WRONG_FILES = {
    "not-there": None,
    "no-json": "{",
    "no-type": "{}",
    "no-key": json.dumps({"type": "service_account", "private_key": "x", "client_email": "a@b"}),
}


@pytest.fixture(scope="module")
def private_key() -> str:
    """A key as Google's console gives it, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@pytest.fixture
def account(tmp_path: Path, private_key: str) -> Callable[[CloudServer], Grant]:
    """Writes the file of a service account of a cloud, and gives its grant."""

    def write(cloud: CloudServer) -> Grant:
        path = tmp_path / "account.json"
        fields = {
            "type": "service_account",
            "client_email": "bot@acme.test",
            "token_uri": f"{cloud.url}/token",
        }
        path.write_text(json.dumps({**fields, "private_key": private_key, "project_id": "acme"}))
        return grant(str(path))

    return write


def grant(path: str) -> Grant:
    return Grant(kind="gcp", provider="vertex", path=path, scope=SCOPE, skew_s=300.0)


def test_a_service_account_gets_a_token(account: Callable[[CloudServer], Grant]) -> None:
    """It proves itself with what its key has signed, and asks for the scope of the cloud."""
    with CloudServer([google_token("google-token-1", lifetime_s=3600)]) as cloud:
        secret, expires_at = vertex.mint(account(cloud), time.time())
    assert secret == Secret("google-token-1")
    assert 3500 < expires_at - time.time() <= 3600
    assertion = Secret(parse_qs(cloud.asked[0].body)["assertion"][0])
    assert (claim(assertion, "iss"), claim(assertion, "scope")) == ("bot@acme.test", SCOPE)


def test_a_refused_token_is_asked_for_anew(account: Callable[[CloudServer], Grant]) -> None:
    """Once; then the new one is kept."""
    with CloudServer([google_token("google-token-1"), google_token("google-token-2")]) as cloud:
        its = account(cloud)
        first, _ = vertex.mint(its, time.time())
        tokens = [vertex.mint(its, time.time(), refused=first)[0] for _ in range(2)]
    assert tokens == [Secret("google-token-2")] * 2
    assert len(cloud.asked) == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply({"error": "invalid_grant", "error_description": "account not found"}, 400), "sign-in-expired"),
        (Reply({"error": "internal_failure"}, 503), "renewal-failed"),
    ],
    ids=["refused", "busy"],
)
def test_a_refusal_is_told_from_a_server_that_is_busy(
    reply: Reply, kind: str, account: Callable[[CloudServer], Grant], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the second is worth another try."""
    monkeypatch.setattr("time.sleep", lambda _: None)  # of google-auth, between its own tries
    with CloudServer([reply]) as cloud, pytest.raises(CredentialError) as caught:
        vertex.mint(account(cloud), time.time())
    assert caught.value.kind == kind
    assert "PRIVATE KEY" not in str(caught.value)


def test_an_endpoint_that_is_silent_is_left_behind(account: Callable[[CloudServer], Grant]) -> None:
    """A sign-in never holds a conversation up for longer than its limit."""
    with CloudServer([SILENCE]) as cloud, pytest.raises(CredentialError, match="gave nothing"):
        Mint(vertex._make, limit_s=0.2)(account(cloud), time.time())


@pytest.mark.parametrize("text", WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_file_that_is_no_credential_is_named(text: str | None, tmp_path: Path) -> None:
    """With what to do instead."""
    path = tmp_path / "account.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CredentialError) as caught:
        vertex.mint(grant(str(path)), time.time())
    assert caught.value.hint is not None
    assert "VERTEX_CREDENTIALS_PATH" in caught.value.hint


def test_googles_own_sign_in_is_found(
    account: Callable[[CloudServer], Grant], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no file is named to us, google-auth looks where Google's programs do."""
    with CloudServer([google_token("google-token-1")]) as cloud:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", account(cloud).path)
        assert vertex.mint(grant(""), time.time())[0] == Secret("google-token-1")
