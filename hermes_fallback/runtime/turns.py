"""Turns: whose turn it is among the credentials of one link, in every process alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.pool_order import FILL_FIRST, note_use, ordered
from hermes_fallback.model.route import Route

__all__ = ["Turns"]


class Turns:
    """The order of the pools of *auth*, where *strategies* name another one than that of their priorities."""

    def __init__(self, auth: AuthFile, strategies: Mapping[str, str]) -> None:
        self._auth = auth
        self._strategies = strategies

    def ordered(self, routes: Sequence[Route], *, draw: float) -> tuple[Route, ...]:
        """*routes*, those of one link in the order in which this turn tries them; *draw* is from 0 to 1."""
        groups = groupby(routes, key=lambda route: (route.position, route.provider))
        return tuple(route for (_, name), group in groups for route in self._of_link(name, [*group], draw))

    def note(self, route: Route) -> None:
        """Remember that the credential of *route* is used now."""
        strategy = self._strategies.get(route.provider)
        if strategy and route.credential:
            note_use(self._auth, route.provider, route.subject.credential, strategy)

    def _of_link(self, provider: str, routes: list[Route], draw: float) -> list[Route]:
        strategy = self._strategies.get(provider, FILL_FIRST)
        if strategy == FILL_FIRST or len(routes) == 1:
            return routes
        entries = ordered(self._auth.read().pool(provider), strategy, draw=draw)
        places = {entry.subject: place for place, entry in enumerate(entries)}
        return sorted(routes, key=lambda route: places.get(route.subject.credential, len(places)))
