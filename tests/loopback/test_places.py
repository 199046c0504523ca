"""Where providers listen: other hosts of loopback, and with TLS."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from typing import Any

import pytest

from hermes_fallback.loopback.planted import CERTIFICATE
from hermes_fallback.loopback.process import LoopbackProcess
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.loopback.spec import BadSpec, read_specs

_HOSTS = ["127.0.0.1", "127.0.0.2", "localhost"]


def _list(base_url: str, context: ssl.SSLContext | None = None, **headers: str) -> Any:
    request = urllib.request.Request(f"{base_url}/models", headers=headers)
    with urllib.request.urlopen(request, timeout=5, context=context) as answer:
        return json.load(answer)


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=CERTIFICATE)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def test_a_client_that_verifies_leaves() -> None:
    """The certificate is nobody's, and no request comes through."""
    with Loopback([{"name": "p", "tls": True}]) as loopback:
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            _list(loopback.base_url("p"), ssl.create_default_context())
        assert loopback.received() == ()


@pytest.mark.parametrize("host", _HOSTS)
def test_a_client_that_trusts_the_planted_certificate_is_served(host: str) -> None:
    """On every host that it names, by a client as strict as they come."""
    with Loopback([{"name": "p", "tls": True, "host": host, "models": ["m"]}]) as loopback:
        assert loopback.base_url("p").startswith(f"https://{host}:")
        assert _list(loopback.base_url("p"), _trusting())["data"][0]["id"] == "m"


@pytest.mark.parametrize(
    ("behaviour", "error"), [("reset", ConnectionResetError), ("cut", http.client.IncompleteRead)]
)
def test_tls_breaks_like_any_connection(behaviour: str, error: type[Exception]) -> None:
    """Before an answer, or in the middle of it."""
    with (
        Loopback([{"name": "p", "tls": True, "list_script": [behaviour]}]) as loopback,
        pytest.raises(error),
    ):
        _list(loopback.base_url("p"), _trusting())


def test_a_key_is_seen_at_the_host_it_was_sent_to() -> None:
    """Two hosts are two providers with a record of their own."""
    with Loopback(
        [{"name": "here", "host": "127.0.0.2"}, {"name": "there", "host": "localhost"}]
    ) as loopback:
        _list(loopback.base_url("here"), authorization="Bearer one")
        _list(loopback.base_url("there"), **{"x-api-key": "two"})
        seen = [(one.provider, one.authorization, one.headers["host"]) for one in loopback.received()]
    assert [(name, key) for name, key, _ in seen] == [("here", "Bearer one"), ("there", "two")]
    assert [host.partition(":")[0] for *_, host in seen] == ["127.0.0.2", "localhost"]


def test_the_process_takes_them_too() -> None:
    """A description in JSON knows both fields."""
    with LoopbackProcess({"providers": [{"name": "p", "host": "127.0.0.2", "tls": True}]}) as loopback:
        assert loopback.base_urls["p"].startswith("https://127.0.0.2:")
        assert _list(loopback.base_urls["p"], _trusting())["data"] == []


def test_nobody_listens_beyond_loopback() -> None:
    """A host that others could reach is refused."""
    with pytest.raises(BadSpec, match=r"loopback only, not on `0\.0\.0\.0`"):
        read_specs([{"name": "p", "host": "0.0.0.0"}])
