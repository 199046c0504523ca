"""The last moment before a request leaves: its own headers, and the secret, if it may go there."""

from __future__ import annotations

import re
from functools import cache

import h11

from hermes_fallback.errors import CredentialError
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.origin import Origin
from hermes_fallback.transport.content import ACCEPTED
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["sealed", "user_agent"]

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?|")


def sealed(request: HttpRequest) -> dict[str, str]:
    """The headers *request* leaves with, each name once.

    The credential replaces whatever the caller or the route put under its header.

    Raises:
        CredentialError: the credential is not bound to where the request goes.
        h11.LocalProtocolError: a header would not be valid HTTP. Its value is not repeated.
    """
    headers = {"user-agent": user_agent(), "accept-encoding": ACCEPTED}
    headers |= {name.lower(): value for name, value in request.headers.items()}
    if request.credential:
        headers |= _authorization(request, request.credential)
    for name, value in headers.items():
        if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)):
            msg = f"Illegal header value for `{name!a:.60}`: control or non-ASCII characters"
            raise h11.LocalProtocolError(msg)
    return headers


def _authorization(request: HttpRequest, credential: Credential) -> dict[str, str]:
    if not credential.allows(request.url):
        label = credential.name or credential.source
        raise CredentialError(
            f"`{label}` may not be sent to `{_place(request.url)}`",
            why="it is bound to " + (", ".join(sorted(map(str, credential.origins))) or "no host"),
            hint="give this link a `key_env` of its own, or name the host in `fallback.trust`",
            kind="credential-scope",
        )
    if credential.signing:
        from hermes_fallback.transport.signature import signed  # few requests are

        return signed(request, credential.secret, credential.signing)
    secret = credential.secret.reveal().strip()  # a key read from a file brings its line end along
    if not secret or not secret.isascii():
        msg = "Illegal header value: the key is empty, or has characters that are not ASCII"
        raise h11.LocalProtocolError(msg)
    return {request.auth_header.lower(): f"{request.auth_scheme} {secret}".strip()}


def _place(url: str) -> str:
    try:
        return str(Origin.of(url))
    except ValueError:
        return "an address that is not http(s)"


@cache
def user_agent() -> str:
    """Our own name and version, never another client's."""
    from importlib.metadata import PackageNotFoundError, version  # 10 ms, once, when a request is sent

    try:
        return f"hermes-fallback/{version('hermes-fallback')}"
    except PackageNotFoundError:
        return "hermes-fallback"
