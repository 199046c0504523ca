"""The state as sessions have it, over whatever store keeps it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hermes_fallback.errors import SystemRefused
from hermes_fallback.masking import mask_shapes
from hermes_fallback.model.bench import Bench, Grain, Health, Lesson, Subject
from hermes_fallback.model.failure import Failure
from hermes_fallback.state.content import EMPTY, Lease, Store, covering
from hermes_fallback.state.pooled import PooledCredentials, Pools
from hermes_fallback.state.protocol import CredentialStates, Unmatched
from hermes_fallback.state.tokens import RetryBucket

__all__ = ["KeptState"]

_TEXT_CHARS = 300


class KeptState:
    """A `State`. Hosts and models have their benches in *store*, and so have credentials that are in no pool."""

    def __init__(self, store: Store, pools: Pools | None = None) -> None:
        self.tokens = RetryBucket()
        self._store = store
        self._credentials: CredentialStates = PooledCredentials(store, pools)
        self._known = EMPTY, EMPTY.credentials, Health()
        """What was seen last and what it comes to; one value, for many threads."""

    @property
    def warning(self) -> str | None:
        """Why the state is kept in this process only, where it should have been shared."""
        return self._store.warning

    def health(self) -> Health:
        """All that is known now."""
        content, credentials = self._store.read(), self._credentials.read()
        seen, seen_credentials, health = self._known
        if content is seen and credentials is seen_credentials:
            return health
        health = Health(
            benches={**content.benches, **credentials},
            leases={subject: lease.until for subject, lease in content.leases.items()},
            lessons=content.lessons,
            generation=content.generation,
        )
        self._known = content, credentials, health
        return health

    def bench(self, bench: Bench, *, generation: int) -> None:
        """Add *bench*, unless a reset after *generation* covers it."""
        if bench.subject.grain is Grain.CREDENTIAL:
            self._credentials.put(bench, generation=generation)
        else:
            self._store.change(lambda content: content.with_bench(bench, generation))

    def lift(self, whole: Subject, *, at: float = math.inf) -> None:
        """Remove every bench that covers *whole* and had begun *at* that time."""
        self._store.change(lambda content: content.without_benches(whole, at))
        self._credentials.remove(whole, at=at)

    def lease(self, subjects: Sequence[Subject], *, owner: str, now: float, until: float) -> bool:
        """True when *owner* holds all *subjects* now."""
        lease = Lease(owner=owner, since=now, until=until)
        _, after = self._store.change(lambda content: content.with_leases(subjects, lease))
        return all(after.leases.get(subject) == lease for subject in subjects)

    def release(self, owner: str) -> None:
        """Give back whatever *owner* holds."""
        self._store.change(lambda content: content.without_leases(owner))

    def learn(self, link: str, lesson: Lesson) -> None:
        """Remember what *lesson* says of *link*."""
        self._store.change(lambda content: content.with_lesson(link, lesson))

    def unmatched(self, failure: Failure, text: str, *, at: float) -> None:
        """Count *failure*, which no rule matched and which says *text*."""
        seen = Unmatched(
            provider=failure.provider or "",
            status=failure.status,
            exception=failure.exception,
            text=mask_shapes(text)[:_TEXT_CHARS].encode("utf-8", "replace").decode(),  # half characters
            count=1,
            first=at,
            last=at,
        )
        self._store.change(lambda content: content.with_unmatched(seen))

    def unmatched_seen(self) -> tuple[Unmatched, ...]:
        """Those counted, the newest first."""
        return tuple(sorted(self._store.read().unmatched.values(), key=lambda each: -each.last))

    def reset(self, whole: Subject | None) -> tuple[Bench, ...]:
        """Forget every bench that covers *whole*; None: everything.

        Raises:
            SystemRefused: they could not be removed.
        """
        if self._store.read() == EMPTY and not self._credentials.read() and not self.warning:
            return ()
        before, _ = self._store.change(lambda content: content.after_reset(whole))
        gone = (*covering(before.benches, whole), *self._credentials.remove(whole))
        self._check_gone(gone)
        return gone

    def _check_gone(self, gone: tuple[Bench, ...]) -> None:
        found = self._store.read_again()
        left = {**found.benches, **self._credentials.read()}
        if self.warning or any(left.get(bench.subject) == bench for bench in gone):
            raise SystemRefused(
                "the benches cannot be removed",
                why=self.warning or "another program is writing where they stand",
                hint="see to the file, or remove it, and try again" if self.warning else "try again",
            )
