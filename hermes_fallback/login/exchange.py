"""Exchange: a short-lived token for a lasting one, which goes to nobody but the host that exchanges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from hermes_fallback.credentials.dressing import worn
from hermes_fallback.errors import CredentialError
from hermes_fallback.login.tokens import TokenAnswer, asked
from hermes_fallback.model.credential import Credential, Grant
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret
from hermes_fallback.transport.synchronous import Carrier
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["Exchanger"]

_REFUSED: Mapping[int, str] = {
    401: "the token was revoked, or is none",
    403: "its account has no subscription, or the token lacks the permission",
    404: "tokens of its kind are not exchanged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exchanged:
    """What a token came to."""

    secret: Secret
    expires_at: float
    base_url: str | None


_Traded = tuple[str, Secret]
"""Where a token is exchanged, and the token."""


class Exchanger:
    """Exchanges tokens, and keeps what they come to until it is due; for many threads."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._kept: dict[_Traded, _Exchanged] = {}
        self._locks: dict[_Traded, Lock] = {}

    def exchanged(self, credential: Credential, grant: Grant, *, refused: bool, now: float) -> Credential:
        """*credential* with what the token of *grant* comes to at *now*; *refused*: not with the secret it has.

        Raises:
            CredentialError: the token is not exchanged: of kind `sign-in-expired` for good, else for now.
            SystemRefused: nobody answered.
        """
        token, oauth = grant.token or Secret(""), grant.oauth or OAuth()
        traded = oauth.exchange_url, token
        with self._locks.setdefault(traded, Lock()):
            kept = self._kept.get(traded)
            is_refused = refused and kept is not None and kept.secret == credential.secret
            if kept is None or is_refused or now >= kept.expires_at - grant.skew_s:
                kept = self._kept[traded] = self._asked(grant, token, now)
        return _carrying(credential, kept, oauth)

    def _asked(self, grant: Grant, token: Secret, now: float) -> _Exchanged:
        oauth = grant.oauth or OAuth()
        request = HttpRequest(
            method="GET",
            url=oauth.exchange_url,
            headers={"accept": "application/json"},
            credential=Credential(
                secret=token, source="sign-in", origins=frozenset([Origin.of(oauth.exchange_url)])
            ),
            auth_scheme="token",
        )
        answer = asked(self._carrier, request, provider=grant.provider, secrets=(token,))
        secret = answer.text("token")
        if not answer.is_good or not secret:
            raise _refusal(grant.provider, answer)
        ends = answer.number("expires_at") or 0.0  # one that is over already says that our clock is wrong
        return _Exchanged(
            secret=Secret(secret),
            expires_at=ends if now < ends - grant.skew_s else now + oauth.lifetime_s,
            base_url=_address(answer, oauth),
        )


def _refusal(provider: str, answer: TokenAnswer) -> CredentialError:
    is_final = answer.status in _REFUSED and answer.retry_after_s is None and not answer.is_page
    if not is_final:
        return CredentialError(
            f"the token of `{provider}` could not be exchanged",
            why=answer.reason,
            hint="try again later",
            kind="renewal-failed",
        )
    return CredentialError(
        f"the token of `{provider}` is not exchanged for one that requests carry",
        why=f"{_REFUSED[answer.status]} ({answer.reason})",
        hint=f"hermes auth login {provider}",
        kind="sign-in-expired",
    )


def _address(answer: TokenAnswer, oauth: OAuth) -> str | None:
    """Where the answer says that requests go, if that is the provider's own."""
    endpoints = answer.document.get("endpoints")
    named = endpoints.get("api") if isinstance(endpoints, Mapping) else None
    url = named if isinstance(named, str) else _beside_proxy(answer.text("token"))
    return url if oauth.believes(url) else None


def _beside_proxy(token: str) -> str:
    """The address in a token of `name=value` parts; it names the host of a proxy, and requests go to the one beside it."""
    parts = dict(part.partition("=")[::2] for part in token.split(";"))
    return f"https://api.{parts.get('proxy-ep', '').removeprefix('proxy.')}"


def _carrying(credential: Credential, exchanged: _Exchanged, oauth: OAuth) -> Credential:
    """*credential* with what it was exchanged for. An address of the user's own stays, whatever the answer says."""
    fresh = credential.but(secret=exchanged.secret, expires_at=exchanged.expires_at)
    if exchanged.base_url and all(oauth.believes(str(origin)) for origin in credential.origins):
        origins = credential.origins | {Origin.of(exchanged.base_url)}
        fresh = fresh.but(base_url=exchanged.base_url, origins=origins)
    return worn(fresh, oauth)
