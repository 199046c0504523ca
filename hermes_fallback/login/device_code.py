"""OpenAI's way: a code is shown and polled for, and what comes is an authorization code to be exchanged.

The server makes the PKCE verifier itself and hands it over with that code. Source: openai/codex, 2026-11.
"""

from __future__ import annotations

from hermes_fallback.login.tokens import TokenAnswer
from hermes_fallback.login.visit import Visit

__all__ = ["sign_in"]

_NOBODY_YET = frozenset({403, 404})


def sign_in(visit: Visit) -> TokenAnswer:
    """The token answer of *visit*.

    Raises:
        CredentialError: the server or the person declined, or nobody came in time.
        SystemRefused: the server could not be asked.
    """
    oauth, began = visit.oauth, visit.person.now()
    answer = visit.post(oauth.device_url, {}, as_json=True)
    sign_in_id, typed = answer.text("device_auth_id"), answer.text("user_code")
    if not (answer.is_good and sign_in_id and typed):
        raise visit.refused(answer.reason if not answer.is_good else "its answer holds no code")
    visit.person.show(visit.page(oauth.verification_url), typed)
    fields = {"device_auth_id": sign_in_id, "user_code": typed}
    found = visit.poll(
        lambda: visit.post(oauth.poll_url, fields, as_json=True),
        lambda answer: answer.status in _NOBODY_YET and not answer.is_page,
        interval_s=answer.number("interval"),
        until=began + oauth.deadline_s,
    )
    code = found.text("authorization_code")
    if not (found.is_good and code):
        raise visit.refused(found.reason if not found.is_good else "its answer holds no code")
    return visit.post(
        oauth.token_url,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": oauth.redirect_uri,
            "code_verifier": found.text("code_verifier"),
        },
    )
