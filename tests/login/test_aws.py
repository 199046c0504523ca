"""AWS: STS on loopback says who is signed in, with what boto3 finds for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from hermes_fallback.errors import CredentialError
from hermes_fallback.login.aws import caller
from hermes_fallback.model.credential import Grant
from tests.cloud_server import ARN, CloudServer, aws_refusal, caller_identity

PAIR = {"AWS_ACCESS_KEY_ID": "AKIAACMEACMEACME0001", "AWS_SECRET_ACCESS_KEY": "aws-secret-0123456789abcdef"}


@pytest.fixture
def grant(home: Path) -> Grant:
    """What a link to Bedrock is signed in to with."""
    return Grant(kind="aws", provider="bedrock", path=str(home / ".env"))


def export(monkeypatch: pytest.MonkeyPatch, cloud: CloudServer, **values: str) -> None:
    for name, value in {"AWS_ENDPOINT_URL_STS": cloud.url, **values}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("place", ["process", "dotenv", "profile"])
def test_sts_says_who_is_signed_in(
    place: str, home: Path, grant: Grant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the pair of keys in the process, in the home's `.env`, or in a profile of AWS's own files."""
    with CloudServer([caller_identity()]) as cloud:
        export(monkeypatch, cloud, AWS_REGION="eu-central-1", **(PAIR if place == "process" else {}))
        if place == "dotenv":
            (home / ".env").write_text("".join(f"{name}={value}\n" for name, value in PAIR.items()))
        if place == "profile":
            file = tmp_path / "credentials"
            file.write_text(
                "[work]\n" + "".join(f"{name.lower()} = {value}\n" for name, value in PAIR.items())
            )
            export(monkeypatch, cloud, AWS_PROFILE="work", AWS_SHARED_CREDENTIALS_FILE=str(file))
        assert caller(grant) == ARN
    (asked,) = cloud.asked
    assert "Action=GetCallerIdentity" in asked.body
    assert f"Credential={PAIR['AWS_ACCESS_KEY_ID']}/" in asked.headers["Authorization"]
    assert "/eu-central-1/sts/" in asked.headers["Authorization"]


def test_the_pair_of_the_homes_env_file_stays_together(
    home: Path, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session of the process's own belongs to other keys."""
    (home / ".env").write_text("".join(f"{name}={value}\n" for name, value in PAIR.items()))
    with CloudServer([caller_identity()]) as cloud:
        export(
            monkeypatch, cloud, AWS_ACCESS_KEY_ID="ASIAOTHEROTHEROTHER1", AWS_SESSION_TOKEN="of-another-pair"
        )
        caller(grant)
    assert f"Credential={PAIR['AWS_ACCESS_KEY_ID']}/" in cloud.asked[0].headers["Authorization"]
    assert "of-another-pair" not in str(cloud.asked)


@pytest.mark.parametrize(
    ("code", "status"), [("InvalidClientTokenId", 403), ("ExpiredToken", 400), ("SignatureDoesNotMatch", 403)]
)
def test_a_refusal_is_quoted(code: str, status: int, grant: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code is in the error, and no key."""
    with CloudServer([aws_refusal(code, status)]) as cloud:
        export(monkeypatch, cloud, **PAIR)
        with pytest.raises(CredentialError, match=code) as caught:
            caller(grant)
    assert caught.value.kind == "sign-in-expired"
    assert PAIR["AWS_SECRET_ACCESS_KEY"] not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "kind"),
    [({}, "sign-in-expired"), ({"AWS_PROFILE": "nobody"}, "sign-in-expired"), (PAIR, "renewal-failed")],
    ids=["nobody", "no-such-profile", "unreachable"],
)
def test_a_sign_in_that_cannot_be_asked_for_says_why(
    values: dict[str, str], kind: str, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody there is for good; a server that cannot be reached may come back."""
    with CloudServer([caller_identity()]) as cloud:
        export(monkeypatch, cloud, **values)
    with pytest.raises(CredentialError) as caught:
        caller(grant)
    assert caught.value.kind == kind
    assert caught.value.hint is not None
