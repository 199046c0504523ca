"""Checks of the primary and the chain: is anybody there to ask, and anybody else when they fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Finding, fail, ok, skip, warn
from hermes_fallback.model.route import Resolution

if TYPE_CHECKING:
    from hermes_fallback.probe.links import LinkTested

__all__ = ["backup", "primary", "reach", "ready"]

_ADD = "hermes fallback add PROVIDER MODEL"


def primary(facts: Facts) -> Iterator[Finding]:
    """Whether a primary is chosen, and could be asked now."""
    resolution = facts.report.primary
    if resolution is None:
        yield fail("no primary model is chosen", fix=facts.begin)
    elif resolution.problem:
        yield _not_ready(resolution)
    else:
        yield ok(f"`{resolution.link}` is ready")


def ready(facts: Facts) -> Iterator[Finding]:
    """Whether each link of the chain could be asked now."""
    links = [resolution for _, resolution in facts.report.links]
    waiting = [resolution for resolution in links if resolution.problem]
    yield from map(_not_ready, waiting)
    if not links:
        yield skip("the chain has no links")
    elif not waiting:
        yield ok(f"every link is ready ({len(links)})")


def backup(facts: Facts) -> Iterator[Finding]:
    """Whether anybody else is asked when the primary fails."""
    links = facts.report.links
    hosts = {resolution.route.origin.host for _, resolution in links if resolution.route}
    first = facts.report.primary and facts.report.primary.route
    if not facts.report.settings.enabled:
        yield warn(
            "the chain is switched off: when the primary fails, nobody else is asked",
            evidence="`fallback.enabled` is false",
            fix="set it to true: hermes config edit",
        )
    elif not links:
        yield warn("when the primary fails, nobody else is asked", fix=_ADD)
    elif not hosts:
        yield skip("no link is ready, so nobody else is asked")
    elif first and hosts == {first.origin.host}:
        yield warn(
            f"every link goes to `{first.origin.host}`, as the primary does; when that fails, all of them do",
            fix=_ADD,
        )
    else:
        yield ok("links stand behind the primary, not all of them on its host")


def reach(facts: Facts) -> Iterator[Finding]:
    """Whether each link that is ready answers, and takes its key."""
    positions = [resolution.position for resolution in facts.links if resolution.route]
    if not positions:
        yield skip("no link is ready to be asked")
        return
    from hermes_fallback.probe.links import test_links  # brings httpx, 60 ms that offline runs do not pay
    from hermes_fallback.transport.synchronous import Carrier

    with Carrier() as carrier:
        yield from map(_tested, test_links(facts.runtime, positions, carrier))


def _not_ready(resolution: Resolution) -> Finding:
    problem = resolution.problem
    what = problem.what if problem else ""
    return fail(f"`{resolution.link}` is not ready: {what}", fix=problem.hint if problem else None)


def _tested(tested: LinkTested) -> Finding:
    took = "" if tested.latency_ms is None else f" ({tested.latency_ms:.0f} ms)"
    what = f"`{tested.link}`: {tested.what}{took}"
    evidence = f"at {tested.stage}" + (f", HTTP {tested.status}" if tested.status else "")
    if tested.verdict == "failed":
        return fail(what, evidence=evidence, fix=tested.hint)
    # Where nothing went wrong, a key that cannot be proved for nothing is no reason to warn for ever.
    if tested.verdict == "ok" or tested.reason is None:
        return ok(what, evidence=evidence)
    return warn(what, evidence=evidence, fix=tested.hint)
