"""Links put to the test: does each resolve, answer, and take its key?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.link import Link
from hermes_fallback.model.route import Resolution, Route
from hermes_fallback.probe.parallel import in_parallel
from hermes_fallback.probe.probe import Checked, Stage, Verdict, probe
from hermes_fallback.providers.registry import Registry
from hermes_fallback.state.protocol import Benching
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["LinkTested", "endpoint_of", "test_links"]


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

    Links are asked at the same time, each for ten seconds at most, and each gets its own key alone. One that is
    well is benched no longer in *state*.
    """
    checks = in_parallel(lambda resolution: _checked(resolution, registry, carrier), resolutions)
    for resolution, checked in zip(resolutions, checks, strict=True):
        if state is not None and resolution.route and checked.verdict is Verdict.OK:
            state.lift(resolution.route.subject)
    return tuple(
        LinkTested(link=resolution.link, position=resolution.position, checked=checked)
        for resolution, checked in zip(resolutions, checks, strict=True)
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


def _checked(resolution: Resolution, registry: Registry, carrier: Carrier) -> Checked:
    route, problem = resolution.route, resolution.problem
    if route is not None:
        return probe(registry.get(route.provider), endpoint_of(route), carrier)
    return Checked(
        verdict=Verdict.FAILED,
        stage=Stage.RESOLVE,
        what=problem.what if problem else "",
        hint=problem.hint if problem else None,
    )
