"""Offer: the models that a provider of this home can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from hermes_fallback.catalog.models import Catalog, Listing, usual
from hermes_fallback.config.settings import AUTO
from hermes_fallback.errors import CredentialError, FallbackError, NotFound, SystemRefused, UsageError
from hermes_fallback.model.credential import Problem
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.link import Link
from hermes_fallback.model.reason import Reason
from hermes_fallback.probe.checked import Checked
from hermes_fallback.probe.signing import signed_in
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.runtime.runtime import Runtime, error_of

__all__ = ["Offer", "listing_of", "offer_of"]

_REFUSED = "refused-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a provider offers."""

    provider: str
    listing: Listing


def offer_of(runtime: Runtime, catalog: Catalog, provider: str | None, *, fresh: bool) -> Offer:
    """The models of *provider*, of the primary's when it is None, as the home's own links reach it.

    Raises:
        UsageError: none is named, and there is no primary that names one.
        FallbackError: the provider is unknown or its plugin broken, a file of the home is invalid, or nobody
            lists a model: neither the provider, nor we from an earlier time, nor its profile.
    """
    link = _link(runtime, provider)
    profile = runtime.registry.get(link.provider)
    endpoint = runtime.resolver(runtime.settings).endpoint(link)
    if isinstance(endpoint, Problem):
        anonymous = None if link.base_url else _anonymous(profile, endpoint)
        if anonymous is None:
            return Offer(provider=profile.name, listing=_usual(profile, endpoint))
        endpoint = anonymous
    listing = listing_of(catalog, profile, endpoint, fresh=fresh)
    if listing.problem and not listing.models:
        raise _unlisted(listing.problem)
    return Offer(provider=profile.name, listing=listing)


def listing_of(
    catalog: Catalog, profile: ProviderProfile, endpoint: Endpoint, *, fresh: bool = False
) -> Listing:
    """The models of *endpoint*, whose sign-in is renewed first where that is due, and once where it is refused."""
    asked = signed_in(profile, endpoint) if profile.models_path else endpoint
    if isinstance(asked, Checked):
        return usual(profile, endpoint.base_url, _untaken(asked))
    listing = catalog.models(profile, asked, fresh=fresh)
    if not (_is_refused(listing) and asked.credential and asked.credential.grant):
        return listing
    again = signed_in(profile, asked, refused=True)
    if isinstance(again, Checked):
        return replace(listing, problem=_untaken(again))
    return catalog.models(profile, again, fresh=True)


def _is_refused(listing: Listing) -> bool:
    return listing.problem is not None and listing.problem.kind == _REFUSED


def _untaken(checked: Checked) -> Problem:
    """What is in the way where the sign-in alone tells it."""
    kind = _REFUSED if checked.reason is Reason.AUTH else "unlisted"
    return Problem(kind, checked.what, checked.hint)


def _link(runtime: Runtime, provider: str | None) -> Link:
    """The first link of the home that goes to *provider*, whose address and key count; else a plain one."""
    first = runtime.first()
    if provider is None:
        if first is None:
            raise UsageError(
                "PROVIDER is missing",
                why="no primary is chosen whose provider could be asked",
                hint="hermes model list openrouter",
                kind="missing-provider",
            )
        if first.problem and first.link.provider == AUTO:
            raise error_of(first.problem)
        return first.link
    name = runtime.registry.get(provider).name
    links = ([first.link] if first else []) + [placed.link for placed in runtime.settings.chain]
    plain = Link(provider=name, model="")
    return next((link for link in links if runtime.registry.canonical(link.provider) == name), plain)


def _anonymous(profile: ProviderProfile, problem: Problem) -> Endpoint | None:
    """The provider's own address without a key, where that is all that lacks and the list is for everybody."""
    if not (profile.models_public and profile.base_url and problem.lacks_key):
        return None
    return Endpoint(provider=profile.name, base_url=profile.base_url, headers=profile.default_headers)


def _usual(profile: ProviderProfile, problem: Problem) -> Listing:
    """What the profile names, since nobody could be asked."""
    if not profile.default_models:
        raise error_of(problem)
    return usual(profile, profile.base_url, problem)


_ERRORS: Mapping[str, type[FallbackError]] = MappingProxyType(
    {_REFUSED: CredentialError, "quota": CredentialError, "no-model-list": NotFound}
)


def _unlisted(problem: Problem) -> FallbackError:
    """The error that no list at all is."""
    kind = _ERRORS.get(problem.kind, SystemRefused)
    return kind(problem.what, hint=problem.hint, kind=problem.kind)
