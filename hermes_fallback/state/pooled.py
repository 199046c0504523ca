"""Benches of credentials, each kept where the credential itself is if it has a place there, else in the store."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import Protocol

from hermes_fallback.model.bench import Bench, Subject
from hermes_fallback.state.content import Content, Store, covering

__all__ = ["PooledCredentials", "Pools"]

Benches = Mapping[Subject, Bench]
_HOUR_S = 3600.0
"""As long as the longest guess at how long a credential stays refused."""


class Pools(Hashable, Protocol):
    """Where credentials stand with their benches beside them. No call here ever raises."""

    def read(self) -> Mapping[Subject, Bench | None]:
        """Every credential there, and its bench; the same object while nothing changes."""

    def change(self, change: Callable[[Benches], Benches]) -> bool:
        """Make *change* of the benches there, alone among all processes; False where they cannot be changed."""


class PooledCredentials:
    """A `CredentialStates` over *pools*. What these do not hold, or cannot keep, is in *store*."""

    def __init__(self, store: Store, pools: Pools | None = None) -> None:
        self._store = store
        self._pools: Pools = pools or _NoPools()
        self._known: tuple[Benches, Mapping[Subject, Bench | None], Benches] = {}, {}, {}
        """What was seen last, and what it comes to; one value, for many threads."""

    def read(self) -> Benches:
        """All of them; the same object while nothing changes."""
        kept, pooled = self._store.read().credentials, self._pools.read()
        seen, seen_pooled, benches = self._known
        if kept is seen and pooled is seen_pooled:
            return benches
        benches = {**kept, **_standing(pooled)}
        # One that could not be written into the pool is in the store, and may end later than what stands there.
        benches.update(
            {subject: each for subject, each in kept.items() if each.until > benches[subject].until}
        )
        self._known = kept, pooled, benches
        return benches

    def put(self, bench: Bench, *, generation: int) -> None:
        """Add *bench*, which somebody found while *generation* was the last reset."""

        def with_bench(benches: Benches) -> Benches:
            # Asked while nobody else can write, so that a reset is either known here or still to come.
            resets = self._store.read().resets
            return Content(credentials=benches, resets=resets).with_credential(bench, generation).credentials

        if bench.subject not in self._pools.read() or not self._pools.change(with_bench):
            self._store.change(lambda content: content.with_credential(_ending(bench), generation))

    def remove(self, whole: Subject | None, *, at: float = math.inf) -> tuple[Bench, ...]:
        """Remove every bench that covers *whole* (None: all) and had begun *at* that time, and return them."""
        gone: list[Bench] = []

        def without(benches: Benches) -> Benches:
            gone.extend(covering(benches, whole, at))
            return Content(credentials=benches).without_credentials(whole, at).credentials

        pooled = self._pools.read()
        seen = covering(_standing(pooled), whole, at)
        # Whoever forgets everything also waits for writers that are at it.
        if seen or (at == math.inf and any(whole is None or subject.covers(whole) for subject in pooled)):
            self._pools.change(without)
        before, _ = self._store.change(lambda content: content.without_credentials(whole, at))
        return tuple(dict.fromkeys((*seen, *gone, *covering(before.credentials, whole, at))))


class _NoPools:
    """Where no credentials stand."""

    _empty: Mapping[Subject, Bench | None] = {}

    def read(self) -> Mapping[Subject, Bench | None]:
        return self._empty

    def change(self, change: Callable[[Benches], Benches]) -> bool:  # noqa: ARG002 there is nothing to change
        return False


def _ending(bench: Bench) -> Bench:
    """*bench*, for an hour at most where it is of a sign-in: signing in again changes nothing that it is known by here."""
    is_key = bench.subject.credential.startswith("sha256:")
    return bench if is_key or not bench.is_dead else bench._replace(until=bench.since + _HOUR_S)


def _standing(pooled: Mapping[Subject, Bench | None]) -> Benches:
    return {subject: bench for subject, bench in pooled.items() if bench is not None}
