"""Feasibility: whether a link can take a request at all, and may be sent it, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from hermes_fallback.failover.candidate import Candidate
from hermes_fallback.model.limits import Policy

__all__ = ["Misfit", "Needs", "is_within", "misfit_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a request asks of whoever answers it."""

    prompt_tokens: int = 0
    """An estimate from below: a link that does not hold this much does not hold the prompt."""
    tools: bool = False
    images: bool = False
    refused: Mapping[int, str] = field(default_factory=dict, hash=False)
    """Why links would refuse what has been said, by their position in the chain."""


class Misfit(Enum):
    """Why a link is passed over. What is unknown is no misfit: it is tried once, and learnt."""

    PROMPT = "prompt"
    TOOLS = "tools"
    IMAGES = "images"
    REFUSED = "refused"
    ZONE = "zone"
    COST = "cost"


def misfit_of(candidate: Candidate, needs: Needs, policy: Policy) -> Misfit | None:
    """Why *candidate* cannot be sent this request, or None."""
    if policy.zone != "any" and not is_within(candidate.zone, policy.zone):
        return Misfit.ZONE
    if policy.metered == "never" and candidate.costs and candidate.position:
        return Misfit.COST
    if candidate.context_length is not None and needs.prompt_tokens > candidate.context_length:
        return Misfit.PROMPT
    if needs.tools and candidate.tools is False:
        return Misfit.TOOLS
    if needs.images and candidate.images is False:
        return Misfit.IMAGES
    return Misfit.REFUSED if candidate.position in needs.refused else None


_WITHIN = {"device": ("device",), "lan": ("device", "lan")}


def is_within(zone: str, floor: str) -> bool:
    """True when a request that goes to *zone* does not leave *floor*. A region holds itself alone."""
    return floor == "any" or zone in _WITHIN.get(floor, (floor,))
