"""Links put to the test: does each resolve, answer, and take its key?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.link import Link
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.route import Resolution, Route
from hermes_fallback.probe.parallel import in_parallel
from hermes_fallback.probe.probe import Verdict, probe
from hermes_fallback.runtime.runtime import ChainReport, Runtime
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["LinkTested", "endpoint_of", "resolved_links", "test_links"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTested:
    """How far one link got, and what stopped it."""

    link: Link
    position: int
    verdict: Verdict
    stage: str
    """What the verdict is about: `resolve`, `reach` or `authenticate`, one after the other."""
    reason: Reason | None = None
    status: int | None = None
    latency_ms: float | None = None
    what: str
    hint: str | None = None


def test_links(
    runtime: Runtime, positions: Collection[int] | None, carrier: Carrier
) -> tuple[LinkTested, ...]:
    """Every link at *positions* (0 is the primary; None: all of them) put to the test, in the chain's order.

    Links are asked at the same time, each for ten seconds at most, and each gets its own key alone.

    Raises:
        FallbackError: a file of the home is invalid.
    """
    links = resolved_links(runtime.report())
    chosen = [each for each in links if positions is None or each.position in positions]
    return in_parallel(lambda resolution: _tested(runtime, resolution, carrier), chosen)


def resolved_links(report: ChainReport) -> tuple[Resolution, ...]:
    """Every link of *report*, the primary first."""
    primary = (report.primary,) if report.primary else ()
    return (*primary, *(resolution for _, resolution in report.links))


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


def _tested(runtime: Runtime, resolution: Resolution, carrier: Carrier) -> LinkTested:
    link, position, problem = resolution.link, resolution.position, resolution.problem
    if resolution.route is None:
        return LinkTested(
            link=link,
            position=position,
            verdict=Verdict.FAILED,
            stage="resolve",
            what=problem.what if problem else "",
            hint=problem.hint if problem else None,
        )
    profile = runtime.registry.get(resolution.route.provider)
    checked = probe(profile, endpoint_of(resolution.route), carrier)
    return LinkTested(
        link=link,
        position=position,
        verdict=checked.verdict,
        stage=checked.stage,
        reason=checked.reason,
        status=checked.status,
        latency_ms=checked.latency_ms,
        what=checked.what,
        hint=checked.hint,
    )
