"""Checks of the primary and the chain: is anybody there to ask, and anybody else when they fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    first = facts.report.primary.route if facts.report.primary else None
    if not facts.report.settings.enabled:
        yield warn(
            "the chain is switched off: when the primary fails, nobody else is asked",
            evidence="`fallback.enabled` is false",
            fix="hermes config set fallback.enabled true",
        )
    elif not links:
        yield warn("when the primary fails, nobody else is asked", fix=_ADD)
    elif not hosts:
        yield skip("no link is ready, so nobody else is asked")
    elif first is None:
        yield skip("the primary is not ready, so that the chain has taken over already")
    elif hosts == {first.origin.host}:
        yield warn(
            f"every link goes to `{first.origin.host}`, as the primary does; when that fails, all of them do",
            fix=_ADD,
        )
    else:
        yield ok("another host is asked when the primary's fails")


def reach(facts: Facts) -> Iterator[Finding]:
    """Whether each link that is ready answers, and takes its key."""
    ready = [resolution for resolution in facts.report.resolutions if resolution.route]
    if not ready:
        yield skip("no link is ready to be asked")
        return
    from hermes_fallback.probe.links import test_links  # brings the transport: 40 ms
    from hermes_fallback.transport.synchronous import Carrier

    with Carrier() as carrier:
        yield from _reached(test_links(ready, facts.runtime.registry, carrier, state=None))


def _not_ready(resolution: Resolution) -> Finding:
    problem = resolution.problem
    what = problem.what if problem else ""
    return fail(
        f"`{resolution.link}` is not ready: {what}",
        evidence=f"position {resolution.position}" if resolution.position else None,
        fix=problem.hint if problem else None,
    )


def _reached(tested: Sequence[LinkTested]) -> Iterator[Finding]:
    """One finding for each link that needs a word, and one for all that are well."""
    well = [each for each in tested if each.checked.verdict == "ok"]
    yield from (_doubtful(each) for each in tested if each not in well)
    if well:
        took = [f"`{each.link}` in {each.checked.latency_ms or 0:.0f} ms" for each in well]
        yield ok(f"links that let requests in: {len(well)} of {len(tested)}", evidence=", ".join(took))


def _doubtful(tested: LinkTested) -> Finding:
    checked = tested.checked
    what = f"`{tested.link}`: {checked.what}"
    status = f", HTTP {checked.status}" if checked.status else ""
    took = "" if checked.latency_ms is None else f", {checked.latency_ms:.0f} ms"
    evidence = f"position {tested.position}, {checked.stage}{status}{took}"
    if checked.verdict == "failed":
        return fail(what, evidence=evidence, fix=checked.hint)
    # Where nothing went wrong, a key that cannot be proved for nothing is no reason to warn for ever.
    if checked.reason is None:
        return ok(what, evidence=evidence)
    return warn(what, evidence=evidence, fix=checked.hint)
