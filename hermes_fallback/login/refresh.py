"""Refreshing: a sign-in in auth.json gets its next tokens once, whoever and however many ask for them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from hermes_fallback.credentials.auth_edit import AuthEdit
from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.dressing import worn
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.pool_entry import TOKEN_KEYS, PoolEntry
from hermes_fallback.credentials.started import unbroken
from hermes_fallback.errors import CredentialError
from hermes_fallback.login.discovery import discovered
from hermes_fallback.login.shared import shared_copy
from hermes_fallback.login.tokens import TokenAnswer, Tokens, request_token, tokens_in
from hermes_fallback.masking import mask_values
from hermes_fallback.model.credential import Credential, Grant
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["refreshed"]

_PATIENCE_S = 30.0
"""For whoever refreshes at the moment: longer than a server has for its answer."""
_BEGUN = "renewal_begun_at"
"""Stands in auth.json from before a refresh until its end is known. It proves that the file can be written before the
refresh token is used up, and tells later what became of it if the answer was lost."""
_OK, _SERVER_FAULT, _REFUSED = 200, 500, 401


def refreshed(
    credential: Credential, grant: Grant, carrier: Carrier, *, refused: bool, now: float
) -> Credential:
    """*credential* with the tokens of its sign-in that are good at *now*; *refused*: others than it has.

    All of it happens under the lock of auth.json, so that a refresh token is used once: whoever comes second finds
    what the first one wrote. A Ctrl-C lets an answer that is on its way come, and be written.

    Raises:
        CredentialError: of kind `sign-in-expired`, the sign-in is over, and noted in auth.json as Hermes Agent notes
            it; of kind `renewal-failed`, the server gave nothing this time.
        Conflict, InvalidFile, SystemRefused: auth.json cannot be used or written, or the server did not answer.
    """
    return unbroken(lambda: _refreshed(credential, grant, carrier, refused=refused, now=now))


def _refreshed(
    credential: Credential, grant: Grant, carrier: Carrier, *, refused: bool, now: float
) -> Credential:
    with AuthFile(grant.path, lock_timeout_s=_PATIENCE_S).locked() as edit, shared_copy(grant) as shared:
        entry = edit.content.entry(grant.provider, grant.entry)
        if entry is None:
            raise _ended(grant.provider, "it is not in auth.json any more")
        if entry.expires_at is None and entry.secret == credential.secret:
            entry = entry.but(expires_at=credential.expires_at)
        newer = shared.newer_than(entry)
        for each in filter(None, (entry, newer)):
            is_refused = refused and each.secret == credential.secret
            if each.secret and not is_refused and not _is_due(each.expires_at, grant, now):
                return _carrying(credential, grant, each.secret, each.expires_at, each.base_url)
        if newer:
            raise _elsewhere(grant.provider)
        tokens = _Refresh(edit, entry, grant, carrier, now).tokens()
        shared.replace(entry, tokens)
    # A token that is due as soon as it is made says that our clock is wrong: the host will tell when it ends.
    expires_at = None if _is_due(tokens.expires_at, grant, now) else tokens.expires_at
    return _carrying(
        credential, grant, tokens.access_token, expires_at, tokens.told.get("inference_base_url")
    )


class _Refresh:
    """One refresh of *entry*, with the lock held."""

    def __init__(self, edit: AuthEdit, entry: PoolEntry, grant: Grant, carrier: Carrier, now: float) -> None:
        self._edit, self._entry, self._grant = edit, entry, grant
        self._oauth = grant.oauth or OAuth()
        self._carrier, self._now = carrier, now

    def tokens(self) -> Tokens:
        """The next tokens, already written."""
        token = self._entry.refresh_token
        if token is None:
            raise _ended(self._grant.provider, "it has no refresh token")
        url = self._url()
        self._note({_BEGUN: _iso(self._now)})
        answer = self._answer(url, token)
        if not (answer.is_good and answer.text("access_token")):
            raise self._failure(answer)
        tokens = tokens_in(answer, self._oauth, provider=self._grant.provider, now=self._now)
        self._edit.renew(
            self._grant.provider,
            self._grant.entry,
            tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_at=tokens.expires_at,
            more={**self._beside(tokens), _BEGUN: None, "last_auth_error": None},
        )
        self._edit.save()
        return tokens

    def _beside(self, tokens: Tokens) -> dict[str, object]:
        """What changes with *tokens*, of what the sign-in has on record."""
        lifetime_s = None if tokens.expires_at is None else round(tokens.expires_at - self._now)
        found = {**tokens.told, "obtained_at": _iso(self._now), "expires_in": lifetime_s}
        if not self._oauth.believes(tokens.told.get("inference_base_url", "")):
            found.pop("inference_base_url", None)
        return {key: value for key, value in found.items() if key in self._entry.raw}

    def _answer(self, url: str, token: Secret) -> TokenAnswer:
        """What the server says to *token*, which travels in a header where the provider wants that."""
        header = self._oauth.refresh_header
        fields = self._fields() if header else {**self._fields(), "refresh_token": token.reveal()}
        headers = {header: token.reveal()} if header else {}
        return request_token(self._carrier, url, fields, provider=self._grant.provider, headers=headers)

    def _fields(self) -> dict[str, str]:
        """The form of the request, without its token. The client is the one that signed in, where that is on record."""
        environment = Environment.of(Path(self._grant.path).with_name(".env"), os.environ)
        kept = self._entry.raw.get("client_id")
        client = (kept if isinstance(kept, str) else "") or environment.text(self._oauth.client_id_env)
        secret = environment.text(self._oauth.client_secret_env)
        fields = {"grant_type": "refresh_token", "client_id": client or self._oauth.client_id}
        return {**fields, "client_secret": secret} if secret else fields

    def _url(self) -> str:
        """Where the sign-in was made, if that and the profile's are both the provider's; else the profile's."""
        oauth = self._oauth
        named = _named(self._entry.raw, oauth.token_url)
        if oauth.believes(named) and (not oauth.token_url or oauth.believes(oauth.token_url)):
            return named
        return oauth.token_url or discovered(oauth, self._carrier, provider=self._grant.provider).token_url

    def _failure(self, answer: TokenAnswer) -> CredentialError:
        """The error that *answer* amounts to; an answer that is final is noted in auth.json as well."""
        provider = self._grant.provider
        known = [each for each in (self._entry.secret, self._entry.refresh_token) if each]
        reason = mask_values(answer.reason, known)
        if not _is_final(answer, self._oauth):
            self._note({_BEGUN: None})
            return CredentialError(
                f"the sign-in to `{provider}` could not be renewed",
                why=reason,
                hint="try again later",
                kind="renewal-failed",
            )
        self._quarantine(answer.error or f"http_{answer.status}", reason)
        begun = self._entry.raw.get(_BEGUN)
        lost = f"; the answer to a refresh of {begun} was lost, and with it the next token" if begun else ""
        return _ended(provider, reason + lost)

    def _quarantine(self, code: str, reason: str) -> None:
        """Note that the sign-in is over, where Hermes Agent looks for that: in its state, its entry, or both."""
        provider, entry = self._grant.provider, self._entry
        state = self._edit.content.state(provider)
        if entry.is_sign_in and state:
            apart: dict[str, object] = {"tokens": {}} if isinstance(state.get("tokens"), Mapping) else {}
            error = {
                "provider": provider,
                "code": code,
                "message": reason,
                "reason": "runtime_refresh_failure",
                "relogin_required": True,
                "at": _iso(self._now),
            }
            gone = dict.fromkeys((*TOKEN_KEYS, _BEGUN))
            self._edit.put_state(provider, {**gone, **apart, "last_auth_error": error})
        if entry.id:
            status = {
                "last_status": "dead",
                "last_status_at": self._now,
                "last_error_code": _REFUSED,
                "last_error_reason": code,
                "last_error_message": reason,
            }
            self._edit.put(provider, entry.id, {**status, _BEGUN: None})
        self._edit.save()

    def _note(self, fields: Mapping[str, object]) -> None:
        self._edit.put(self._grant.provider, self._grant.entry, fields)
        self._edit.save()


def _is_final(answer: TokenAnswer, oauth: OAuth) -> bool:
    """True when no repeat will get another answer. A page in place of one is a firewall's, and says nothing."""
    if answer.is_page or not answer.document or answer.status >= _SERVER_FAULT:
        return False
    words = answer.description.lower()
    named = answer.error in oauth.terminal_errors or any(code in words for code in oauth.terminal_errors)
    return named or "reuse" in words or answer.status == _OK or answer.status in oauth.terminal_statuses


def _named(state: Mapping[str, object], token_url: str) -> str:
    """The token endpoint that *state* names: in its discovery, or by the portal that it was made at."""
    discovery, portal = state.get("discovery"), state.get("portal_base_url")
    if isinstance(discovery, Mapping):
        return str(discovery.get("token_endpoint", ""))
    return portal.rstrip("/") + urlsplit(token_url).path if isinstance(portal, str) else ""


def _carrying(
    credential: Credential, grant: Grant, secret: Secret, expires_at: float | None, base_url: str | None
) -> Credential:
    """*credential* with *secret*, sent to *base_url* where that is the provider's own."""
    oauth = grant.oauth or OAuth()
    fresh = credential.but(secret=secret, expires_at=expires_at)
    if base_url and oauth.believes(base_url):
        fresh = fresh.but(base_url=base_url, origins=frozenset([Origin.of(base_url)]))
    return worn(fresh, oauth)


def _is_due(expires_at: float | None, grant: Grant, now: float) -> bool:
    return expires_at is not None and now >= expires_at - grant.skew_s


def _ended(provider: str, why: str) -> CredentialError:
    return CredentialError(
        f"the sign-in to `{provider}` has ended",
        why=why,
        hint=f"hermes auth login {provider}",
        kind="sign-in-expired",
    )


def _elsewhere(provider: str) -> CredentialError:
    return CredentialError(
        f"the sign-in to `{provider}` is renewed in another profile of Hermes Agent",
        why="what that has left for others has ended, and to renew it from here would sign it out",
        hint=f"run Hermes Agent there, or sign in here: hermes auth login {provider}",
        kind="renewal-failed",
    )


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
