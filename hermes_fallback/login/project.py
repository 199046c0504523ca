"""The project of Google's Code Assist that an account's requests are counted on.

Source: google-gemini/gemini-cli, code_assist/setup.ts, read on 2026-11-20.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hermes_fallback.errors import CredentialError
from hermes_fallback.login.tokens import TokenAnswer, asked
from hermes_fallback.login.visit import Visit
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["find_project"]

_METADATA = {"ideType": "IDE_UNSPECIFIED", "platform": "PLATFORM_UNSPECIFIED"}
_TRIES = 12
_INTERVAL_S = 5.0
_WALLED = "SECURITY_POLICY_VIOLATED"
"""A company's perimeter keeps such questions out; such a company has a licence, and names its project."""


def find_project(visit: Visit, token: Secret, named: str) -> str:
    """The project for the account of *token*: the *named* one, else the account's own, made where it has none.

    Raises:
        CredentialError: there is none, and none can be made; or the account may not use the service.
        SystemRefused: the service could not be asked.
    """
    wish = {"cloudaicompanionProject": named} if named else {}
    loaded = _call(visit, token, "loadCodeAssist", wish)
    if not loaded.is_good and not (named and _WALLED in str(loaded.document)):
        raise _no_project(visit, loaded.reason)
    if named:
        return named
    if loaded.document.get("currentTier"):
        return _project_in(visit, loaded.document)
    return _onboarded(visit, token, _tier(loaded.document))


def _onboarded(visit: Visit, token: Secret, tier: str) -> str:
    for _ in range(_TRIES):
        answer = _call(visit, token, "onboardUser", {"tierId": tier})
        if not answer.is_good:
            raise _no_project(visit, answer.reason)
        if answer.document.get("done"):
            return _project_in(visit, answer.document.get("response"))
        visit.person.wait(_INTERVAL_S)
    raise _no_project(visit, "the service did not make one in a minute")


def _call(visit: Visit, token: Secret, method: str, fields: Mapping[str, object]) -> TokenAnswer:
    url = f"{visit.oauth.project_url}:{method}"
    request = HttpRequest(
        method="POST",
        url=url,
        headers={"content-type": "application/json", "accept": "application/json"},
        body=json.dumps({"metadata": _METADATA, **fields}).encode(),
        credential=Credential(secret=token, source="sign-in", origins=frozenset({Origin.of(url)})),
    )
    return asked(visit.carrier, request, provider=visit.provider, secrets=(token,))


def _tier(document: Mapping[str, Any]) -> str:
    tiers = document.get("allowedTiers")
    known = [each for each in tiers if isinstance(each, Mapping)] if isinstance(tiers, list) else []
    default = next((each for each in known if each.get("isDefault")), known[0] if known else {})
    return str(default.get("id") or "legacy-tier")


def _project_in(visit: Visit, document: object) -> str:
    found = document.get("cloudaicompanionProject") if isinstance(document, Mapping) else None
    project = found.get("id") if isinstance(found, Mapping) else found
    if not (project and isinstance(project, str)):
        raise _no_project(visit, "the account has none of its own")
    return project


def _no_project(visit: Visit, why: str) -> CredentialError:
    variable = next(iter(visit.oauth.project_envs), "")
    return CredentialError(
        f"`{visit.provider}` has no project for this account; nothing was stored",
        why=why,
        hint=f"put `{variable}=PROJECT` into .env, and sign in again" if variable else None,
        kind="missing-project",
    )
