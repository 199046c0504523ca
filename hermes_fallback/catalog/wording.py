"""What people are told when a provider gives no list, or does not prove a key."""

from __future__ import annotations

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
_ADDRESS = "look at its `base_url`: most end in `/v1`"
_HINTS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.RATE_LIMIT: _AGAIN,
        Reason.QUOTA: "add credit there, or use another key",
        Reason.OVERLOADED: _AGAIN,
        Reason.SERVER_ERROR: _AGAIN,
        Reason.CONNECTION: "check the network, the proxy and its `base_url`",
        Reason.TIMEOUT: _AGAIN,
        Reason.MODEL_NOT_FOUND: _ADDRESS,
        Reason.ENDPOINT_NOT_FOUND: _ADDRESS,
        Reason.INVALID_RESPONSE: _ADDRESS,
    }
)


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
    said = _SAID.get(reason, "does not do what was asked")
    if reason is Reason.AUTH and endpoint.credential is None:
        said = "wants a key"
    is_page = verdict.rule.startswith("page:")
    if is_page:
        said = "answers with a page for browsers"
    status = f"HTTP {failure.status}" if failure.status else ""
    detail = ": ".join(filter(None, (status, verdict.message)))
    what = f"`{endpoint.provider}` at `{endpoint.origin}` {said}" + (f" ({detail})" if detail else "")
    return Told(reason=reason, is_page=is_page, what=what, hint=_hint(endpoint, reason))


def _hint(endpoint: Endpoint, reason: Reason) -> str | None:
    if reason is Reason.AUTH:
        return f"give it a key that works: hermes auth login {endpoint.provider}"
    if reason is Reason.CONNECTION and endpoint.origin.is_local:
        return "start it, or look at its `base_url`"
    return _HINTS.get(reason)
