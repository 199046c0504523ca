"""The way to an origin: proxy and certificates, as the environment says when the first request is made."""

from __future__ import annotations

import base64
import os
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import httpcore

from hermes_fallback.errors import SystemRefused
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret

__all__ = ["Certificates", "Proxy", "origin_of", "proxy_for"]

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """Where a proxy listens, and who we are to it."""

    scheme: str
    host: str
    port: int
    user: str
    password: Secret

    @property
    def authorization(self) -> dict[str, str]:
        """The header that says who we are; none where nobody asked."""
        if not self.user:
            return {}
        pair = f"{self.user}:{self.password.reveal()}".encode()
        return {"proxy-authorization": f"Basic {base64.b64encode(pair).decode()}"}


def origin_of(url: str) -> Origin:
    """The origin of *url*.

    Raises:
        httpcore.UnsupportedProtocol: it is not an http(s) address.
    """
    try:
        return Origin.of(url)
    except ValueError as error:
        raise httpcore.UnsupportedProtocol(str(error)) from error


def proxy_for(origin: Origin) -> Proxy | None:
    """The proxy the environment names for *origin*. Loopback never goes through one, as in Go's client.

    Raises:
        httpcore.ProxyError: the proxy's address is unusable. Its user and password are not repeated.
    """
    if _is_loopback(origin.host):
        return None
    proxies = getproxies()
    address = proxies.get(origin.scheme) or proxies.get("all")
    if not address or proxy_bypass(f"{origin.host}:{origin.port}"):
        return None
    proxy = _proxy(address if "://" in address else f"http://{address}")
    if proxy is None:  # raised out here, where no other error is at hand that would repeat the address
        msg = f"the proxy that the environment names for {origin.scheme} is not an address we can use"
        raise httpcore.ProxyError(msg)
    return proxy


def _proxy(address: str) -> Proxy | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return Proxy(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=Secret(unquote(parts.password or "")),
    )


class Certificates:
    """The trusted certificates, read once; `SSL_CERT_FILE` and `SSL_CERT_DIR` name others than certifi's."""

    def __init__(self) -> None:
        self._context: ssl.SSLContext | None = None

    @property
    def trusted(self) -> ssl.SSLContext:
        """The context for every TLS connection. Reading it takes 20 ms, which nobody without TLS pays.

        Raises:
            SystemRefused: the certificates cannot be read.
        """
        if self._context is None:
            self._context = _read()
        return self._context


def _read() -> ssl.SSLContext:
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        if folder and not file:
            context = ssl.create_default_context(capath=folder)
        else:
            context = ssl.create_default_context(cafile=file or certifi.where())
    except OSError as error:
        raise SystemRefused(
            "the trusted certificates cannot be read",
            why=str(error),
            hint="mend or unset `SSL_CERT_FILE` and `SSL_CERT_DIR`",
            kind="certificates",
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    return context


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or host.endswith(".localhost") or host.startswith("127.")
