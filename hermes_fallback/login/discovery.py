"""Discovery: the document in which an OpenID provider names its endpoints."""

from __future__ import annotations

from hermes_fallback.errors import CredentialError
from hermes_fallback.login.tokens import asked
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.transport.synchronous import Carrier
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["discovered"]


def discovered(oauth: OAuth, carrier: Carrier, *, provider: str) -> OAuth:
    """*oauth* with the endpoints that its document names; as it is where it has no such document.

    Raises:
        CredentialError: there is no token endpoint in it, or one at a host that is not the provider's.
        SystemRefused: it could not be had.
    """
    if not oauth.discovery_url:
        return oauth
    request = HttpRequest(method="GET", url=oauth.discovery_url, headers={"accept": "application/json"})
    answer = asked(carrier, request, provider=provider)
    names = {"token_url": "token_endpoint", "authorize_url": "authorization_endpoint"}
    found = {ours: url for ours, theirs in names.items() if (url := answer.text(theirs))}
    strange = [url for url in found.values() if not oauth.believes(url)]
    if strange or "token_url" not in found:
        why = f"it names `{strange[0]}`, which is not its own" if strange else answer.reason
        raise CredentialError(
            f"`{oauth.discovery_url}` does not say where to sign in to `{provider}`",
            why=why,
            hint="try again later; nothing was sent there",
            kind="sign-in-refused",
        )
    return oauth.but(**found)
