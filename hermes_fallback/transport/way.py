"""From a connected socket to the origin: proxies and TLS, as stages that either carrier goes through. No I/O."""

from __future__ import annotations

import ssl
from collections.abc import Generator
from dataclasses import dataclass

import httpcore

from hermes_fallback.model.origin import Origin
from hermes_fallback.transport.http1 import Http1
from hermes_fallback.transport.network import Certificates, Proxy, proxy_for

__all__ = ["Secure", "Stages", "Way"]


@dataclass(frozen=True, slots=True)
class Secure:
    """Begin TLS, with *host* as the name on a certificate that is *trusted*."""

    trusted: ssl.SSLContext
    host: str


Stages = Generator[bytes | Secure, bytes, None]
"""Yields bytes to send, and is sent what comes next; or yields `Secure`."""


@dataclass(frozen=True, slots=True)
class Way:
    """How connections reach *origin*."""

    origin: Origin
    proxy: Proxy | None
    trusted: ssl.SSLContext | None
    """Only where there is TLS."""

    @classmethod
    def to(cls, origin: Origin, certificates: Certificates) -> Way:
        """As the environment says.

        Raises:
            httpcore.ProxyError: it names a proxy that is none.
            SystemRefused: the certificates cannot be read.
        """
        proxy = proxy_for(origin)
        has_tls = "https" in {origin.scheme, proxy.scheme if proxy else None}
        return cls(origin, proxy, certificates.trusted if has_tls else None)

    @property
    def nearest(self) -> tuple[str, int]:
        """The host and port that we connect to ourselves."""
        end = self.proxy or self.origin
        return end.host, end.port

    @property
    def forwarder(self) -> Proxy | None:
        """The proxy that takes our requests as they are, by their whole address."""
        is_plain = self.proxy is not None and self.origin.scheme == "http"
        return self.proxy if is_plain and self.proxy and self.proxy.scheme.startswith("http") else None

    def stages(self) -> Stages:
        """What there is to do before the first request.

        Raises:
            httpcore.ProxyError: the proxy does not let us through.
        """
        if self.proxy:
            if self.trusted and self.proxy.scheme == "https":
                yield Secure(self.trusted, self.proxy.host)
            if self.proxy.scheme.startswith("socks"):
                yield from _socks(self.proxy, self.origin)
            elif self.origin.scheme == "https":
                yield from _tunnel(self.proxy, self.origin)
        if self.trusted and self.origin.scheme == "https":
            yield Secure(self.trusted, self.origin.host)


def _tunnel(proxy: Proxy, origin: Origin) -> Stages:
    http = Http1()
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    target = f"{host}:{origin.port}"
    http.feed((yield http.request("CONNECT", target, {"host": target, **proxy.authorization})))
    while not (head := http.head()):
        http.feed((yield b""))
    if not 200 <= head.status < 300:
        msg = f"{head.status} {head.reason}"
        raise httpcore.ProxyError(msg)


def _socks(proxy: Proxy, origin: Origin) -> Stages:
    """Version 5, where the proxy looks the host up. Source: RFC 1928, and RFC 1929 for the password."""
    method = 2 if proxy.user else 0
    if (yield bytes([5, 1, method])) != bytes([5, method]):
        msg = "the SOCKS proxy does not take us as " + ("this user" if proxy.user else "nobody in particular")
        raise httpcore.ProxyError(msg)
    if proxy.user and (yield b"\x01" + _short(proxy.user) + _short(proxy.password.reveal())) != b"\x01\x00":
        msg = "the SOCKS proxy refused the user or the password"
        raise httpcore.ProxyError(msg)
    reply = yield b"\x05\x01\x00\x03" + _short(origin.host) + origin.port.to_bytes(2)
    if reply[:2] != b"\x05\x00":
        msg = f"the SOCKS proxy could not connect (reply {reply[1:2].hex() or 'none'})"
        raise httpcore.ProxyError(msg)


def _short(text: str) -> bytes:
    data = text.encode()
    return len(data[:255]).to_bytes(1) + data[:255]
