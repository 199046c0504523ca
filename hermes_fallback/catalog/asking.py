"""Requests for small documents, with what an endpoint may show of itself at each address."""

from __future__ import annotations

from collections.abc import Mapping

from hermes_fallback.catalog.addresses import is_own, list_url
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["asking", "list_asker", "list_request"]


def asking(
    endpoint: Endpoint, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None
) -> HttpRequest:
    """A request to *url* with the key of *endpoint*, if that may go there, and *headers*.

    The headers of *endpoint* itself, which may hold secrets of the user's, go to its own origin alone.
    """
    own = endpoint.headers if Origin.of(url) == endpoint.origin else {}
    credential = endpoint.credential
    return HttpRequest(
        method=method,
        url=url,
        headers={"accept": "application/json", **own, **(headers or {})},
        credential=credential if credential and credential.allows(url) else None,
        auth_header=endpoint.auth_header,
        auth_scheme=endpoint.auth_scheme,
    )


def list_asker(profile: ProviderProfile, endpoint: Endpoint) -> Endpoint:
    """*endpoint* as it is asked for its models.

    Where everybody may see the list, the key stays at home. A relay of that provider may want it.
    """
    is_public = profile.models_public and is_own(profile, endpoint)
    return endpoint.but(credential=None) if is_public else endpoint


def list_request(profile: ProviderProfile, endpoint: Endpoint) -> HttpRequest | None:
    """The request for the models of *endpoint*; None where it lists none."""
    url = list_url(profile, endpoint)
    return asking(list_asker(profile, endpoint), url) if url else None
