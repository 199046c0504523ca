"""The environment's proxies and certificates are honoured, when a request is made and not before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from carrying import AnyCarrier, RawServer, ScriptedPeer

from hermes_fallback.errors import SystemRefused
from hermes_fallback.loopback.planted import CERTIFICATE
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.model.failure import AttemptFailed, Failure
from hermes_fallback.wire.exchange import HttpRequest

_OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"


def _get(url: str) -> HttpRequest:
    return HttpRequest(method="GET", url=url)


def _failure(carrier: AnyCarrier, url: str) -> Failure:
    with pytest.raises(AttemptFailed) as caught:
        carrier.open(_get(url), first_token_s=5.0)
    return caught.value.failure


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_plain_requests_go_through_the_proxy(
    carrier: AnyCarrier,
    raw_server: Callable[..., RawServer],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    """The proxy is asked for the whole address, with its own user and password."""
    proxy = raw_server(_OK)
    monkeypatch.setenv(variable, proxy.url.replace("http://", "http://me:pass@").removesuffix("/v1"))
    assert carrier.open(_get("http://provider.invalid/v1/models")).read_all() == b"hi"
    assert proxy.received.startswith(b"GET http://provider.invalid/v1/models HTTP/1.1\r\n")
    assert b"proxy-authorization: Basic bWU6cGFzcw==" in proxy.received.replace(b"Proxy-Auth", b"proxy-auth")


def test_tls_requests_ask_the_proxy_for_a_tunnel(
    carrier: AnyCarrier, raw_server: Callable[..., RawServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that refuses the tunnel is a failure of its own name."""
    proxy = raw_server(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.removesuffix("/v1"))
    failure = _failure(carrier, "https://provider.invalid/v1/models")
    assert (failure.exception, failure.body) == ("ProxyError", "407 Proxy Authentication Required")
    assert proxy.received.startswith(b"CONNECT provider.invalid:443 HTTP/1.1\r\n")


@pytest.mark.parametrize("no_proxy", ["provider.invalid", ".invalid", "*"])
def test_exceptions_are_kept(carrier: AnyCarrier, monkeypatch: pytest.MonkeyPatch, no_proxy: str) -> None:
    """Hosts under `NO_PROXY` are asked directly."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    failure = _failure(carrier, "http://provider.invalid/v1/models")
    assert "refused" not in failure.body


def test_loopback_needs_no_proxy(
    carrier: AnyCarrier, raw_server: Callable[..., RawServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model on this machine is reached although a proxy is set for the rest of the world."""
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert carrier.open(_get(raw_server(_OK).url)).read_all() == b"hi"


@pytest.mark.parametrize(
    "address",
    [
        "ftp://me:planted@proxy.invalid:21",
        "http://me:planted@[::1",
        "http://me:planted@h:port",
        "http://me:planted/x@h:80",
    ],
)
def test_a_proxy_that_is_none_is_named_without_its_password(
    carrier: AnyCarrier, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """A broken address fails the attempt; who set it knows what it was."""
    monkeypatch.setenv("HTTP_PROXY", address)
    failure = _failure(carrier, "http://provider.invalid/v1")
    assert failure.exception == "ProxyError"
    assert "planted" not in repr(failure)


def test_a_socks_proxy_carries_the_request(
    carrier: AnyCarrier, socks_server: Callable[..., ScriptedPeer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy is told the host by its name, which it looks up itself."""
    proxy = socks_server(b"\x05\x00", b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50", _OK)
    monkeypatch.setenv("ALL_PROXY", f"socks5h://127.0.0.1:{proxy.port}")
    assert carrier.open(_get("http://provider.invalid/v1/models")).read_all() == b"hi"
    greeting, connect, request = proxy.received
    assert greeting == b"\x05\x01\x00"
    assert connect == b"\x05\x01\x00\x03\x10provider.invalid\x00\x50"
    assert request.startswith(b"GET /v1/models HTTP/1.1\r\nhost: provider.invalid\r\n")


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        pytest.param((b"\x05\xff",), "does not take us", id="greeting"),
        pytest.param((b"\x05\x02", b"\x01\x01"), "the user or the password", id="password"),
        pytest.param((b"\x05\x02", b"\x01\x00", b"\x05\x05"), "reply 05", id="connection"),
    ],
)
def test_a_socks_proxy_that_refuses_says_where(
    carrier: AnyCarrier,
    socks_server: Callable[..., ScriptedPeer],
    monkeypatch: pytest.MonkeyPatch,
    replies: tuple[bytes, ...],
    words: str,
) -> None:
    """Each stage has its own words, and none of them the password."""
    proxy = socks_server(*replies)
    monkeypatch.setenv("ALL_PROXY", f"socks5://me:planted@127.0.0.1:{proxy.port}")
    failure = _failure(carrier, "http://provider.invalid/v1")
    assert failure.exception == "ProxyError"
    assert words in failure.body
    assert "planted" not in repr(failure)


def test_certificates_that_cannot_be_read_are_told(
    carrier: AnyCarrier, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A wrong `SSL_CERT_FILE` concerns every host, so it is no failure of one."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(SystemRefused) as caught:
        carrier.open(_get("https://provider.invalid/v1"))
    assert "SSL_CERT_FILE" in (caught.value.hint or "")


def test_a_host_without_tls_is_a_failed_connection(
    carrier: AnyCarrier, raw_server: Callable[..., RawServer]
) -> None:
    """`https` in front of a plain server says what went wrong."""
    failure = _failure(carrier, raw_server(_OK).url.replace("http:", "https:"))
    assert failure.exception == "ConnectError"
    assert "SSL" in failure.body


@pytest.fixture
def secure() -> Iterator[Loopback]:
    """A provider with TLS, and a certificate that nobody trusts."""
    with Loopback([{"name": "p", "tls": True}]) as running:
        yield running


def test_a_certificate_nobody_vouches_for_is_a_failed_connection(
    carrier: AnyCarrier, secure: Loopback
) -> None:
    """The library's own words say what is wrong with it."""
    failure = _failure(carrier, f"{secure.base_url('p')}/models")
    assert failure.exception == "ConnectError"
    assert "CERTIFICATE_VERIFY_FAILED" in failure.body
    assert not failure.hung_up


def test_a_certificate_of_ones_own_is_trusted_by_name(
    carrier: AnyCarrier, secure: Loopback, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`SSL_CERT_FILE` names it, and its host answers over one kept connection."""
    (tmp_path / "own.pem").write_text(CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    for _ in range(2):
        exchange = carrier.open(_get(f"{secure.base_url('p')}/models"))
        assert exchange.status == 200
        exchange.read_all()
    assert secure.connections("p") == 1


def test_silence_behind_tls_ends_at_its_limit(
    carrier: AnyCarrier, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Encrypted or not, each read has its own limit."""
    (tmp_path / "own.pem").write_text(CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    with Loopback([{"name": "p", "tls": True, "script": ["hang"]}]) as hanging:
        url = f"{hanging.base_url('p')}/chat/completions"
        with pytest.raises(AttemptFailed) as caught:
            carrier.open(HttpRequest(method="POST", url=url, body=b"{}"), first_token_s=0.3)
    assert (caught.value.failure.exception, caught.value.failure.hung_up) == ("ReadTimeout", False)


def test_only_a_carrier_loads_the_http_library() -> None:
    """Dialects and loopback providers start without it."""
    code = (
        "import sys, hermes_fallback.loopback.server, hermes_fallback.wire.dialects;"
        "sys.exit('httpcore' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
