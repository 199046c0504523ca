"""Where a provider's routes are for one endpoint, which may be another address than the profile's own."""

from __future__ import annotations

from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers.profile import ProviderProfile

__all__ = ["is_own", "list_url", "rebased", "respelt"]

_V1 = "/v1"


def is_own(profile: ProviderProfile, endpoint: Endpoint) -> bool:
    """True when *endpoint* goes to an address that the profile itself gives."""
    return endpoint.base_url.rstrip("/") in {
        url.rstrip("/") for url in (profile.base_url, *profile.alternate_base_urls)
    }


def rebased(url: str, profile: ProviderProfile, endpoint: Endpoint) -> str | None:
    """The route at *url*, one of the profile's, as *endpoint* has it.

    What lies below the profile's base URL lies below the endpoint's, and what shares only its host is on the
    endpoint's host. None: the route is on a host of its own.
    """
    own, place = profile.base_url.rstrip("/"), Origin.of(url)
    if own and url.startswith(f"{own}/"):
        return endpoint.base_url.rstrip("/") + url.removeprefix(own)
    if place == endpoint.origin:
        return url
    if own and place == Origin.of(own):
        return f"{endpoint.origin}/{url.partition('://')[2].partition('/')[2]}"
    return None


def list_url(profile: ProviderProfile, endpoint: Endpoint) -> str | None:
    """Where *endpoint* lists its models; None where it does not."""
    if profile.models_url:
        own = endpoint.base_url.rstrip("/") == profile.base_url.rstrip("/")
        found = profile.models_url if own else rebased(profile.models_url, profile, endpoint)
        if found:
            return found
    return _joined(endpoint.base_url, profile.models_path) if profile.models_path else None


def respelt(profile: ProviderProfile, endpoint: Endpoint) -> Endpoint | None:
    """*endpoint* with `/v1` at the end of its address, or without it: what people forget, or paste twice.

    None where the address is the profile's own and right, or the surface is not the one that has a `/v1`.
    """
    if is_own(profile, endpoint) or profile.models_path != "/models":
        return None
    base_url = endpoint.base_url.rstrip("/")
    other = base_url.removesuffix(_V1) if base_url.endswith(_V1) else base_url + _V1
    return endpoint.but(base_url=other)


def _joined(base_url: str, path: str) -> str:
    """*path* below *base_url*, with one `/v1` where both have it."""
    base_url = base_url.rstrip("/")
    if base_url.endswith(_V1) and path.startswith(f"{_V1}/"):
        path = path.removeprefix(_V1)
    return base_url + path
