"""Content: everything a state holds at one moment, and what each change makes of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from typing import Protocol

from hermes_fallback.model.bench import Bench, Lesson, Standing, Subject
from hermes_fallback.state.protocol import Unmatched

__all__ = ["EMPTY", "Change", "Content", "Lease", "Store", "covering"]

_CLOCK_SLACK_S = 2.0
_KEPT_S = 24 * 3600.0
_UNMATCHED = 200
_RESETS = 50
_EVERYTHING = Subject()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One owner's leave to try a subject out. Times are seconds since the epoch."""

    owner: str
    since: float
    until: float

    def holds(self, now: float) -> bool:
        """True at *now*, unless its time is over or its beginning is yet to come: then a clock was set back."""
        return self.since - _CLOCK_SLACK_S <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a state holds. Every change returns the same object where it makes no difference."""

    benches: Mapping[Subject, Bench] = field(default_factory=dict)
    credentials: Mapping[Subject, Bench] = field(default_factory=dict)
    leases: Mapping[Subject, Lease] = field(default_factory=dict)
    lessons: Mapping[str, Lesson] = field(default_factory=dict)
    unmatched: Mapping[str, Unmatched] = field(default_factory=dict)
    resets: Mapping[Subject, int] = field(default_factory=dict)
    """The generation that each reset began; of everything, under the empty subject."""

    @property
    def generation(self) -> int:
        """How many resets there have been."""
        return max(self.resets.values(), default=0)

    def with_bench(self, bench: Bench, generation: int) -> Content:
        """With *bench*, which somebody found while *generation* was the last reset."""
        if self._overrules(bench.subject, generation):
            return self
        benches = _with(self.benches, bench)
        return self if benches is self.benches else replace(self, benches=benches)

    def with_credential(self, bench: Bench, generation: int) -> Content:
        """With *bench*, which is a credential's."""
        if self._overrules(bench.subject, generation):
            return self
        credentials = _with(self.credentials, bench)
        return self if credentials is self.credentials else replace(self, credentials=credentials)

    def without_benches(self, whole: Subject | None, at: float = math.inf) -> Content:
        """Without the benches that cover *whole* (None: without any) and had begun *at* that time."""
        gone = covering(self.benches, whole, at)
        return replace(self, benches=_without(self.benches, gone)) if gone else self

    def without_credentials(self, whole: Subject | None, at: float = math.inf) -> Content:
        """Without the benches of credentials that cover *whole* (None: without any) and had begun *at* that time."""
        gone = covering(self.credentials, whole, at)
        return replace(self, credentials=_without(self.credentials, gone)) if gone else self

    def with_leases(self, subjects: Sequence[Subject], lease: Lease) -> Content:
        """With *lease* on all *subjects*, unless another owner holds one of them."""
        held = {subject: each for subject, each in self.leases.items() if each.holds(lease.since)}
        if any(held.get(subject, lease).owner != lease.owner for subject in subjects):
            return self
        return replace(self, leases={**held, **dict.fromkeys(subjects, lease)})

    def without_leases(self, owner: str) -> Content:
        """Without the leases of *owner*."""
        kept = {subject: lease for subject, lease in self.leases.items() if lease.owner != owner}
        return self if len(kept) == len(self.leases) else replace(self, leases=kept)

    def with_lesson(self, link: str, lesson: Lesson) -> Content:
        """With what *lesson* says of *link*, beside what is known of it, and without what is too old to count."""
        now = lesson.at or 0.0
        fresh = {key: each for key, each in self.lessons.items() if each.holds(now)} if now else self.lessons
        known = fresh.get(link, Lesson())
        said = {each.name: getattr(lesson, each.name) for each in fields(Lesson)}
        merged = replace(known, **{name: value for name, value in said.items() if value is not None})
        return self if merged == known else replace(self, lessons={**fresh, link: merged})

    def with_unmatched(self, seen: Unmatched) -> Content:
        """With *seen* counted beside its like: those that differ in nothing but digits."""
        key = _digest(seen)
        if known := self.unmatched.get(key):
            seen = replace(seen, count=known.count + seen.count, first=known.first)
        newest = sorted({**self.unmatched, key: seen}.items(), key=lambda each: each[1].last)[-_UNMATCHED:]
        return replace(self, unmatched=dict(newest))

    def after_reset(self, whole: Subject | None) -> Content:
        """After a reset of *whole* (None: of everything), but for the benches of credentials."""
        generation = self.generation + 1
        if whole is None:
            return Content(credentials=self.credentials, resets={_EVERYTHING: generation})
        resets = sorted({**self.resets, whole: generation}.items(), key=lambda each: each[1])[-_RESETS:]
        return replace(
            self.without_benches(whole),
            leases={each: lease for each, lease in self.leases.items() if not each.covers(whole)},
            lessons={link: lesson for link, lesson in self.lessons.items() if link != whole.link},
            resets=dict(resets),
        )

    def _overrules(self, subject: Subject, generation: int) -> bool:
        return any(
            later > generation and (whole == _EVERYTHING or subject.covers(whole))
            for whole, later in self.resets.items()
        )


EMPTY = Content()

Change = Callable[[Content], Content]
"""Pure, because it may run more than once when others change the same."""


class Store(Protocol):
    """Where a content is kept. It never raises: one that breaks goes on in memory and says so."""

    @property
    def warning(self) -> str | None:
        """Why it is kept in this process only, where it should have been shared."""

    def read(self) -> Content:
        """What is there; the same object while nothing changes."""

    def read_again(self) -> Content:
        """What is there, nothing of it remembered from before."""

    def change(self, change: Change) -> tuple[Content, Content]:
        """Make *change*, alone among all processes; what was before and what is now."""


def covering(
    benches: Mapping[Subject, Bench], whole: Subject | None, at: float = math.inf
) -> tuple[Bench, ...]:
    """Those of *benches* that cover *whole* (None: all) and had begun *at* that time."""
    return tuple(
        bench
        for subject, bench in benches.items()
        if (whole is None or subject.covers(whole)) and bench.since <= at
    )


def _with(benches: Mapping[Subject, Bench], bench: Bench) -> Mapping[Subject, Bench]:
    """*benches* with *bench*, without those that have been over for a day."""
    merged = _merged(benches.get(bench.subject), bench)
    if merged is benches.get(bench.subject):
        return benches
    day_ago = bench.since - _KEPT_S
    kept = {subject: each for subject, each in benches.items() if each.until >= day_ago}
    return {**kept, bench.subject: merged}


def _without(benches: Mapping[Subject, Bench], gone: Sequence[Bench]) -> Mapping[Subject, Bench]:
    subjects = {bench.subject for bench in gone}
    return {subject: bench for subject, bench in benches.items() if subject not in subjects}


def _merged(old: Bench | None, new: Bench) -> Bench:
    """Of two benches of one subject the one that counts.

    An *old* one that is over, that began later than *new*, or under another configuration, keeps nothing back.
    """
    if old is None:
        return new
    if new.until <= new.since:
        counted = old if old.until > old.since or old.since > new.since else new
        strikes = max(old.strikes, new.strikes)
        return counted if counted.strikes == strikes else counted._replace(strikes=strikes)
    if old.config and new.config and old.config != new.config:
        return new
    holds = old.standing(new.since) is Standing.BENCHED
    return old if holds and old.until >= new.until else new


def _digest(seen: Unmatched) -> str:
    whole = f"{seen.provider}\0{seen.status}\0{seen.exception}\0{re.sub(r'[0-9]+', '0', seen.text)}"
    return sha256(whole.encode("utf-8", "replace")).hexdigest()[:16]
