"""How a token of a sign-in is sent, where a key of the same provider is sent otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from hermes_fallback.credentials.claims import claim
from hermes_fallback.credentials.scope import is_own
from hermes_fallback.model.credential import Credential, Grant
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.credentials.provider import Provider
    from hermes_fallback.model.oauth import OAuth

__all__ = ["dressed", "exchanging", "holds_token", "worn"]


def dressed(credential: Credential, provider: Provider) -> Credential:
    """*credential*, found in a variable, as requests carry it.

    One that is a token of the provider's sign-in, and goes to the provider's own hosts, is sent as a bearer with
    the headers of the sign-in. A key, and whatever goes to other hosts, stays as it is.
    """
    is_home = all(is_own(provider, origin) for origin in credential.origins)
    if provider.oauth is None or not is_home or not holds_token(credential, provider):
        return credential
    return worn(credential, provider.oauth)


def worn(credential: Credential, oauth: OAuth) -> Credential:
    """*credential*, a token of a sign-in for certain, as a bearer with the headers of *oauth*."""
    account = claim(credential.secret, oauth.account_claim) if oauth.account_claim else ""
    named = {oauth.account_header: account} if account and oauth.account_header else {}
    return credential.but(
        auth_header="Authorization", auth_scheme="Bearer", headers={**oauth.headers, **named}
    )


def exchanging(credential: Credential, provider: Provider) -> Credential:
    """*credential*, or what it is exchanged for before requests go out, where *provider* wants that."""
    oauth = provider.oauth
    if oauth is None or not oauth.exchange_url or credential.grant:
        return credential
    return credential.but(
        secret=Secret(""),
        account=credential.account or credential.secret.digest(16),
        headers=oauth.headers,
        grant=Grant(
            kind="exchange",
            provider=provider.name,
            oauth=oauth,
            token=credential.secret,
            skew_s=oauth.skew_s,
        ),
    )


def holds_token(credential: Credential, provider: Provider) -> bool:
    """True for a token of a sign-in, by how it begins. The longest beginning that fits decides."""
    tokens = provider.oauth.token_prefixes if provider.oauth else ()
    keys = (prefix for prefix in provider.key_prefixes if prefix not in tokens)
    value = credential.secret.reveal().strip()
    return _fitting(value, tokens) > _fitting(value, keys)


def _fitting(value: str, prefixes: Iterable[str]) -> int:
    """How much of *value* the longest of *prefixes* covers."""
    return max((len(prefix) for prefix in prefixes if value.startswith(prefix)), default=0)
