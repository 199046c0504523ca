"""What people are told when a provider gives no list, or does not prove a key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hermes_fallback.failover.classify import classify
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.failure import Failure
from hermes_fallback.model.reason import Reason

__all__ = ["Told", "tell"]

_SAID: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.RATE_LIMIT: "is rate limited",
        Reason.QUOTA: "has no quota left for this key",
        Reason.OVERLOADED: "is overloaded",
        Reason.SERVER_ERROR: "has an internal error",
        Reason.CONNECTION: "cannot be reached",
        Reason.TIMEOUT: "did not answer in time",
        Reason.AUTH: "refuses the key",
        Reason.BAD_REQUEST: "does not take the request",
        Reason.MODEL_NOT_FOUND: "has nothing at this address",
        Reason.ENDPOINT_NOT_FOUND: "has nothing at this address",
        Reason.INVALID_RESPONSE: "gave an answer that makes no sense",
    }
)
_AGAIN = "try again later"
_NETWORK = "check the network, the proxy and its `base_url`"
_ADDRESS = "look at the path of its `base_url`"
_HINTS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.RATE_LIMIT: _AGAIN,
        Reason.QUOTA: "add credit there, or use another key",
        Reason.OVERLOADED: _AGAIN,
        Reason.SERVER_ERROR: _AGAIN,
        Reason.CONNECTION: _NETWORK,
        Reason.TIMEOUT: _AGAIN,
        Reason.MODEL_NOT_FOUND: _ADDRESS,
        Reason.ENDPOINT_NOT_FOUND: _ADDRESS,
        Reason.INVALID_RESPONSE: _ADDRESS,
    }
)
_BROKEN_OFF = frozenset({"ReadError", "WriteError", "RemoteProtocolError"})
_NUMBER = re.compile(r"\[Errno -?\d+\] ")
"""What the operating system's errors begin with; the words behind it say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A failure in words. The provider's own are among them: they may hold control characters, and no key."""

    reason: Reason
    is_page: bool
    """True where a page for browsers came: a firewall's or a gateway's, which never saw the key."""
    what: str
    hint: str | None


def tell(endpoint: Endpoint, failure: Failure, *, reason: Reason | None = None) -> Told:
    """What *failure* means at *endpoint*; *reason* is what it means where the caller knows better."""
    verdict = classify(failure)
    reason = reason or verdict.reason
    is_page = verdict.rule.startswith("page:")
    said, hint = _page(endpoint, reason) if is_page else _plain(endpoint, failure, reason)
    status = f"HTTP {failure.status}" if failure.status else ""
    detail = ": ".join(filter(None, (status, _NUMBER.sub("", verdict.message))))
    what = f"`{endpoint.provider}` at `{endpoint.origin}` {said}" + (f" ({detail})" if detail else "")
    return Told(reason=reason, is_page=is_page, what=what, hint=hint)


def _page(endpoint: Endpoint, reason: Reason) -> tuple[str, str | None]:
    """What a page for browsers amounts to. One that refuses is a firewall's, and no key would change it."""
    return "answers with a page for browsers", _NETWORK if reason is Reason.AUTH else _hint(endpoint, reason)


def _plain(endpoint: Endpoint, failure: Failure, reason: Reason) -> tuple[str, str | None]:
    if reason is Reason.AUTH:
        return _key(endpoint)
    if failure.status and 300 <= failure.status < 400:
        return "redirects to another address", "put that address into its `base_url`"
    if failure.exception in _BROKEN_OFF:
        return "gave no whole answer", _AGAIN
    if reason is Reason.CONNECTION and endpoint.origin.is_local:
        return _SAID[reason], "start it, or look at its `base_url`"
    return _SAID.get(reason, "does not do what was asked"), _hint(endpoint, reason)


def _key(endpoint: Endpoint) -> tuple[str, str]:
    credential = endpoint.credential
    if credential is None:
        return "wants a key", "add `key_env: NAME` to its entry, and put the key into `NAME` in .env"
    if credential.name is None:
        mend = "put a key that works into `NAME` in .env, and `key_env: NAME` in place of its `api_key`"
        return "refuses the key", mend
    return "refuses the key", f"put a key that works into `{credential.name}` in .env"


def _hint(endpoint: Endpoint, reason: Reason) -> str | None:
    hint = _HINTS.get(reason)
    lacks_v1 = hint == _ADDRESS and not endpoint.base_url.rstrip("/").endswith("/v1")
    return f"{hint}: most end in `/v1`" if lacks_v1 else hint
