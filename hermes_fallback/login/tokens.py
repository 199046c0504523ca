"""The token request and its answer, in every form that authorization servers have for the two."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode

from hermes_fallback.credentials import claims
from hermes_fallback.errors import CredentialError, SystemRefused
from hermes_fallback.failover.retry_after import retry_after_s
from hermes_fallback.masking import mask_keys, mask_values
from hermes_fallback.model.failure import AttemptFailed
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.secret import Secret
from hermes_fallback.transport.fetching import fetch
from hermes_fallback.transport.synchronous import Carrier
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["TokenAnswer", "Tokens", "asked", "moment", "request_token", "tokens_in"]

_TIMEOUT_S = 20.0
_NUMBER = re.compile(r"\[Errno -?\d+\] ")
"""What the operating system's errors begin with; the words behind it say the same."""
_PUBLIC = frozenset({"grant_type", "client_id", "scope", "redirect_uri", "code_challenge_method"})
"""Fields of a request that are no secret; what an answer repeats of the others has stars."""
_LONGEST_WORDS = 300
_YEAR_S = 366 * 86_400
_FIRST_MILLISECONDS = 10**11


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAnswer:
    """What an authorization server answered, whatever its status."""

    status: int
    document: Mapping[str, Any] = field(repr=False)
    """Its fields; empty where the body is neither JSON nor a form."""
    error: str = ""
    """Its code, such as `invalid_grant`; empty where it names none."""
    description: str = ""
    """Its words for people, secrets of the request left out."""
    retry_after_s: float | None = None
    is_page: bool = False
    """True where a web page came, as from a firewall."""

    @property
    def is_good(self) -> bool:
        """True for a success; some servers send their errors with status 200."""
        return 200 <= self.status < 300 and not self.error

    @property
    def reason(self) -> str:
        """Why it is no success, in a few words."""
        page = ", a web page" if self.is_page else ""
        return self.description or self.error or f"HTTP {self.status}{page}"

    def text(self, name: str) -> str:
        """The field *name* where it is text, else nothing."""
        return _text(self.document.get(name))

    def number(self, name: str) -> float | None:
        """The field *name* where it is a number above 0, or text that is one."""
        value = self.document.get(name)
        try:
            number = float(value) if isinstance(value, (str, int, float)) else 0.0
        except (ValueError, OverflowError):
            return None
        return number if 0 < number < float("inf") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a sign-in or a refresh came to."""

    access_token: Secret
    refresh_token: Secret | None = None
    """None where the answer has no new one: the old one stays."""
    id_token: Secret | None = None
    expires_at: float | None = None
    """In seconds since the epoch; None for one that lasts until it is revoked."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What else is worth keeping, by the names in the answer: `scope`, `token_type`, `resource_url` …"""


_KEPT = ("scope", "token_type", "resource_url", "inference_base_url")


def request_token(
    carrier: Carrier,
    url: str,
    fields: Mapping[str, str],
    *,
    provider: str,
    headers: Mapping[str, str] = MappingProxyType({}),
    as_json: bool = False,
) -> TokenAnswer:
    """The answer of *url* to *fields*, posted as a form, or as JSON. Redirects are answers, and not followed.

    Raises:
        SystemRefused: no whole answer came; nothing is known of what the server did.
    """
    kind = "application/json" if as_json else "application/x-www-form-urlencoded"
    request = HttpRequest(
        method="POST",
        url=url,
        headers={"content-type": kind, "accept": "application/json", **headers},
        body=(json.dumps(dict(fields)) if as_json else urlencode(fields)).encode(),
    )
    secrets = [Secret(value) for name, value in fields.items() if name not in _PUBLIC]
    return asked(carrier, request, provider=provider, secrets=(*secrets, *map(Secret, headers.values())))


def asked(
    carrier: Carrier, request: HttpRequest, *, provider: str, secrets: tuple[Secret, ...] = ()
) -> TokenAnswer:
    """The answer to *request*; its words have stars where they repeat one of *secrets*.

    Raises:
        SystemRefused: no whole answer came.
    """
    try:
        fetched = fetch(carrier, request, timeout_s=_TIMEOUT_S, provider=provider)
    except AttemptFailed as error:
        raise SystemRefused(
            f"`{provider}` could not be asked at `{request.url}`",
            why=_NUMBER.sub("", mask_values(error.failure.body, secrets)),
            hint="check the network, and try again",
            kind="unreachable",
        ) from None
    failure = fetched.failure
    text = failure.body if failure else fetched.body.decode("utf-8", "replace")
    document = _document(text)
    return TokenAnswer(
        status=fetched.status,
        document=document,
        error=mask_values(_code(document), secrets)[:_LONGEST_WORDS],
        description=mask_keys(mask_values(_words(document), secrets))[:_LONGEST_WORDS],
        retry_after_s=retry_after_s(failure.headers, documents=(document,)) if failure else None,
        is_page=text.lstrip()[:1] == "<",
    )


def tokens_in(answer: TokenAnswer, oauth: OAuth, *, provider: str, now: float) -> Tokens:
    """The tokens of *answer*, which came at *now* (seconds since the epoch).

    Raises:
        CredentialError: it is a refusal, or holds no token.
    """
    access_token = answer.text("access_token")
    if not (answer.is_good and access_token.isascii() and access_token.isprintable() and access_token):
        why = answer.reason if not answer.is_good else "the answer holds no token"
        raise CredentialError(f"`{provider}` gave no token", why=why, kind="sign-in-refused")
    secret = Secret(access_token)
    refresh_token, id_token = answer.text("refresh_token"), answer.text("id_token")
    return Tokens(
        access_token=secret,
        refresh_token=Secret(refresh_token) if refresh_token else None,
        id_token=Secret(id_token) if id_token else None,
        expires_at=None
        if oauth.exchange_url
        else _end(answer, now) or claims.expiry(secret) or now + oauth.lifetime_s,
        told={name: value for name in _KEPT if (value := answer.text(name))},
    )


def moment(value: float, now: float) -> float:
    """The time that *value* means: milliseconds or seconds since the epoch, or seconds from *now*."""
    if value >= _FIRST_MILLISECONDS:
        return value / 1000
    return value if value > _YEAR_S else now + value


def _end(answer: TokenAnswer, now: float) -> float | None:
    lifetime_s = answer.number("expires_in")
    if lifetime_s is not None:
        return claims.moment(now + lifetime_s)
    end = answer.number("expired_in")  # MiniMax: a time, or seconds where the number is small
    return None if end is None else claims.moment(moment(end, now))


def _document(text: str) -> dict[str, Any]:
    """The fields of a body: JSON, or the form that GitHub sends to whoever does not ask for JSON."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return dict(parse_qsl(text)) if "=" in text and "<" not in text else {}
    return document if isinstance(document, dict) else {}


def _code(document: Mapping[str, Any]) -> str:
    """The code of an error: `error`, or its `code` or `type` where it is an object, as OpenAI's is."""
    error = document.get("error")
    if isinstance(error, Mapping):
        return next(
            (found for name in ("code", "type", "status") if (found := _text(error.get(name)))), "error"
        )
    return _text(error)


def _words(document: Mapping[str, Any]) -> str:
    error, base = document.get("error"), document.get("base_resp")
    places = [
        document.get("error_description"),
        error.get("message") if isinstance(error, Mapping) else None,
        base.get("status_msg") if isinstance(base, Mapping) else None,
        document.get("message"),
    ]
    return next(filter(None, map(_text, places)), "")


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
