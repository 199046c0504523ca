"""Tokens of clouds are renewed by the libraries of these, through the same call as all others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hermes_fallback.errors import CredentialError
from hermes_fallback.login.renewal import Renewer
from hermes_fallback.model.credential import Credential, Grant
from hermes_fallback.secret import Secret
from tests.cloud_server import CloudServer, Reply, google_token, managed_identity

Waiting = Callable[[CloudServer], Credential]


@pytest.fixture
def of_entra(home: Path, monkeypatch: pytest.MonkeyPatch) -> Waiting:
    def make(cloud: CloudServer) -> Credential:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{cloud.url}/token")
        monkeypatch.setenv("IDENTITY_HEADER", "identity-header-0123456789")
        scope = "https://ai.azure.com/.default"
        grant = Grant(kind="entra", provider="azure-foundry", path=str(home / ".env"), scope=scope)
        return Credential(secret=Secret(""), source="entra", account="entra:1", grant=grant)

    return make


@pytest.fixture(scope="module")
def private_key() -> str:
    """Of a service account, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@pytest.fixture
def of_google(home: Path, private_key: str) -> Waiting:
    def make(cloud: CloudServer) -> Credential:
        path = home / "account.json"
        account = {"type": "service_account", "client_email": "bot@acme.test", "private_key": private_key}
        path.write_text(json.dumps({**account, "token_uri": f"{cloud.url}/token"}))
        scope = "https://www.googleapis.com/auth/cloud-platform"
        grant = Grant(kind="gcp", provider="vertex", path=str(path), scope=scope)
        return Credential(secret=Secret(""), source="gcp", account="gcp:1", grant=grant)

    return make


@pytest.fixture(params=["entra", "google"])
def waiting(request: pytest.FixtureRequest) -> Waiting:
    """Makes a credential of each cloud in turn, which has no token yet."""
    made: Waiting = request.getfixturevalue(f"of_{request.param}")
    return made


@pytest.fixture
def answer(waiting: Waiting, request: pytest.FixtureRequest) -> Callable[[str], Reply]:
    """The answer by which that cloud gives a token."""
    return managed_identity if "entra" in request.node.name else google_token


def test_a_token_is_made_when_there_is_none_and_when_it_was_refused(
    waiting: Waiting, answer: Callable[[str], Reply], renewer: Renewer
) -> None:
    """In between it is kept."""
    now = time.time()
    with CloudServer([answer("first"), answer("second")]) as cloud:
        first = renewer.renew(waiting(cloud), refused=False, now=now)
        again = renewer.renew(first, refused=False, now=now)
        second = renewer.renew(first, refused=True, now=now)
    assert (first.secret, again.secret, second.secret) == (Secret("first"), Secret("first"), Secret("second"))
    assert (second.account, second.grant) == (first.account, first.grant)
    assert now + 3000 < (second.expires_at or 0) <= now + 3700


def test_a_cloud_that_gives_nothing_is_an_error_about_credentials(waiting: Waiting, renewer: Renewer) -> None:
    """Of a kind that the session knows."""
    with (
        CloudServer([Reply({"error": "invalid_grant"}, 400)]) as cloud,
        pytest.raises(CredentialError) as caught,
    ):
        renewer.renew(waiting(cloud), refused=False, now=time.time())
    assert caught.value.kind in {"sign-in-expired", "renewal-failed"}
