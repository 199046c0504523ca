"""What the HTTP libraries raise, as failures; one table, the most specific class first."""

from __future__ import annotations

import os
from collections.abc import Mapping

import h11
import httpcore

from hermes_fallback.model.credential import Credential
from hermes_fallback.model.failure import AttemptFailed, Failure, Transport

__all__ = [
    "ERROR_BODY_BYTES",
    "FOREIGN",
    "HUNG_UP",
    "DecodingError",
    "StreamClosed",
    "failed",
    "scrubbed",
    "status_failure",
    "unreached",
]

HUNG_UP = "Server disconnected without sending a response."


class DecodingError(Exception):
    """A body is not in the coding its answer claims."""


class StreamClosed(Exception):
    """An answer is read that was let go."""


FOREIGN = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    h11.ProtocolError,
    DecodingError,
    StreamClosed,
    OSError,
    UnicodeError,  # a host name that cannot be looked up
)
"""Everything a connection lets out that is no mistake of ours."""

_SENTENCES: Mapping[type[Exception], str] = {
    httpcore.ConnectTimeout: "no connection in time",
    httpcore.ReadTimeout: "the host stayed silent",
    httpcore.WriteTimeout: "the request could not be sent in time",
    httpcore.PoolTimeout: "no connection was free in time",
    httpcore.TimeoutException: "timed out",
    httpcore.ConnectError: "the host could not be reached",
    httpcore.ReadError: "the connection broke while reading",
    httpcore.WriteError: "the connection broke while sending",
    httpcore.NetworkError: "the connection broke",
    httpcore.ProxyError: "the proxy refused",
    httpcore.UnsupportedProtocol: "the address is neither http nor https",
    httpcore.LocalProtocolError: "the request is not valid HTTP",
    httpcore.RemoteProtocolError: "the answer is not valid HTTP, or was cut off",
    httpcore.ProtocolError: "the exchange is not valid HTTP",
    httpcore.ConnectionNotAvailable: "no connection was free",
    h11.LocalProtocolError: "the request is not valid HTTP",
    h11.RemoteProtocolError: "the answer is not valid HTTP, or was cut off",
    h11.ProtocolError: "the exchange is not valid HTTP",
    DecodingError: "the answer could not be decompressed",
    StreamClosed: "the answer was closed",
    OSError: "the operating system refused",
    UnicodeError: "the host's name is not valid",
}
"""What is said where the library gives no text of its own, as for most timeouts."""

ERROR_BODY_BYTES = 64 * 1024
"""So much of an error's body is read."""
_NOT_KEPT = frozenset({"set-cookie", "set-cookie2"})
_MIN_SECRET = 4


def failed(
    error: Exception, *, credential: Credential | None = None, is_silent: bool = False
) -> AttemptFailed:
    """The failure that *error* stands for, named after the class of the table that fits it best.

    *is_silent*: there was a connection, and no byte of the answer had come.
    """
    kind = next(kind for kind in type(error).__mro__ if kind in _SENTENCES)
    return AttemptFailed(
        Failure(
            transport=Transport.EXCEPTION,
            exception=type(error).__name__ if kind is OSError else kind.__name__,
            body=scrubbed(_text(error) or _SENTENCES[kind], credential),
            hung_up=is_silent and _is_hang_up(error),
        )
    )


def unreached(limit_s: float) -> httpcore.ConnectTimeout:
    """What is raised when there is no connection after *limit_s* seconds."""
    return httpcore.ConnectTimeout(f"no connection within {limit_s:.3g} s")


def status_failure(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    provider: str | None,
    credential: Credential | None,
) -> Failure:
    """The failure that an answer with an error status is, its cookies and any echo of the key left out."""
    return Failure(
        transport=Transport.HTTP,
        status=status,
        headers={k: scrubbed(v, credential) for k, v in headers.items() if k not in _NOT_KEPT},
        body=scrubbed(body.decode("utf-8", "replace"), credential)[:ERROR_BODY_BYTES],
        provider=provider,
    )


def scrubbed(text: str, credential: Credential | None) -> str:
    """*text* with stars where it repeats the secret, or was cut short in the middle of it."""
    if credential is None:
        return text
    token = credential.signing.token if credential.signing else None
    for each in filter(None, (credential.secret, token)):
        text = _starred(text, each.reveal().strip())
    return text


def _starred(text: str, secret: str) -> str:
    if len(secret) < _MIN_SECRET:
        return text
    whole, ellipsis = (text[:-1], text[-1]) if text.endswith("…") else (text, "")
    whole = whole.replace(secret, "********")
    for length in range(len(secret) - 1, _MIN_SECRET - 1, -1):
        if whole.endswith(secret[:length]):
            whole = whole[:-length] + "********"
            break
    return whole + ellipsis


def _is_hang_up(error: Exception) -> bool:
    """True for a connection that stood, and was closed or reset. Garbage in place of a head is neither."""
    if isinstance(error, h11.RemoteProtocolError):
        return str(error) == HUNG_UP
    return isinstance(error, httpcore.ReadError | httpcore.WriteError)


def _text(error: BaseException) -> str:
    """The error's own words and those of its first cause, which asyncio keeps apart ("Connection refused")."""
    words = str(error)
    if isinstance(error, httpcore.TimeoutException):
        return "" if error.__cause__ else words  # the library has no words for these, or only "timed out"
    deepest = error
    while cause := deepest.__cause__ or deepest.__context__:
        deepest = cause.exceptions[0] if isinstance(cause, BaseExceptionGroup) else cause
    root = _root(deepest)
    return f"{words} ({root})" if words and root and root not in words else words or root


def _root(error: BaseException) -> str:
    if isinstance(error, ConnectionError) and error.errno:
        return f"[Errno {error.errno}] {os.strerror(error.errno)}"  # asyncio says "Connect call failed"
    return str(error)
