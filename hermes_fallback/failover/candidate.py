"""Candidate: a link that may be sent to, as the machine sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hermes_fallback.model.bench import Bench, Health, Standing, Subject
from hermes_fallback.model.reason import Reason

__all__ = ["Candidate", "Outlook", "outlook"]

_ANYTHING = Subject()
_LONGEST_LEASE_S = 3600.0
"""A lease that would last longer comes from a clock that was set back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A link that may be sent to: where it stands, what benches know it by, and what is known of it."""

    position: int
    """In the chain, 0 for the primary."""
    subject: Subject = _ANYTHING
    context_length: int | None = None
    tools: bool | None = None
    images: bool | None = None
    costs: bool = False
    """True where using it costs, or may: nobody has said that it does not."""
    zone: str = "any"
    renewable: bool = False
    """True where its credential can be renewed when it is refused."""
    insists: bool = False
    """True where the user chose it by hand: no bench keeps it from being tried."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the benches say of one candidate at one moment."""

    standing: Standing
    until: float = 0.0
    """When the last bench that holds it ends, in seconds since the epoch."""
    probes: tuple[Subject, ...] = ()
    """What a request to it would try out: these need a lease."""
    is_leased: bool = False
    """True where somebody else holds such a lease."""
    reason: Reason | None = None
    """Why it is benched."""


_FREE = Outlook(Standing.FREE)


def outlook(candidate: Candidate, health: Health, *, now: float, config: str) -> Outlook:
    """What *health* means for *candidate* at *now*; *config* is the digest of today's configuration."""
    if not health.benches or health.benches.keys().isdisjoint(candidate.subject.around()):
        return _FREE
    held = [bench for bench in _covering(candidate.subject, health.benches) if bench.config in {"", config}]
    standings = {bench.subject: bench.standing(now) for bench in held}
    probes = tuple(subject for subject, standing in standings.items() if standing is not Standing.FREE)
    if not probes:
        return _FREE
    is_leased = any(now < health.leases.get(subject, now) <= now + _LONGEST_LEASE_S for subject in probes)
    benched = [bench for bench in held if standings[bench.subject] is Standing.BENCHED]
    last = max(benched, key=lambda bench: bench.until, default=None)
    if last is None:
        return Outlook(Standing.EXPIRED, 0.0, probes, is_leased)
    return Outlook(Standing.BENCHED, last.until, probes, is_leased, last.reason)


def _covering(whole: Subject, benches: Mapping[Subject, Bench]) -> list[Bench]:
    return [bench for subject in whole.around() if (bench := benches.get(subject)) is not None]
