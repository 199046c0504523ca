"""Bench: what is not to be used until a time, why, and who said so. And the health of a home made of them."""

from __future__ import annotations

import math
from collections.abc import KeysView, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from hermes_fallback.model.reason import Reason

__all__ = ["Bench", "Grain", "Health", "Lesson", "Standing", "Subject"]

_CLOCK_SLACK_S = 2.0
_DAY_S = 86_400.0


class Grain(StrEnum):
    """How much a bench covers, from the whole host down to one link as it is configured."""

    HOST = "host"
    MODEL = "model"
    """One model at one host, whatever the credential."""
    CREDENTIAL = "credential"
    CREDENTIAL_MODEL = "credential's model"
    ROUTE = "route"
    """One model at one host with one credential."""
    LINK = "link"
    """One link, until what is configured for it changes."""


class Subject(NamedTuple):
    """What a bench covers: every attempt that has each of these parts. An empty part covers any."""

    host: str = ""
    """The origin, such as `https://openrouter.ai`."""
    credential: str = ""
    """The fingerprint of the secret; never the secret."""
    model: str = ""
    link: str = ""
    """The digest of everything that is configured for one link."""

    @property
    def grain(self) -> Grain:
        """How much it covers."""
        if self.link:
            return Grain.LINK
        if self.host:
            return (Grain.ROUTE if self.credential else Grain.MODEL) if self.model else Grain.HOST
        return Grain.CREDENTIAL_MODEL if self.model else Grain.CREDENTIAL

    def at(self, grain: Grain) -> Subject:
        """What *grain* covers of this subject, which has every part."""
        return _around(self)[grain]

    def around(self) -> KeysView[Subject]:
        """What the grains cover of it, from the whole host down."""
        return _all_around(self)

    def covers(self, whole: Subject) -> bool:
        """True when *whole*, which has every part, is among what this covers."""
        return all(part in {"", other} for part, other in zip(self, whole, strict=True))


_PARTS: Mapping[Grain, tuple[bool, bool, bool, bool]] = {
    Grain.HOST: (True, False, False, False),
    Grain.MODEL: (True, False, True, False),
    Grain.CREDENTIAL: (False, True, False, False),
    Grain.CREDENTIAL_MODEL: (False, True, True, False),
    Grain.ROUTE: (True, True, True, False),
    Grain.LINK: (False, False, False, True),
}


@lru_cache(maxsize=256)  # a link's is the same in every step, and asked for each time one fails
def _around(whole: Subject) -> Mapping[Grain, Subject]:
    return {
        grain: Subject(*(part if is_kept else "" for part, is_kept in zip(whole, kept, strict=True)))
        for grain, kept in _PARTS.items()
    }


@lru_cache(maxsize=256)
def _all_around(whole: Subject) -> KeysView[Subject]:
    return dict.fromkeys(_around(whole).values()).keys()


class Standing(Enum):
    """What a bench means for a request that wants to go out now."""

    FREE = "free"
    """Failures have been counted, and are too few to matter."""
    EXPIRED = "expired"
    """Its time is over and nobody has proved it well: one caller may try, and the others pass it over."""
    BENCHED = "benched"


class Bench(NamedTuple):
    """Not to be used until a time. Times are seconds since the epoch."""

    subject: Subject
    reason: Reason
    since: float
    until: float
    """Infinite for a credential that is dead; not after *since* for failures that are only counted."""
    is_given: bool = False
    """True when the provider named the time; otherwise it is our guess."""
    strikes: int = 1
    """Failures in a row: the first, and every probe since."""
    config: str = ""
    """The digest of the configuration that this depends on; empty where it does not."""

    def standing(self, now: float) -> Standing:
        """What it means at *now*. A clock that was set back before *since* ends it: it cannot be trusted."""
        if self.until <= self.since:
            return Standing.FREE
        if now >= self.until or now < self.since - _CLOCK_SLACK_S:
            return Standing.EXPIRED
        return Standing.BENCHED

    @property
    def is_dead(self) -> bool:
        """True where no time ends it: only another secret, or a proof that this one works."""
        return math.isinf(self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a link has been found to lack; None where nobody knows. It counts for a day: models are set up anew."""

    context_length: int | None = None
    tools: bool | None = None
    images: bool | None = None
    at: float | None = None
    """When it was learnt, in seconds since the epoch."""

    def holds(self, now: float) -> bool:
        """True at *now* while it is not too old, nor from a clock that was set back since."""
        return self.at is None or -_CLOCK_SLACK_S <= now - self.at <= _DAY_S


_NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Health(NamedTuple):
    """What is known of every host, credential and model at one moment."""

    benches: Mapping[Subject, Bench] = _NOTHING
    leases: Mapping[Subject, float] = _NOTHING
    """Subjects that somebody is trying out right now, each with the time at which the lease ends by itself."""
    lessons: Mapping[str, Lesson] = _NOTHING
    """By the digest of a link, as `Subject.link`."""
    generation: int = 0
    """Counts resets. What began under an earlier one is too old to bench anything."""
