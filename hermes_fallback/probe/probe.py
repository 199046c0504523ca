"""The probe: is an endpoint there, and does it take the key? Asked with one request that costs nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from hermes_fallback.catalog.wording import tell
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.failure import AttemptFailed, Failure
from hermes_fallback.model.reason import Reason
from hermes_fallback.probe.checked import Checked, Stage, Verdict
from hermes_fallback.probe.question import Question, question_for
from hermes_fallback.probe.signing import signed_in
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.transport.fetching import Fetched, fetch, misfit
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["Checked", "Stage", "Verdict", "probe"]

_TAKES: Mapping[str, str] = MappingProxyType(
    {
        "process_start": "only starting its program and opening a session there tells",
        "token_mint": "only making an access token from the cloud's credentials tells",
        "virtual": "it runs other providers, and each of those is tested by itself",
    }
)
"""What it would take, by kind of probe or group of provider, where no request is for nothing."""

_OK = 200
_SILENT = frozenset({"ReadTimeout", "WriteTimeout"})
_BARRED = ("api_key_blocked", "api_key_disabled", "team_blocked")
"""Flags of an account route that answers 200 whatever they say.

Source: docs.x.ai, `GET /v1/api-key`, seen 2026-11.
"""


def probe(
    profile: ProviderProfile, endpoint: Endpoint, carrier: Carrier, *, timeout_s: float = 10.0
) -> Checked:
    """What one free request tells about *endpoint*, within *timeout_s* seconds. Redirects are not followed.

    A sign-in that has to be renewed is; one that is refused, too, and asked with once more. The key goes to the origins that its credential names; and, where the endpoint is at the profile's own
    address, to the host of the profile's probe.

    Raises:
        SystemRefused: the trusted certificates cannot be read.
    """
    found = signed_in(profile, endpoint)
    if isinstance(found, Checked):
        return found
    checked = _asked(profile, found, carrier, timeout_s)
    if not (_is_refused(checked) and found.credential and found.credential.is_sign_in):
        return checked
    again = signed_in(profile, found, refused=True)
    return again if isinstance(again, Checked) else _asked(profile, again, carrier, timeout_s)


def _is_refused(checked: Checked) -> bool:
    return checked.reason is Reason.AUTH and checked.verdict is Verdict.FAILED


def _asked(profile: ProviderProfile, endpoint: Endpoint, carrier: Carrier, timeout_s: float) -> Checked:
    kind = profile.probe.kind if profile.probe else ""
    if takes := _TAKES.get(kind) or _TAKES.get(profile.group):
        return _unasked(f"`{profile.name}` was not asked: {takes}", None)
    question = question_for(profile, endpoint)
    if question is None:
        return _unasked(f"`{profile.name}` has no request that is for nothing", _live(profile.name))
    try:
        fetched = fetch(carrier, question.request, timeout_s=timeout_s, provider=profile.name)
    except AttemptFailed as failed:
        return _unanswered(endpoint, failed.failure)
    return _answered(endpoint, question, fetched)


def _unasked(what: str, hint: str | None) -> Checked:
    return Checked(verdict=Verdict.UNVERIFIED, stage=Stage.REACH, what=what, hint=hint)


def _live(provider: str) -> str:
    return f"an answer tells, for a few tokens: hermes chat --provider {provider} --no-fallback -q hi"


def _unanswered(endpoint: Endpoint, failure: Failure) -> Checked:
    """A host that took the request and stayed silent was reached; any other that gave no answer was not."""
    told = tell(endpoint, failure)
    is_reached = failure.exception is None or failure.exception in _SILENT
    return Checked(
        verdict=Verdict.UNVERIFIED if is_reached else Verdict.FAILED,
        stage=Stage.AUTHENTICATE if is_reached else Stage.REACH,
        what=told.what,
        hint=told.hint,
        reason=told.reason,
    )


def _answered(endpoint: Endpoint, question: Question, fetched: Fetched) -> Checked:
    document = _document(fetched)
    failure = None if fetched.status in question.accepts else fetched.failure
    if fetched.failure is None and (document is None or document.get("error")):
        failure = misfit(fetched, question.request, provider=endpoint.provider)
    if failure is not None:
        checked = _refused(endpoint, question, failure)
    elif flag := next((flag for flag in _BARRED if document and document.get(flag) is True), None):
        checked = _barred(endpoint, flag)
    else:
        checked = _let_in(endpoint, question)
    return replace(checked, status=fetched.status, latency_ms=fetched.latency_ms)


def _document(fetched: Fetched) -> Mapping[str, object] | None:
    """The JSON of the answer, empty where it is no mapping; None where it is no JSON."""
    try:
        document = json.loads(fetched.body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else {}


def _refused(endpoint: Endpoint, question: Question, failure: Failure) -> Checked:
    told = tell(endpoint, failure)
    is_auth = told.reason is Reason.AUTH
    is_no = failure.status in question.rejects or (is_auth and failure.status == _OK)
    if is_no and not told.is_page:
        told = tell(endpoint, failure, reason=Reason.AUTH)
        verdict = Verdict.FAILED
    elif is_auth and not told.is_page:
        # The key was not sent, or is not what this route minds.
        doubt = tell(endpoint, failure, reason=Reason.UNKNOWN)
        told = replace(told, what=doubt.what, hint=_live(endpoint.provider))
        verdict = Verdict.UNVERIFIED
    else:
        verdict = Verdict.FAILED if told.reason is Reason.QUOTA else Verdict.UNVERIFIED
    return Checked(
        verdict=verdict, stage=Stage.AUTHENTICATE, what=told.what, hint=told.hint, reason=told.reason
    )


def _barred(endpoint: Endpoint, flag: str) -> Checked:
    return Checked(
        verdict=Verdict.FAILED,
        stage=Stage.AUTHENTICATE,
        what=f"`{endpoint.provider}` knows the key, and says `{flag}`",
        hint="look at the account there, or use another key",
        reason=Reason.AUTH,
    )


def _let_in(endpoint: Endpoint, question: Question) -> Checked:
    name = f"`{endpoint.provider}` at `{endpoint.origin}`"
    if endpoint.credential is None:
        return Checked(verdict=Verdict.OK, stage=Stage.REACH, what=f"{name} answers, and needs no key")
    if question.is_proof:
        return Checked(verdict=Verdict.OK, stage=Stage.AUTHENTICATE, what=f"{name} takes the key")
    what = f"{name} answers; it says the same to everybody, so that the key is not proved"
    return Checked(
        verdict=Verdict.UNVERIFIED, stage=Stage.AUTHENTICATE, what=what, hint=_live(endpoint.provider)
    )
