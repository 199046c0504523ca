"""Entra ID: tokens that azure-identity gets from a managed identity on loopback."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from hermes_fallback.errors import CredentialError, ExitCode
from hermes_fallback.login import entra
from hermes_fallback.login.minting import Mint
from hermes_fallback.loopback.planted import CERTIFICATE
from hermes_fallback.model.credential import Grant
from hermes_fallback.secret import Secret
from tests.cloud_server import SILENCE, CloudServer, Reply, managed_identity

SECRET = "entra-client-secret-0123456789"
UNAUTHORIZED = Reply({"error": "invalid_client", "error_description": f"AADSTS7000215: not {SECRET}"}, 401)


@pytest.fixture
def grant(home: Path) -> Grant:
    """What a link with `auth_mode: entra_id` is signed in to with."""
    scope = "https://ai.azure.com/.default"
    return Grant(kind="entra", provider="azure-foundry", path=str(home / ".env"), scope=scope, skew_s=300.0)


def live_in(cloud: CloudServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where App Service would, its identity endpoint being *cloud*."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{cloud.url}/token")
    monkeypatch.setenv("IDENTITY_HEADER", "identity-header-0123456789")


def test_the_managed_identity_gives_the_token(grant: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for the scope of the link, and its answer says when the token ends."""
    with CloudServer([managed_identity("entra-token-1", lifetime_s=3600)]) as cloud:
        live_in(cloud, monkeypatch)
        secret, expires_at = entra.mint(grant, time.time())
    assert secret == Secret("entra-token-1")
    assert 3500 < expires_at - time.time() <= 3600
    assert [asked.headers["X-IDENTITY-HEADER"] for asked in cloud.asked] == ["identity-header-0123456789"]
    assert "resource=https://ai.azure.com" in cloud.asked[0].path


@pytest.mark.parametrize("why", ["due", "refused"])
def test_a_token_that_is_due_or_was_refused_is_asked_for_anew(
    why: str, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """azure-identity's own memory does not bring the old one back."""
    lifetime_s = 120 if why == "due" else 3600
    replies = [managed_identity("entra-token-1", lifetime_s=lifetime_s), managed_identity("entra-token-2")]
    with CloudServer(replies) as cloud:
        live_in(cloud, monkeypatch)
        first, _ = entra.mint(grant, time.time())
        second, _ = entra.mint(grant, time.time(), refused=first if why == "refused" else None)
    assert (first, second) == (Secret("entra-token-1"), Secret("entra-token-2"))


def test_nobody_signed_in_is_said_with_what_to_do(grant: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 4, in a sentence and not in azure-identity's twenty lines."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv(
        "AZURE_TOKEN_CREDENTIALS", "dev"
    )  # a managed identity would be looked for on the network
    with pytest.raises(CredentialError) as caught:
        entra.mint(grant, time.time())
    error = caught.value
    assert (error.exit_code, error.kind) == (ExitCode.CREDENTIAL, "sign-in-expired")
    assert error.what == "Entra ID gives no token for `azure-foundry`"
    assert error.hint is not None
    assert "az login" in error.hint


def test_an_endpoint_that_fails_is_quoted(grant: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not the other ways to sign in, which nobody has set up here."""
    with CloudServer([Reply({"error": "no_such_identity", "message": "gone"}, 400)]) as cloud:
        live_in(cloud, monkeypatch)
        with pytest.raises(CredentialError) as caught:
            entra.mint(grant, time.time())
    assert caught.value.why is not None
    assert "ManagedIdentityCredential" in caught.value.why
    assert "EnvironmentCredential" not in caught.value.why
    assert caught.value.kind == "renewal-failed"


def test_the_library_says_nothing_of_its_own(grant: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its log would go to the terminal of whoever has set up none."""
    code = (
        "import sys, time; from hermes_fallback.errors import CredentialError\n"
        "from hermes_fallback.login import entra; from hermes_fallback.model.credential import Grant\n"
        f"try: entra.mint(Grant(kind='entra', provider='p', path={grant.path!r}, scope={grant.scope!r}), 0.0)\n"
        "except CredentialError: sys.exit(4)\n"
    )
    with CloudServer([Reply({"error": "gone"}, 400)]) as cloud:
        live_in(cloud, monkeypatch)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (4, b"", b"")


def test_an_endpoint_that_is_silent_is_left_behind(grant: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign-in never holds a conversation up for longer than its limit."""
    with CloudServer([SILENCE]) as cloud:
        live_in(cloud, monkeypatch)
        mint = Mint(entra._make, limit_s=0.2)
        with pytest.raises(CredentialError, match="gave nothing") as caught:
            mint(grant, time.time())
    assert caught.value.kind == "renewal-failed"


@pytest.mark.parametrize("is_good", [True, False], ids=["good", "refused"])
def test_the_principal_in_the_homes_env_file_is_used(
    is_good: bool, home: Path, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """azure-identity sees the process alone, but Hermes Agent's users keep these in `.env`. No secret in the error."""
    (home / "own.pem").write_text(CERTIFICATE)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(home / "own.pem"))
    with CloudServer([UNAUTHORIZED], tls=True) as cloud:
        directory = f"{cloud.url}/contoso"
        found = {
            "token_endpoint": f"{directory}/token",
            "authorization_endpoint": directory,
            "issuer": directory,
        }
        token = {"access_token": "entra-token-3", "expires_in": 3600, "token_type": "Bearer"}
        cloud.will_say(Reply(found), Reply(token) if is_good else UNAUTHORIZED)
        (home / ".env").write_text(
            f"AZURE_TENANT_ID=contoso\nAZURE_CLIENT_ID=app-1\nAZURE_CLIENT_SECRET={SECRET}\n"
            f"AZURE_AUTHORITY_HOST={cloud.url}\n"
        )
        if is_good:
            assert entra.mint(grant, time.time())[0] == Secret("entra-token-3")
            assert f"client_secret={SECRET}" in cloud.asked[-1].body
            return
        with pytest.raises(CredentialError, match="AADSTS7000215") as caught:
            entra.mint(grant, time.time())
    assert caught.value.kind == "sign-in-expired"
    assert SECRET not in str(caught.value)
