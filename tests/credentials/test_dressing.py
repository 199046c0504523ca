"""How tokens of a sign-in are told from keys, and sent."""

from __future__ import annotations

import base64
import json

import pytest

from hermes_fallback.credentials.claims import claim
from hermes_fallback.credentials.dressing import dressed, worn
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers import Registry
from hermes_fallback.secret import Secret

REGISTRY = Registry()


def found(value: str, url: str) -> Credential:
    origins = frozenset([Origin.of(url)])
    return Credential(secret=Secret(value), source="env", name="ANTHROPIC_TOKEN", origins=origins)


@pytest.mark.parametrize(
    ("value", "is_token"),
    [
        ("sk-ant-oat01-0001", True),
        ("sk-ant-api03-0001", False),
        ("eyJhbGciOi.x.y", True),
        ("cc-0001", True),
        ("\tsk-ant-oat01-0001\n", True),
        ("sk-0001", False),
        ("xsk-ant-oat01-0001", False),
    ],
)
def test_a_token_is_told_by_how_it_begins(value: str, is_token: bool) -> None:
    """Keys keep the header of keys; the longest beginning that is known decides."""
    anthropic = REGISTRY.get("anthropic")
    credential = dressed(found(value, anthropic.base_url), anthropic)
    assert (credential.auth_header == "Authorization") == is_token
    assert ("anthropic-beta" in credential.headers) == is_token


@pytest.mark.parametrize(
    "url", ["https://proxy.example.com", "https://api.anthropic.com.evil.example", "http://api.anthropic.com"]
)
def test_nothing_is_dressed_for_the_hosts_of_others(url: str) -> None:
    """Whoever trusts another host with a key gets that key's own header there."""
    credential = found("sk-ant-oat01-0001", url)
    assert dressed(credential, REGISTRY.get("anthropic")) is credential


def test_a_provider_without_a_sign_in_has_keys_alone() -> None:
    """However they begin."""
    deepseek = REGISTRY.get("deepseek")
    credential = found("eyJhbGciOi.x.y", deepseek.base_url)
    assert dressed(credential, deepseek) is credential


def token(claims: object) -> Secret:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return Secret(f"eyJ.{payload}.signed")


ACCOUNT = {"https://api.openai.com/auth": {"chatgpt_account_id": "acc-1"}}


@pytest.mark.parametrize(
    ("claims", "account"),
    [(ACCOUNT, "acc-1"), ({"https://api.openai.com/auth": 5}, ""), ({}, ""), ([], ""), (5, "")],
    ids=["there", "no-mapping", "absent", "list", "number"],
)
def test_the_account_is_read_from_the_token(claims: object, account: str) -> None:
    """The outer name is an address, with dots of its own."""
    assert claim(token(claims), "https://api.openai.com/auth.chatgpt_account_id") == account


def test_the_account_travels_in_its_header() -> None:
    """And no header is empty where the token names none."""
    oauth = REGISTRY.get("openai-codex").oauth
    assert oauth is not None
    credential = found("x", "https://chatgpt.com")
    assert worn(credential.but(secret=token(ACCOUNT)), oauth).headers["ChatGPT-Account-ID"] == "acc-1"
    assert "ChatGPT-Account-ID" not in worn(credential, oauth).headers
