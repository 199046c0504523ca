"""Links put to the test: does each resolve, answer, and take its key?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hermes_fallback.model.credential import Problem
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.link import Link
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.route import Resolution, Route
from hermes_fallback.probe.parallel import in_parallel
from hermes_fallback.probe.probe import Checked, Stage, Verdict, probe
from hermes_fallback.providers.registry import Registry
from hermes_fallback.state.protocol import Benching
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["LinkTested", "endpoint_of", "test_links"]

_OF_THE_KEY = frozenset({Reason.AUTH, Reason.QUOTA})
"""Another key of the same link may do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTested:
    """How far one link got, and what stopped it."""

    link: Link
    position: int
    checked: Checked


def test_links(
    resolutions: Sequence[Resolution],
    registry: Registry,
    carrier: Carrier,
    *,
    state: Benching | None,
) -> tuple[LinkTested, ...]:
    """Every link of *resolutions* put to the test, in their order.

    Links are asked at the same time, each for ten seconds at most with each of its own keys, the next one where
    one is refused or spent. One that is well is benched no longer in *state*.
    """
    checks = in_parallel(lambda resolution: _checked(resolution, registry, carrier), resolutions)
    for route, checked in checks:
        if state is not None and route and checked.verdict is Verdict.OK:
            state.lift(route.subject)
    return tuple(
        LinkTested(link=resolution.link, position=resolution.position, checked=checked)
        for resolution, (_, checked) in zip(resolutions, checks, strict=True)
    )


def endpoint_of(route: Route) -> Endpoint:
    """Where *route* goes and with what, whatever the model."""
    return Endpoint(
        provider=route.provider,
        base_url=route.base_url,
        credential=route.credential,
        auth_header=route.auth_header,
        auth_scheme=route.auth_scheme,
        headers=route.headers,
    )


def _checked(resolution: Resolution, registry: Registry, carrier: Carrier) -> tuple[Route | None, Checked]:
    """What was found, and on which route: the first whose key is not at fault; where all are, the first."""
    found: list[tuple[Route, Checked]] = []
    for route in (resolution.route, *resolution.others):
        if route is None:
            return None, _unresolved(resolution.problem)
        checked = probe(registry.get(route.provider), endpoint_of(route), carrier)
        if checked.verdict is not Verdict.FAILED or checked.reason not in _OF_THE_KEY:
            return route, checked
        found.append((route, checked))
    return found[0]


def _unresolved(problem: Problem | None) -> Checked:
    return Checked(
        verdict=Verdict.FAILED,
        stage=Stage.RESOLVE,
        what=problem.what if problem else "",
        hint=problem.hint if problem else None,
    )
