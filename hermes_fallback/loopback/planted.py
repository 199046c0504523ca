"""A certificate for the providers that listen with TLS, and its key.

Both are planted. The key is public, since it stands here: it protects nothing, and nobody may trust the certificate
but a test that asks for it by name.
"""

from __future__ import annotations

import ssl
import tempfile

__all__ = ["CERTIFICATE", "server_context"]

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIB7TCCAZKgAwIBAgIBATAKBggqhkjOPQQDAjAxMS8wLQYDVQQDDCZwbGFudGVk
IGZvciBsb29wYmFjaywgcHJvdGVjdHMgbm90aGluZzAgFw0yMDAxMDEwMDAwMDBa
GA8yMTIwMDEwMTAwMDAwMFowMTEvMC0GA1UEAwwmcGxhbnRlZCBmb3IgbG9vcGJh
Y2ssIHByb3RlY3RzIG5vdGhpbmcwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQA
A3H1XvDS1X8sQ0MaJ38sEHOHyyH5wZ4pb1mkw3pCSC2VMn9U3USEw2djSKYjbQ9P
maB+RqWuzwAfDmHt4V+ko4GYMIGVMAwGA1UdEwEB/wQCMAAwDgYDVR0PAQH/BAQD
AgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQWBBQtnpECTXk48WpuTcBR
pWth/wM2vDAfBgNVHSMEGDAWgBQtnpECTXk48WpuTcBRpWth/wM2vDAgBgNVHREE
GTAXgglsb2NhbGhvc3SHBH8AAAGHBH8AAAIwCgYIKoZIzj0EAwIDSQAwRgIhAJX4
wwIFJ2OVWYM8hTM2mIH6ZEAfDqbr3HmDnPvk+V52AiEAq1QF4o/6DemplTyOak8O
hQ6GDKS2z/7mNFC6h9F+KTc=
-----END CERTIFICATE-----
"""
"""Self-signed, for `localhost`, 127.0.0.1 and 127.0.0.2, until the year 2120."""

_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0w5ww5wuMmGJQkxb
LMQZ8oFFfgPTUiAQMzwYJnKx/sehRANCAAQAA3H1XvDS1X8sQ0MaJ38sEHOHyyH5
wZ4pb1mkw3pCSC2VMn9U3USEw2djSKYjbQ9PmaB+RqWuzwAfDmHt4V+k
-----END PRIVATE KEY-----
"""


def server_context() -> ssl.SSLContext:
    """What a server needs to show the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # the library reads it from a file only
        file.write(_KEY + CERTIFICATE)
        file.flush()
        context.load_cert_chain(file.name)
    return context
