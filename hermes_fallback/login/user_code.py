"""MiniMax's way: the device grant with PKCE, polled for by the code that the person types.

Source: hermes-agent 0.19.0, read on 2026-11-20.
"""

from __future__ import annotations

from secrets import token_urlsafe
from uuid import uuid4

from hermes_fallback.login.pkce import Pkce
from hermes_fallback.login.tokens import TokenAnswer, moment
from hermes_fallback.login.visit import Visit

__all__ = ["sign_in"]

_GRANT = "urn:ietf:params:oauth:grant-type:user_code"
_STATE_BYTES = 16


def sign_in(visit: Visit) -> TokenAnswer:
    """The token answer of *visit*.

    Raises:
        CredentialError: the server or the person declined, the answer is not to our request, or nobody came in time.
        SystemRefused: the server could not be asked for a code.
    """
    oauth, pkce, state = visit.oauth, Pkce(), token_urlsafe(_STATE_BYTES)
    began = visit.person.now()
    answer = visit.post(
        oauth.device_url,
        {"response_type": "code", "scope": visit.scope, "state": state, **pkce.request_fields},
        headers={"x-request-id": str(uuid4())},
    )
    typed = answer.text("user_code")
    if not (answer.is_good and typed):
        raise visit.refused(answer.reason if not answer.is_good else "its answer holds no code")
    if answer.text("state") != state:
        raise visit.refused("its answer belongs to another request")
    visit.person.show(visit.page(answer.text("verification_uri") or oauth.verification_url), typed)
    interval_ms, end = answer.number("interval"), answer.number("expired_in")
    fields = {"grant_type": _GRANT, "user_code": typed, **pkce.exchange_fields}
    found = visit.poll(
        lambda: visit.post(oauth.token_url, fields),
        _is_pending,
        interval_s=interval_ms and interval_ms / 1000,
        until=moment(end, began) if end else began + oauth.deadline_s,
    )
    if found.text("status") == "error":
        raise visit.refused(found.description or "the server says no more than `error`")
    return found


def _is_pending(answer: TokenAnswer) -> bool:
    return answer.is_good and answer.text("status") not in {"success", "error"}
