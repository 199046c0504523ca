"""Plan: what a session was resolved to. The routes it may use, in order, and the links it must pass over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TypedDict

from hermes_fallback.failover.candidate import Candidate
from hermes_fallback.failover.user_rules import UserRule
from hermes_fallback.model.limits import Limits, Policy
from hermes_fallback.model.receipt import Skipped
from hermes_fallback.model.route import Route
from hermes_fallback.secret import Secret

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


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Routes in the order they are tried; the first stands for the primary where the primary has a route."""

    routes: tuple[Route, ...]
    skipped: tuple[Skipped, ...] = ()
    limits: Limits = field(default_factory=Limits)
    policy: Policy = field(default_factory=Policy)
    may_switch: bool = True
    """False: a switch needs the user's yes (`fallback.auto_activate`)."""
    stands_in: bool = False
    """True where the first route stands in for links before it that are not ready."""
    rules: tuple[UserRule, ...] = ()
    """The user's own rules of classification, asked before ours."""
    folder: str | None = None
    """Where benches and receipts are kept; None for a plan without a home, which keeps none."""

    @cached_property
    def requested(self) -> str:
        """The link that the conversation is meant for, as `provider:model`."""
        links = [(each.position, f"{each.provider}:{each.model}") for each in self.skipped]
        links += [(each.position, f"{each.provider}:{each.model}") for each in self.routes]
        return min(links)[1]

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """The routes as links that may be sent to."""
        return tuple(map(_candidate, self.routes))

    @cached_property
    def secrets(self) -> tuple[Secret, ...]:
        """What no record may hold."""
        return tuple(route.credential.secret for route in self.routes if route.credential)

    @cached_property
    def config(self) -> str:
        """A digest of what is configured, so that what hangs on it ends when it changes."""
        return sha256("\0".join(route.subject.link for route in self.routes).encode()).hexdigest()[:16]

    def name(self, route: Route) -> str:
        """*route* as people write a link; with its host, where another one has the same name."""
        name = f"{route.provider}:{route.model}"
        same = [each for each in self.routes if (each.provider, each.model) == (route.provider, route.model)]
        return f"{name} at {route.origin}" if len(same) > 1 else name

    def route(self, position: int) -> Route:
        """The route at *position* of the chain."""
        return next(route for route in self.routes if route.position == position)


def _candidate(route: Route) -> Candidate:
    """*route* as a link that may be sent to. Where nobody says what it costs, only this network is free of charge."""
    return Candidate(
        position=route.position,
        subject=route.subject,
        context_length=route.context_length,
        costs=route.cost == "metered" or (route.cost is None and not route.origin.is_local),
        zone=route.zone or route.origin.zone,
        insists=route.insists,
    )
