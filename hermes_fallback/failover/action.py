"""What a step asks for next: an action, and what follows a failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hermes_fallback.failover.candidate import Candidate
from hermes_fallback.failover.fit import Misfit
from hermes_fallback.model.bench import Bench, Lesson, Subject
from hermes_fallback.model.reason import Reason

__all__ = ["Action", "Ask", "Following", "GiveUp", "PassedOver", "Send"]


class Send(NamedTuple):
    """Send the request to *candidate*, after *after_s* seconds; it has *time_left_s* until its first content."""

    candidate: Candidate
    after_s: float
    time_left_s: float
    probes: tuple[Subject, ...] = ()
    """What this request tries out. Take a lease on all of it first; where that fails: `Step.denied`."""
    renews: bool = False
    """True where the credential has just been refused, and is to be renewed before it is sent again."""


class Ask(NamedTuple):
    """Ask the user whether to go on with *candidate*; answer with `Step.permitted`."""

    candidate: Candidate
    costs: bool = False
    """True where the question is whether it may cost something; otherwise it is whether to switch."""


class GiveUp(NamedTuple):
    """No link answered; *why* is one of the words below.

    `exhausted`: every link failed. `refused`: the request itself is at fault. `deadline`: time is up.
    `not-permitted`: another link is there, and the user has not agreed to a switch. `no-links`: nothing to try.
    `benched`: all are benched, or being tried by others. `unfit`: no link can take this request.
    `no-switches`: other links are there, and the turn has moved as often as it may.
    """

    why: str
    soonest: float | None = None
    """When a link is usable again, in seconds since the epoch, where that is known."""


Action = Send | Ask | GiveUp


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A link that was not tried in this step, and why: it does not fit, is benched, or is being tried by others."""

    candidate: Candidate
    misfit: Misfit | None = None
    until: float | None = None
    """When its bench ends; None where another caller is finding out."""
    reason: Reason | None = None
    """Why it is benched."""


class Following(NamedTuple):
    """What follows a failure: the next action, and what is to be remembered."""

    action: Action
    bench: Bench | None = None
    lesson: Lesson | None = None
    """What was found out about the link that failed."""
