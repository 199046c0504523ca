"""Plan: what a session was resolved to. The routes it may use, in order, and the links it must pass over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import TypedDict

from hermes_fallback.failover.candidate import Candidate
from hermes_fallback.failover.user_rules import UserRule
from hermes_fallback.model.bench import Subject
from hermes_fallback.model.limits import Limits, Policy
from hermes_fallback.model.receipt import Skipped
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.turns import Turns
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
    turns: Turns | None = None
    """Who is next among the credentials of one link, where they take turns."""
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
        held = [route.credential for route in self.routes if route.credential]
        lasting = [each.grant.token for each in held if each.grant and each.grant.token]
        return (*(each.secret for each in held if each.secret), *lasting)

    @cached_property
    def config(self) -> str:
        """A digest of what is configured, so that what hangs on it ends when it changes."""
        return sha256("\0".join(route.subject.link for route in self.routes).encode()).hexdigest()[:16]

    def name(self, route: Route) -> str:
        """*route* as people write a link; with its host, where another one has the same name."""
        name = f"{route.provider}:{route.model}"
        same = [each for each in self.routes if (each.provider, each.model) == (route.provider, route.model)]
        return f"{name} at {route.origin}" if len(same) > 1 else name

    def in_turn(self, draw: float) -> tuple[Candidate, ...]:
        """The candidates of one turn, those of a link in the order that it wants; *draw* is from 0 to 1."""
        if self.turns is None:
            return self.candidates
        return tuple(map(_candidate, self.turns.ordered(self.routes, draw=draw)))

    def with_one_key(self) -> Plan:
        """The same with the first credential of each link alone."""
        first = {route.position: route for route in reversed(self.routes)}
        return replace(self, routes=tuple(reversed(first.values())))

    def route(self, candidate: Candidate) -> Route:
        """The route that *candidate* stands for."""
        return self._by_subject[candidate.position, candidate.subject]

    @cached_property
    def _by_subject(self) -> Mapping[tuple[int, Subject], Route]:
        return {(each.position, each.subject): each for each in self.routes}


def _candidate(route: Route) -> Candidate:
    """*route* as a link that may be sent to. Where nobody says what it costs, only this network is free of charge."""
    return Candidate(
        position=route.position,
        subject=route.subject,
        context_length=route.context_length,
        costs=route.cost == "metered" or (route.cost is None and not route.origin.is_local),
        zone=route.zone or route.origin.zone,
        insists=route.insists,
        renewable=route.credential is not None and route.credential.is_sign_in,
    )
