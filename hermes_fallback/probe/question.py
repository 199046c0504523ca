"""Question: the request that proves most of an endpoint for nothing, and how its answer is read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hermes_fallback.catalog.addresses import is_own, rebased
from hermes_fallback.catalog.asking import asking, list_request
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers.profile import Probe, ProviderProfile
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["Question", "question_for"]

_READ_ONLY = "read_only"
_LIST_REJECTS = frozenset({401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request, and what each status says about the key it carries."""

    request: HttpRequest
    accepts: frozenset[int] = frozenset({200})
    rejects: frozenset[int] = frozenset()
    is_proof: bool
    """False where those who have no key are answered, too."""


def question_for(profile: ProviderProfile, endpoint: Endpoint) -> Question | None:
    """What to ask at *endpoint*: the profile's probe, else for the models; None where neither is there.

    Nothing here spends: a probe that is a chat of one token is left to whoever was asked for it.
    """
    if profile.probe is not None and profile.probe.kind == _READ_ONLY:
        return _probing(profile, profile.probe, endpoint) or _listing(profile, endpoint)
    return _listing(profile, endpoint)


def _probing(profile: ProviderProfile, probe: Probe, endpoint: Endpoint) -> Question | None:
    url = rebased(probe.url, profile, endpoint)
    if url is None and _is_sibling(probe.url, profile, endpoint):
        url, endpoint = probe.url, _widened(endpoint, probe.url)
    if url is None:
        return None
    request = asking(endpoint, url, method=probe.method, headers=probe.headers)
    if probe.auth_header:
        request = replace(request, auth_header=probe.auth_header, auth_scheme=probe.auth_scheme)
    return Question(
        request=request,
        accepts=frozenset(probe.accepts),
        rejects=frozenset(probe.rejects),
        is_proof=request.credential is not None,
    )


def _listing(profile: ProviderProfile, endpoint: Endpoint) -> Question | None:
    request = list_request(profile, endpoint)
    if request is None:
        return None
    is_kept_back = endpoint.credential is not None and request.credential is None
    return Question(
        request=request,
        rejects=frozenset() if is_kept_back else _LIST_REJECTS,
        is_proof=not profile.models_public and (profile.probe is None or profile.probe.kind == _READ_ONLY),
    )


def _is_sibling(url: str, profile: ProviderProfile, endpoint: Endpoint) -> bool:
    """True when *url* is on another host of the provider that *endpoint* itself goes to, as safe as that."""
    return is_own(profile, endpoint) and Origin.of(url).scheme == endpoint.origin.scheme


def _widened(endpoint: Endpoint, url: str) -> Endpoint:
    """*endpoint* with a credential that may go to *url* too, and nowhere else beside."""
    credential = endpoint.credential
    if credential is None:
        return endpoint
    return endpoint.but(credential=credential.but(origins=credential.origins | {Origin.of(url)}))
