"""The way to an origin: proxy and certificates, as the environment says when the first request is made."""

from __future__ import annotations

import ssl
from importlib.util import find_spec
from urllib.request import getproxies, proxy_bypass

import httpx

from hermes_fallback.errors import SystemRefused
from hermes_fallback.model.origin import Origin

__all__ = ["Certificates", "origin_of", "proxy_for"]


def origin_of(url: str) -> Origin:
    """The origin of *url*.

    Raises:
        httpx.UnsupportedProtocol: it is not an http(s) address.
    """
    try:
        return Origin.of(url)
    except ValueError as error:
        raise httpx.UnsupportedProtocol(str(error)) from error


def proxy_for(origin: Origin) -> httpx.Proxy | None:
    """The proxy the environment names for *origin*. Loopback never goes through one, as in Go's client.

    Raises:
        httpx.ProxyError: the proxy's address is unusable. Its user and password are not repeated.
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
        raise httpx.ProxyError(msg)
    if proxy.url.scheme.startswith("socks") and find_spec("socksio") is None:
        msg = "the proxy that the environment names speaks SOCKS, for which `httpx[socks]` must be installed"
        raise httpx.ProxyError(msg)
    return proxy


def _proxy(address: str) -> httpx.Proxy | None:
    try:
        return httpx.Proxy(address)
    except (ValueError, httpx.InvalidURL):
        return None


class Certificates:
    """The trusted certificates, read once; `SSL_CERT_FILE` and `SSL_CERT_DIR` name others than certifi's."""

    def __init__(self) -> None:
        self._contexts: dict[str, ssl.SSLContext] = {}

    def trusted(self, origin: Origin) -> ssl.SSLContext:
        """The context for connections to *origin*.

        Raises:
            SystemRefused: the certificates cannot be read.
        """
        if origin.scheme not in self._contexts:
            # Without TLS there is nobody to trust, and reading the certificates takes 20 ms.
            make = _read if origin.scheme == "https" else _nobody
            self._contexts[origin.scheme] = make()
        return self._contexts[origin.scheme]


def _nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _read() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise SystemRefused(
            "the trusted certificates cannot be read",
            why=str(error),
            hint="mend or unset `SSL_CERT_FILE` and `SSL_CERT_DIR`",
            kind="certificates",
        ) from error


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or host.endswith(".localhost") or host.startswith("127.")
