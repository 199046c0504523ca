"""What the HTTP library raises, as failures; one table, the most specific class first."""

from __future__ import annotations

import os
from collections.abc import Mapping

import httpx

from hermes_fallback.model.credential import Credential
from hermes_fallback.model.failure import AttemptFailed, Failure, Transport

__all__ = ["ERROR_BODY_BYTES", "FOREIGN", "failed", "scrubbed", "silent", "status_failure", "unreached"]

FOREIGN = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpx.CookieConflict,
    OSError,
    UnicodeError,  # a host name that cannot be looked up
)
"""Everything a transport lets out that is no mistake of ours."""

_SENTENCES: Mapping[type[Exception], str] = {
    httpx.ConnectTimeout: "no connection in time",
    httpx.ReadTimeout: "no answer in time",
    httpx.WriteTimeout: "the request could not be sent in time",
    httpx.PoolTimeout: "no connection was free in time",
    httpx.TimeoutException: "timed out",
    httpx.ConnectError: "the host could not be reached",
    httpx.ReadError: "the connection broke while reading",
    httpx.WriteError: "the connection broke while sending",
    httpx.CloseError: "the connection could not be closed",
    httpx.NetworkError: "the connection broke",
    httpx.ProxyError: "the proxy refused",
    httpx.UnsupportedProtocol: "the address is neither http nor https",
    httpx.LocalProtocolError: "the request is not valid HTTP",
    httpx.RemoteProtocolError: "the answer is not valid HTTP, or was cut off",
    httpx.ProtocolError: "the exchange is not valid HTTP",
    httpx.TransportError: "the exchange failed",
    httpx.DecodingError: "the answer could not be decompressed",
    httpx.TooManyRedirects: "too many redirects",
    httpx.RequestError: "the request failed",
    httpx.HTTPStatusError: "the answer has an error status",
    httpx.HTTPError: "the exchange failed",
    httpx.InvalidURL: "the address is not valid",
    httpx.CookieConflict: "two cookies have the same name",
    httpx.StreamConsumed: "the answer was read already",
    httpx.StreamClosed: "the answer was closed",
    httpx.ResponseNotRead: "the answer was not read",
    httpx.RequestNotRead: "the request was not read",
    httpx.StreamError: "the answer cannot be read",
    OSError: "the operating system refused",
    UnicodeError: "the host's name is not valid",
}
"""What is said where the library gives no text of its own, as for most timeouts."""

ERROR_BODY_BYTES = 64 * 1024
"""So much of an error's body is read."""
_NOT_KEPT = frozenset({"set-cookie", "set-cookie2"})
_MIN_SECRET = 4


def failed(
    error: Exception, *, credential: Credential | None = None, before_head: bool = False
) -> AttemptFailed:
    """The failure that *error* stands for, named after the class of the table that fits it best.

    *before_head*: it was raised while the head of the answer was awaited.
    """
    kind = next(kind for kind in type(error).__mro__ if kind in _SENTENCES)
    return AttemptFailed(
        Failure(
            transport=Transport.EXCEPTION,
            exception=type(error).__name__ if kind is OSError else kind.__name__,
            body=scrubbed(_text(error) or _SENTENCES[kind], credential),
            hung_up=before_head and _is_hang_up(error),
        )
    )


def unreached(limit_s: float) -> httpx.ConnectTimeout:
    """What is raised when there is no connection after *limit_s* seconds."""
    return httpx.ConnectTimeout(f"no connection within {limit_s:.3g} s")


def silent() -> httpx.ReadTimeout:
    """What is raised when nothing came in time."""
    return httpx.ReadTimeout("the host stayed silent")


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
    secret = credential.secret.reveal().strip() if credential else ""
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
    if isinstance(error, httpx.RemoteProtocolError):
        return str(error).startswith("Server disconnected")
    return isinstance(error, httpx.ReadError | httpx.WriteError)


def _text(error: BaseException) -> str:
    """The error's own words and those of its first cause, which asyncio keeps apart ("Connection refused")."""
    words = str(error)
    if isinstance(error, httpx.TimeoutException):
        return words  # beneath it is only the echo of what we did to end the wait
    deepest = error
    while cause := deepest.__cause__ or deepest.__context__:
        deepest = cause.exceptions[0] if isinstance(cause, BaseExceptionGroup) else cause
    root = _root(deepest)
    return f"{words} ({root})" if words and root and root not in words else words or root


def _root(error: BaseException) -> str:
    if isinstance(error, ConnectionError) and error.errno:
        return f"[Errno {error.errno}] {os.strerror(error.errno)}"  # asyncio says "Connect call failed"
    return str(error)
