"""The device grant: a code is shown, typed on any other device, and polled for. Source: RFC 8628."""

from __future__ import annotations

from hermes_fallback.login.pkce import Pkce
from hermes_fallback.login.tokens import TokenAnswer
from hermes_fallback.login.visit import Visit

__all__ = ["sign_in"]

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def sign_in(visit: Visit) -> TokenAnswer:
    """The token answer of *visit*.

    Raises:
        CredentialError: the server or the person declined, or nobody came in time.
        SystemRefused: the server could not be asked for a code.
    """
    oauth, pkce = visit.oauth, Pkce() if visit.oauth.uses_pkce else None
    began = visit.person.now()
    answer = visit.post(oauth.device_url, {"scope": visit.scope, **(pkce.request_fields if pkce else {})})
    code, typed = answer.text("device_code"), answer.text("user_code")
    if not (answer.is_good and code and typed):
        raise visit.refused(answer.reason if not answer.is_good else "its answer holds no code")
    page = (
        answer.text("verification_uri_complete")
        or answer.text("verification_uri")
        or answer.text("verification_url")
    )
    visit.person.show(visit.page(page or oauth.verification_url), typed)
    fields = {"grant_type": _GRANT, "device_code": code, **(pkce.exchange_fields if pkce else {})}
    answer = visit.poll(
        lambda: visit.post(oauth.token_url, fields),
        lambda answer: answer.error == "authorization_pending",
        interval_s=answer.number("interval"),
        until=began + (answer.number("expires_in") or oauth.deadline_s),
    )
    if answer.error == "expired_token":
        raise visit.expired()
    return answer
