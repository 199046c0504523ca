"""PKCE: the proof that whoever exchanges a code is the one who asked for it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe

from hermes_fallback.secret import Secret

__all__ = ["Pkce"]

_VERIFIER_BYTES = 64


def _verifier() -> Secret:
    return Secret(token_urlsafe(_VERIFIER_BYTES))


@dataclass(frozen=True, slots=True)
class Pkce:
    """A verifier that nobody has seen. Source: RFC 7636."""

    verifier: Secret = field(default_factory=_verifier)

    @property
    def request_fields(self) -> dict[str, str]:
        """What goes with the request for a code."""
        digest = sha256(self.verifier.reveal().encode()).digest()
        challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
        return {"code_challenge": challenge, "code_challenge_method": "S256"}

    @property
    def exchange_fields(self) -> dict[str, str]:
        """What goes with its exchange."""
        return {"code_verifier": self.verifier.reveal()}
