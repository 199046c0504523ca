"""Claims: what a token says about itself, where it is a JWT. Nobody checks its signature: it is not ours to trust."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hermes_fallback.secret import Secret

__all__ = ["claim", "claims_of", "expiry", "moment"]

_PARTS = 3
_LATEST_S = 1e11
"""What is beyond it is no time but a mistake."""
_NONE: Mapping[str, object] = MappingProxyType({})


def claims_of(token: Secret) -> Mapping[str, object]:
    """The claims of *token*; none where it is no JWT."""
    parts = token.reveal().split(".")
    if len(parts) != _PARTS:
        return _NONE
    import json  # only sign-ins need these
    from base64 import urlsafe_b64decode

    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return _NONE
    return claims if isinstance(claims, dict) else _NONE


def claim(token: Secret, path: str) -> str:
    """The text of the claim at *path*, `outer.inner` or a name alone; empty where there is none.

    The outer name may hold dots of its own, as addresses do.
    """
    outer, _, inner = path.rpartition(".")
    found: object = claims_of(token)
    for name in filter(None, (outer, inner)):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def expiry(token: Secret) -> float | None:
    """When *token* ends, in seconds since the epoch; None where it does not say."""
    return moment(claims_of(token).get("exp"))


def moment(value: object, *, per_second: int = 1) -> float | None:
    """*value*, a number of units since the epoch, in seconds; None where it is no time at all, or 0."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return value / per_second if 0 < value < _LATEST_S * per_second else None
