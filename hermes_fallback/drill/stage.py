"""The stage: a plan whose every link is played by a provider on loopback, with a planted key."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from hermes_fallback.drill.catalogue import ELSEWHERE, KEY, Fault, Place, Step
from hermes_fallback.failover.fit import Needs, misfit_of
from hermes_fallback.loopback.record import Received
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.model.bench import Grain, Subject
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.limits import Limits, Timeouts
from hermes_fallback.model.origin import Origin
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.secret import Secret
from hermes_fallback.transport.lookup import addresses_of

__all__ = ["CLOCKS_S", "Stage", "allowed", "lookup", "name_of", "staged", "subject_of"]

CLOCKS_S = (0.25, 1.5)
"""How long a rehearsed provider may be silent; the user's own clocks would take minutes.

The longer one is for a machine so busy that a provider which is well cannot keep to the short one.
"""
_LONG_S = 10.0
_OTHER_HOST = "elsewhere"
_OTHER_ADDRESS = "localhost"
"""A host of another name than the links', which every system has."""
_NOWHERE = ".drill.localhost"
"""Below `localhost`, so that no proxy is asked for it either."""


def lookup(host: str) -> Sequence[str]:
    """The addresses of *host*. All but the one that is not to be found are of this machine: no lookup leaves.

    Raises:
        socket.gaierror: it is that one.
    """
    if host.endswith(_NOWHERE):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return addresses_of(host)


class _Part(Route):
    """A route that goes to the player of its link. Benches know it as the link itself."""

    plays: Subject

    @property
    def subject(self) -> Subject:
        """What benches know the link by, and so what it shares with others."""
        return self.plays


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Providers that play the links of *plan*, by position."""

    plan: Plan
    loopback: Loopback
    faulty: tuple[Route, ...]
    """Who has the fault: the first that may be asked, and all that share with it what fails."""
    others: tuple[Route, ...]
    """Who is well and may be asked, in order."""
    barred: tuple[Route, ...]
    """Who may not be asked at all: the zone or the spending rules forbid it."""

    @property
    def primary(self) -> Route:
        """Who would be asked first, and has the fault."""
        return self.faulty[0]

    def received(self, *routes: Route) -> tuple[Received, ...]:
        """The requests that *routes* got, in the order they came; those of all hosts for none."""
        names = {name_of(route.position) for route in routes}
        return tuple(each for each in self.loopback.received() if not names or each.provider in names)

    def strays(self) -> tuple[Received, ...]:
        """The requests that went to a host which is no link's."""
        return self.loopback.received(_OTHER_HOST)

    def keys_are_scoped(self) -> bool:
        """True when every link got its own planted key, and nobody anything of another's."""
        return not self.strays() and not any(map(self._is_astray, self.received()))

    def tells_key(self, *values: object) -> bool:
        """True when a planted key stands in the words of one of *values*."""
        words = " ".join(f"{value} {value!r}" for value in values)
        return any(planted_key(route.position) in words for route in self.plan.routes)

    def _is_astray(self, received: Received) -> bool:
        headers = dict(received.headers)
        keys = {name_of(route.position): planted_key(route.position) for route in self.plan.routes}
        own = keys.pop(received.provider)
        elsewhere = f"{received.query} {received.body}"
        is_told = own in elsewhere or any(key in f"{headers} {elsewhere}" for key in keys.values())
        return is_told or sum(own in value for value in headers.values()) != 1


def name_of(position: int) -> str:
    """What the provider is called that plays the link at *position*."""
    return f"link-{position}"


def planted_key(position: int) -> str:
    """What the link at *position* is given for a key."""
    return f"planted-key-of-link-{position}-0123456789"


def allowed(plan: Plan) -> list[Route]:
    """The routes of *plan* that its zone and its spending rules let a conversation go to."""
    pairs = zip(plan.routes, plan.candidates, strict=True)
    return [route for route, candidate in pairs if misfit_of(candidate, Needs(), plan.policy) is None]


@contextmanager
def staged(plan: Plan, fault: Fault, clock_s: float) -> Iterator[Stage]:
    """A stage on which the first link of *plan* that may be asked has *fault*, and whoever shares what fails.

    A fault that is timed is played with clocks of *clock_s* seconds.
    """
    usable = allowed(plan)
    faulty = _faulty(usable, fault, plan.policy.max_switches)
    specs: list[dict[str, object]] = [
        {"name": name_of(route.position), "tls": fault.place is Place.TLS and route in faulty}
        for route in plan.routes
    ]
    with Loopback([*specs, {"name": _OTHER_HOST, "host": _OTHER_ADDRESS}]) as loopback:
        parts = {route.position: _part(route, loopback, fault, route in faulty) for route in plan.routes}
        for route in plan.routes:
            loopback.script(
                name_of(route.position), _script(route, fault, loopback, route in faulty, clock_s)
            )
        yield Stage(
            plan=replace(
                plan, routes=tuple(parts.values()), limits=_limits(plan.limits, fault, clock_s), folder=None
            ),
            loopback=loopback,
            faulty=tuple(parts[route.position] for route in faulty),
            others=tuple(
                parts[each.position]
                for each in usable
                if each not in faulty and (each.context_length or 0) >= fault.least_context
            )[: plan.policy.max_switches],
            barred=tuple(parts[route.position] for route in plan.routes if route not in usable),
        )


def _faulty(routes: Sequence[Route], fault: Fault, most_switches: int | None) -> list[Route]:
    if fault.place is Place.EVERYWHERE:
        return list(routes)
    struck = (fault.place is Place.BUT_LAST and routes[:-1][:most_switches]) or routes[:1]
    shared = [subject for route in struck if (subject := subject_of(route, fault))]
    return [
        route for route in routes if route in struck or any(each.covers(route.subject) for each in shared)
    ]


def subject_of(route: Route, fault: Fault) -> Subject | None:
    """What *fault* takes from whoever shares it with *route*; None for nothing that outlasts the turn."""
    if fault.bench is None:
        return None
    grain = fault.bench[0]
    is_keyless = not route.subject.credential and grain is Grain.CREDENTIAL
    return route.subject.at(Grain.LINK if is_keyless else grain)


def _script(route: Route, fault: Fault, loopback: Loopback, is_faulty: bool, clock_s: float) -> list[Step]:
    if not is_faulty:
        return ["tool_call" if fault.tools else "strict"]
    places = {
        ELSEWHERE: f"{loopback.base_url(_OTHER_HOST)}/chat/completions",
        KEY: planted_key(route.position),
    }
    scale = clock_s if fault.timed else 1.0
    return [_filled(step, places, scale) for step in fault.script]


def _filled(step: Step, places: dict[str, str], scale: float) -> Step:
    if isinstance(step, str):
        return step
    return {name: _value(value, places, scale) for name, value in step.items()}


def _value(value: object, places: dict[str, str], scale: float) -> object:
    if isinstance(value, str):
        for place, text in places.items():
            value = value.replace(place, text)
    return value * scale if isinstance(value, float) else value


def _part(route: Route, loopback: Loopback, fault: Fault, is_faulty: bool) -> Route:
    """*route*, going to its player. What hangs on the real host, such as what it costs, stays as it is."""
    base_url = loopback.base_url(name_of(route.position))
    if fault.place is Place.LOOKUP and is_faulty:
        base_url = f"http://link-{route.position}{_NOWHERE}/v1"
    secret = Secret(planted_key(route.position))
    fields = {name: getattr(route, name) for name in Route.field_names()} | {
        "base_url": base_url,
        "credential": Credential(secret=secret, source="drill", origins=frozenset({Origin.of(base_url)})),
        "headers": {},
        "cost": route.cost or ("local" if route.origin.is_local else "metered"),
        "zone": route.zone or route.origin.zone,
    }
    return _Part(**fields, plays=route.subject)


def _limits(limits: Limits, fault: Fault, clock_s: float) -> Limits:
    clock_s = clock_s if fault.timed else _LONG_S
    clocks = Timeouts(
        connect_s=clock_s,
        first_token_s=clock_s,
        local_first_token_s=clock_s,
        reasoning_first_token_s=clock_s,
        between_tokens_s=clock_s,
    )
    return limits.but(timeouts=clocks, deadline_s=fault.deadline * clock_s)
