"""Conversations with Google Vertex AI: a token for a service account, made anew where it is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hermes_fallback.loopback.server import Loopback
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.session.session import Session
from tests.cloud_server import CloudServer, google_token

OLD, GOOD = "google-token-old-0123456789", "google-token-good-0123456789"
PLUGIN = """\
from hermes_fallback.providers import get_provider_profile, register_provider

bundled = get_provider_profile("vertex")
register_provider(bundled.but(base_url={base_url!r}, regional_base_url="", placeholders={{}}))
"""


def account(token_uri: str) -> str:
    """The file of a service account whose tokens are made at *token_uri*."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, sealed = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, form, sealed).decode()
    fields = {"type": "service_account", "client_email": "bot@acme.test", "token_uri": token_uri}
    return json.dumps({**fields, "private_key": pem})


@pytest.fixture
def google(home: Path) -> CloudServer:
    """Where tokens are made: the old one first."""
    return CloudServer([google_token(OLD), google_token(GOOD)])


def test_a_refused_token_is_made_anew_and_the_question_answered(home: Path, google: CloudServer) -> None:
    """As a bearer, under the name of the provider."""
    plugin = home / "plugins" / "model-providers" / "vertex" / "__init__.py"
    plugin.parent.mkdir(parents=True)
    with google, Loopback([{"name": "host", "key": GOOD}]) as loopback:
        plugin.write_text(PLUGIN.format(base_url=loopback.base_urls["host"]))
        (home / "account.json").write_text(account(f"{google.url}/token"))
        (home / "config.yaml").write_text("model: {provider: vertex, default: google/m-1}\n")
        environ = {"HOME": str(home), "VERTEX_CREDENTIALS_PATH": str(home / "account.json")}
        with Session(Runtime.open(home, environ=environ).plan()) as session:
            assert session.ask("hi").served_by.provider == "vertex"
        sent = [each.authorization for each in loopback.received()]
    assert sent == [f"Bearer {OLD}", f"Bearer {GOOD}"]


def test_no_token_reaches_a_foreign_host(home: Path, google: CloudServer) -> None:
    """A redirect takes nothing along, the next link gets nothing, and Google's own key stays at home."""
    plugin = home / "plugins" / "model-providers" / "vertex" / "__init__.py"
    plugin.parent.mkdir(parents=True)
    with (
        google,
        Loopback([{"name": "host"}, {"name": "spare"}]) as hosts,
        Loopback([{"name": "elsewhere"}]) as other,
    ):
        away = {"behaviour": "redirect", "to": f"{other.base_url('elsewhere')}/chat/completions"}
        hosts.script("host", [away])
        plugin.write_text(PLUGIN.format(base_url=hosts.base_urls["host"]))
        (home / "account.json").write_text(account(f"{google.url}/token"))
        spare = f"[{{provider: custom, model: s, base_url: {hosts.base_urls['spare']}}}]"
        config = f"model: {{provider: vertex, default: google/m-1}}\nfallback_providers: {spare}\n"
        (home / "config.yaml").write_text(config)
        environ = {"HOME": str(home), "VERTEX_CREDENTIALS_PATH": str(home / "account.json")}
        with Session(Runtime.open(home, environ=environ).plan()) as session:
            assert session.ask("hi").served_by.provider == "custom"
        assert other.received() == ()
        assert OLD in str(hosts.received("host"))
        assert OLD not in str(hosts.received("spare"))
