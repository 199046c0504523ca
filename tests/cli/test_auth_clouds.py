"""`hermes auth status` of clouds and programs: what is found here, and what their own servers say of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from program import Hermes

from hermes_fallback.credentials import cloud
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.probe import signing
from tests.cloud_server import (
    ARN,
    CloudServer,
    Reply,
    aws_refusal,
    caller_identity,
    google_token,
    managed_identity,
)

AWS = {"AWS_ACCESS_KEY_ID": "AKIAACMEACMEACME0001", "AWS_SECRET_ACCESS_KEY": "aws-secret-0123456789abcdef"}
TOKEN = "entra-token-0123456789"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that no cloud made."""
    monkeypatch.setattr(cloud, "MAKERS", str(tmp_path))


@pytest.fixture
def status(hermes: Hermes, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Exit status and the row of one provider, checked; variables are those of the whole process."""

    def run(provider: str, *flags: str, **environ: str) -> tuple[int, dict[str, Any]]:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        result = hermes("auth", "status", provider, "--json", *flags, env=environ)
        return result.status, result.document["providers"][0]

    return run


Status = Callable[..., tuple[int, dict[str, Any]]]


def facts(row: dict[str, Any]) -> tuple[object, ...]:
    return row["configured"], row["resolvable"], row["accepted"]


def test_bedrock_is_accepted_where_sts_knows_the_caller(status: Status) -> None:
    """Nothing is in the way of a link."""
    with CloudServer([caller_identity()]) as sts:
        code, row = status("bedrock", "--check", **AWS, AWS_ENDPOINT_URL_STS=sts.url)
    assert (code, facts(row)) == (0, (True, True, True))
    assert row["problem"] is None
    assert len(sts.asked) == 1


@pytest.mark.parametrize(
    ("environ", "is_ready"),
    [({}, False), (AWS, True), ({"AWS_BEARER_TOKEN_BEDROCK": "bedrock-key-0123456789"}, True)],
    ids=["nobody", "signed-in", "key"],
)
def test_a_link_takes_a_sign_in_or_a_key(
    environ: dict[str, str], is_ready: bool, hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """Requests are signed with what AWS's own library finds, or carry a key of Bedrock's own."""
    config("model: {provider: bedrock, default: m}\n")
    assert hermes("fallback", "list", "--json", env=environ).document["primary"]["ready"] is is_ready


def test_what_sts_refuses_is_not_accepted(status: Status) -> None:
    """With AWS's own word for it."""
    with CloudServer([aws_refusal("InvalidClientTokenId")]) as sts:
        _, row = status("bedrock", "--check", **AWS, AWS_ENDPOINT_URL_STS=sts.url)
    assert facts(row) == (True, True, False)
    assert "InvalidClientTokenId" in row["problem"]["what"]
    assert row["credentials"][0]["state"] == "dead"


def test_an_sts_that_cannot_be_reached_tells_nothing(status: Status) -> None:
    """`cannot tell` is a state of its own."""
    with CloudServer([caller_identity()]) as sts:
        url = sts.url
    _, row = status("bedrock", "--check", **AWS, AWS_ENDPOINT_URL_STS=url)
    assert facts(row) == (True, True, None)


def test_nobody_is_asked_without_the_flag(status: Status) -> None:
    """Nor is a token made for showing where one stands."""
    with CloudServer([caller_identity()]) as sts:
        _, row = status("bedrock", **AWS, AWS_ENDPOINT_URL_STS=sts.url)
    assert facts(row) == (True, True, None)
    assert sts.asked == []


def test_people_read_who_is_signed_in(hermes: Hermes) -> None:
    """And never a key."""
    result = hermes("auth", "status", "bedrock", env=AWS)
    assert "usable: signed in to AWS (sha256:" in result.out
    assert AWS["AWS_SECRET_ACCESS_KEY"] not in result.out
    assert ARN not in result.out


@pytest.mark.parametrize(
    ("reply", "code", "accepted"),
    [
        (google_token("google-token-0123456789"), 0, True),
        (Reply({"error": "invalid_grant"}, 400), 4, False),
    ],
    ids=["good", "refused"],
)
def test_vertex_is_accepted_where_google_gives_a_token(
    reply: Reply, code: int, accepted: bool, status: Status, tmp_path: Path
) -> None:
    """No request is for nothing there, so the token is the proof."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with CloudServer([reply]) as google:
        account = {"type": "service_account", "client_email": "bot@acme.test", "project_id": "acme"}
        file = tmp_path / "account.json"
        file.write_text(
            json.dumps({**account, "private_key": key.decode(), "token_uri": f"{google.url}/token"})
        )
        done, row = status("vertex", "--check", VERTEX_CREDENTIALS_PATH=str(file))
    assert (done, facts(row)) == (code, (True, True, accepted))
    assert len(google.asked) == 1


@pytest.mark.parametrize(("key", "accepted"), [(TOKEN, True), ("another-token-0123456789", False)])
def test_foundry_is_asked_with_the_token(
    key: str, accepted: bool, status: Status, config: Callable[[str], Path]
) -> None:
    """The resource itself says whether it takes it."""
    with (
        Loopback({"providers": [{"name": "foundry", "key": key}]}) as resource,
        CloudServer([managed_identity(TOKEN)]) as identity,
    ):
        config(
            "model: {provider: azure, default: m, auth_mode: entra_id, "
            f'base_url: "{resource.base_url("foundry")}"}}\n'
        )
        environ = {"IDENTITY_ENDPOINT": f"{identity.url}/token", "IDENTITY_HEADER": "header-0123456789"}
        code, row = status("azure-foundry", "--check", **environ)
        sent = [each.headers["authorization"] for each in resource.received()]
    assert (code, facts(row)) == (0 if accepted else 4, (True, True, accepted))
    assert set(sent) == {f"Bearer {TOKEN}"}


def test_a_named_endpoint_may_be_signed_in_to_with_entra_id(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """The links that use it need not say so again."""
    config(
        "custom_providers:\n  - {name: ours, base_url: https://acme.openai.azure.com/openai/v1, "
        "auth_mode: entra_id, entra: {scope: https://cognitiveservices.azure.com/.default}}\n"
        "model: {provider: custom:ours, default: m}\n"
    )
    primary = hermes("fallback", "list", "--json").document["primary"]
    assert primary["ready"]
    assert primary["credential"]["fingerprint"] == "entra:https://cognitiveservices.azure.com/.default"


def program(tmp_path: Path, script: str) -> str:
    path = tmp_path / "copilot"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("variable", ["PATH", "HERMES_COPILOT_ACP_COMMAND", "COPILOT_CLI_PATH"])
def test_a_program_is_found_by_a_variable_or_on_path(variable: str, status: Status, tmp_path: Path) -> None:
    """Nobody runs it to see whether it is there."""
    path = program(tmp_path, f"touch {tmp_path}/ran")
    _, row = status("copilot-acp", **{variable: str(tmp_path) if variable == "PATH" else path})
    assert facts(row) == (True, True, None)
    assert row["credentials"][0]["fingerprint"] == path
    assert not (tmp_path / "ran").exists()


def test_a_program_that_is_not_there_is_said(status: Status) -> None:
    """With the variables that would name it."""
    code, row = status("copilot-acp", "--check", PATH="")
    assert (code, facts(row)) == (4, (False, False, None))
    assert row["problem"]["kind"] == "missing-program"
    assert "COPILOT_CLI_PATH" in row["problem"]["hint"]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ('[ "$1" = --version ]', "not spoken to yet"),
        ("exit 3", "ends with status 3"),
        ("exec sleep 30", "says nothing in 0.2 s"),
    ],
    ids=["runs", "fails", "hangs"],
)
def test_a_program_is_run_when_it_is_checked(
    script: str, words: str, status: Status, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For its version, and for no longer than the limit; who is signed in there, that does not tell."""
    monkeypatch.setattr(signing, "_START_S", 0.2 if "sleep" in script else 10.0)
    _, row = status("copilot-acp", "--check", COPILOT_CLI_PATH=program(tmp_path, script))
    assert facts(row) == (True, True, None)
    assert words in row["problem"]["what"]


@pytest.mark.parametrize("place", ["model", "link", "endpoint"])
def test_the_way_to_sign_in_is_checked_with_the_config(
    place: str, hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """Wherever it may stand: a word that is none is a finding, with those that are."""
    fields = "base_url: https://acme.openai.azure.com/openai/v1, auth_mode: entra"
    text = {
        "model": f"model: {{provider: azure, default: m, {fields}}}\n",
        "link": f"fallback_providers: [{{provider: azure, model: m, {fields}}}]\n",
        "endpoint": f"custom_providers: [{{name: ours, {fields}}}]\n",
    }
    config(text[place])
    result = hermes("config", "validate", "--json")
    assert result.status == 1
    assert "api_key, entra_id" in result.out


def test_another_primary_is_not_signed_in_to_like_the_old_one(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """`auth_mode` goes with the primary that it was for."""
    path = config(
        "model:\n  provider: azure\n  default: m\n  auth_mode: entra_id\n  entra:\n    scope: s\n"
        "  base_url: https://acme.openai.azure.com/openai/v1\n"
    )
    assert hermes("model", "set", "ollama", "q").status == 0
    assert "entra" not in path.read_text()
