"""The models of a provider: asked live, remembered for ten minutes, and for longer where nobody answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from hermes_fallback.catalog.addresses import respelt
from hermes_fallback.catalog.asking import list_asker, list_request
from hermes_fallback.catalog.cache import recall, remember
from hermes_fallback.catalog.shapes import MOST, NoList, Page, read_page
from hermes_fallback.catalog.wording import tell
from hermes_fallback.errors import FallbackError, NotFound
from hermes_fallback.failover.classify import classify
from hermes_fallback.model.credential import Problem
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.failure import AttemptFailed, Failure
from hermes_fallback.model.reason import Reason
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.wire.exchange import HttpRequest

if TYPE_CHECKING:
    from hermes_fallback.transport.synchronous import Carrier

__all__ = ["Catalog", "Listing", "Source", "usual"]

_FRESH_S = 600.0


class Source(StrEnum):
    """Where a list comes from."""

    LIVE = "live"
    """The provider gave it just now."""
    CACHE = "cache"
    """The provider gave it some time ago."""
    DEFAULT = "default"
    """The profile names these, since the provider never gave any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The models to choose from. Empty and live means that the provider has none."""

    models: tuple[str, ...]
    source: Source
    base_url: str
    """The address whose list it is: the endpoint's, or that with its `/v1` mended."""
    age_s: float = 0.0
    problem: Problem | None = None
    """Why it is not live, where that was tried."""


def usual(profile: ProviderProfile, base_url: str, problem: Problem) -> Listing:
    """What *profile* names for *base_url*, since *problem* kept its own list away."""
    models = profile.default_models
    return Listing(models=models, source=Source.DEFAULT, base_url=base_url, problem=problem)


class Catalog:
    """Lists models, and remembers the lists in *folder*. *now* gives seconds since the epoch.

    Without a *carrier*, each list that is asked for opens a connection of its own.
    """

    def __init__(
        self, folder: str, carrier: Carrier | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._carrier = carrier
        self._now = now

    def models(
        self, profile: ProviderProfile, endpoint: Endpoint, *, timeout_s: float = 5.0, fresh: bool = False
    ) -> Listing:
        """The models of *endpoint*: remembered if young and not *fresh*, else live, else the best we know.

        Takes *timeout_s* seconds at most, and raises nothing, whatever the host does.
        """
        kept = self._kept(profile, endpoint)
        if kept and kept.age_s < _FRESH_S and not fresh:
            return kept
        try:
            return self._live(profile, endpoint, timeout_s)
        except AttemptFailed as failed:
            told = tell(list_asker(profile, endpoint), failed.failure)
            problem = Problem(_kind(told.reason), told.what, told.hint)
        except FallbackError as error:
            problem = Problem(error.kind, str(error), error.hint)
        return replace(kept, problem=problem) if kept else usual(profile, endpoint.base_url, problem)

    def _kept(self, profile: ProviderProfile, endpoint: Endpoint) -> Listing | None:
        found = recall(self._folder, profile.name, endpoint.base_url)
        # A list from the future was kept before the clock was set back, and would stay young for too long.
        if found is None or (age_s := self._now() - found.fetched_at) < 0:
            return None
        return Listing(models=found.models, source=Source.CACHE, base_url=endpoint.base_url, age_s=age_s)

    def _live(self, profile: ProviderProfile, endpoint: Endpoint, timeout_s: float) -> Listing:
        due_s = time.monotonic() + timeout_s
        with self._open() as carrier:
            try:
                models = _ask(carrier, profile, endpoint, timeout_s)
            except AttemptFailed as failed:
                other = respelt(profile, endpoint)
                if other is None or not _is_elsewhere(failed.failure):
                    raise
                models = _ask(carrier, profile, other, due_s - time.monotonic())
                endpoint = other
        remember(self._folder, profile.name, endpoint.base_url, models, self._now())
        return Listing(models=models, source=Source.LIVE, base_url=endpoint.base_url)

    def _open(self) -> AbstractContextManager[Carrier]:
        if self._carrier is not None:
            return nullcontext(self._carrier)
        from hermes_fallback.transport.synchronous import Carrier  # 60 ms that a remembered list saves

        return Carrier()


def _ask(carrier: Carrier, profile: ProviderProfile, endpoint: Endpoint, timeout_s: float) -> tuple[str, ...]:
    """The models on all pages of the list, within *timeout_s* seconds."""
    due_s = time.monotonic() + timeout_s
    request = first = list_request(profile, endpoint)
    if first is None:
        raise NotFound(f"`{profile.name}` lists no models", kind="no-model-list")
    names: dict[str, None] = {}
    asked: set[str] = set()
    while request and request.url not in asked and len(names) < MOST:
        asked.add(request.url)
        page = _page(carrier, profile, request, due_s - time.monotonic())
        names.update(dict.fromkeys(page.models))
        request = replace(first, url=_with(first.url, *page.rest)) if page.rest else None
    return tuple(names)[:MOST]


def _page(carrier: Carrier, profile: ProviderProfile, request: HttpRequest, timeout_s: float) -> Page:
    from hermes_fallback.transport.fetching import fetch, misfit  # comes with the carrier

    fetched = fetch(carrier, request, timeout_s=timeout_s, provider=profile.name)
    if fetched.failure:
        raise AttemptFailed(fetched.failure)
    try:
        return read_page(fetched.body, profile.models_filter)
    except NoList as error:
        raise AttemptFailed(misfit(fetched, request, provider=profile.name)) from error


def _with(url: str, name: str, value: str) -> str:
    """*url* with one more parameter."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode({name: value})}"


def _kind(reason: Reason) -> str:
    return "refused-key" if reason is Reason.AUTH else reason.replace("_", "-")


def _is_elsewhere(failure: Failure) -> bool:
    """True when the host has no list at this address, and might at another."""
    return classify(failure).reason is Reason.ENDPOINT_NOT_FOUND
