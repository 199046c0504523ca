"""The environment's proxies and certificates are honoured, when a request is made and not before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from carrying import AnyCarrier, RawServer

from hermes_fallback.errors import SystemRefused
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


def test_a_socks_proxy_says_what_it_needs(carrier: AnyCarrier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package for SOCKS the failure names it."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    assert "httpx[socks]" in _failure(carrier, "http://provider.invalid/v1").body


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


def test_only_a_carrier_loads_the_http_library() -> None:
    """Dialects and loopback providers start without it."""
    code = (
        "import sys, hermes_fallback.loopback.server, hermes_fallback.wire.dialects;"
        "sys.exit('httpx' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
