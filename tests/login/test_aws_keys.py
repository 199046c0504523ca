"""AWS: the keys that requests are signed with, as boto3 finds them, and renewed before they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hermes_fallback.errors import CredentialError
from hermes_fallback.login.renewal import Renewer
from hermes_fallback.model.credential import Credential, Grant
from hermes_fallback.secret import Secret
from tests.cloud_server import CloudServer, Reply

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PAIR = {"AWS_ACCESS_KEY_ID": "AKIAACMEACMEACME0001", "AWS_SECRET_ACCESS_KEY": "aws-secret-0123456789abcdef"}


@pytest.fixture
def credential(home: Path) -> Credential:
    """What a link to Bedrock finds: that there is a sign-in."""
    grant = Grant(kind="aws", provider="bedrock", path=str(home / ".env"), skew_s=300.0)
    return Credential(secret=Secret(""), source="aws", account="sha256:0", grant=grant)


def renewed(credential: Credential, *, refused: bool = False) -> Credential:
    return Renewer().renew(credential, refused=refused, now=NOW.timestamp())


def export(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def of_container(number: int) -> Reply:
    """Keys of a role, for an hour of real time: boto3 compares their end with its own clock."""
    ends = datetime.now(UTC) + timedelta(hours=1)
    return Reply(
        {
            "AccessKeyId": f"ASIAACMEACMEACME000{number}",
            "SecretAccessKey": f"role-secret-{number}-0123456789",
            "Token": f"role-session-{number}-0123456789",
            "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )


def test_lasting_keys_are_never_due(credential: Credential, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are found once, with the region they are used in."""
    export(monkeypatch, **PAIR, AWS_REGION="eu-central-1")
    found = renewed(credential)
    assert credential.is_due(NOW.timestamp())
    assert not found.is_due(NOW.timestamp() + 1e9)
    assert found.secret.reveal() == PAIR["AWS_SECRET_ACCESS_KEY"]
    assert found.signing is not None
    assert (found.signing.key_id, found.signing.token) == (PAIR["AWS_ACCESS_KEY_ID"], None)
    assert (found.signing.region, found.signing.service) == ("eu-central-1", "bedrock")


def test_keys_of_a_role_end_and_are_fetched_again(
    credential: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container asks its host for them; refused ones give way to new ones."""
    with CloudServer([of_container(1), of_container(2)]) as host:
        export(monkeypatch, AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{host.url}/keys")
        first = renewed(credential)
        second = renewed(first, refused=True)
    assert first.expires_at is not None
    assert first.is_due(first.expires_at - 299)
    assert not first.is_due(first.expires_at - 301)
    for number, found in enumerate((first, second), 1):
        assert found.secret.reveal() == f"role-secret-{number}-0123456789"
        assert found.signing is not None
        assert found.signing.token is not None
        assert found.signing.token.reveal() == f"role-session-{number}-0123456789"


@pytest.mark.parametrize(
    ("values", "refused", "why"),
    [({}, False, "no keys"), (PAIR, True, "refuses the keys")],
    ids=["nobody", "no-others"],
)
def test_a_sign_in_without_other_keys_is_over(
    values: dict[str, str],
    refused: bool,
    why: str,
    credential: Credential,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing helps but signing in again; and no secret is in the error, nor in what is shown of the keys."""
    export(monkeypatch, **values)
    held = renewed(credential) if refused else credential
    with pytest.raises(CredentialError, match=why) as caught:
        renewed(held, refused=refused)
    assert caught.value.kind == "sign-in-expired"
    assert PAIR["AWS_SECRET_ACCESS_KEY"] not in f"{caught.value} {held!r}"
