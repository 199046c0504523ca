"""Plan: what a session was resolved to. The routes it may use, in order, and the links it must pass over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from hermes_fallback.model.limits import Limits
from hermes_fallback.model.receipt import Skipped
from hermes_fallback.model.route import Route

__all__ = ["Choice", "Plan"]


class Choice(TypedDict, total=False):
    """What a caller may choose in place of the config."""

    provider: str | None
    """Who stands in for the configured primary."""
    model: str | None
    fallback: bool
    """False: the primary alone, without the chain."""
    skip: Sequence[str | int]
    """Links to pass over: positions, providers or `provider:model`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Routes in the order they are tried; the first stands for the primary where the primary has a route."""

    routes: tuple[Route, ...]
    skipped: tuple[Skipped, ...] = ()
    limits: Limits = field(default_factory=Limits)
    may_switch: bool = True
    """False: a switch needs the user's yes (`fallback.auto_activate`)."""
    stands_in: bool = False
    """True where the first route stands in for links before it that are not ready."""

    def name(self, route: Route) -> str:
        """*route* as people write a link; with its host, where another one has the same name."""
        name = f"{route.provider}:{route.model}"
        same = [each for each in self.routes if (each.provider, each.model) == (route.provider, route.model)]
        return f"{name} at {route.origin}" if len(same) > 1 else name

    def route(self, position: int) -> Route:
        """The route at *position* of the chain."""
        return next(route for route in self.routes if route.position == position)
