"""Credential states: benches of the credentials in auth.json, kept there as Hermes Agent reads and writes them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from hermes_fallback.credentials.auth_content import AuthContent
from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.pool_entry import OURS, STATUS_KEYS, PoolEntry
from hermes_fallback.errors import FallbackError, SystemRefused
from hermes_fallback.model.bench import Bench, Subject
from hermes_fallback.model.reason import Reason
from hermes_fallback.state.opened import open_state
from hermes_fallback.state.protocol import State

__all__ = ["AuthPools", "open_shared_state", "reset_credentials"]

_PATIENCE_S = 0.5
"""A turn does not wait longer for the lock; then the bench is kept in the state's own file."""
_EXHAUSTED, _DEAD = "exhausted", "dead"
_CODES = {Reason.AUTH: 401, Reason.QUOTA: 402, Reason.RATE_LIMIT: 429}
_REASONS = {401: Reason.AUTH, 402: Reason.QUOTA, 403: Reason.AUTH, 429: Reason.RATE_LIMIT}
_GUESS_S = {401: 300.0}
_USUAL_GUESS_S = 3600.0
"""How long Hermes Agent leaves an entry alone, by the status that it failed with, where nobody named a time."""
_UNMARKED = {**dict.fromkeys(STATUS_KEYS), "last_status": "ok", OURS: None}
_KEPT_OPEN = 16

Benches = Mapping[Subject, Bench]


def open_shared_state(folder: str | None, kind: str = "sqlite") -> State:
    """`open_state` of the *folder* `fallback/` of a home, with the pools of that home's auth.json."""
    return open_state(folder, kind, pools=_pools(str(Path(folder).parent)) if folder else None)


def reset_credentials(state: State, auth: AuthFile, subjects: Collection[str]) -> tuple[Bench, ...]:
    """Forget every bench of the credentials *subjects*, by themselves and at any host, and what *auth* says of them.

    Returns the benches. What began before and is written later comes to nothing.

    Raises:
        SystemRefused: they could not be removed, which was seen by reading again.
        Conflict, InvalidFile, SystemRefused: the file cannot be changed.
    """
    benched = [each for each in state.health().benches if each.credential in subjects]
    wholes = dict.fromkeys([*map(_of_credential, sorted(subjects)), *benched])
    gone = [bench for whole in wholes for bench in state.reset(whole)]
    if _marked(auth.read(), subjects):
        with auth.locked() as edit:
            for entry in _marked(edit.content, subjects):
                edit.put(entry.provider, entry.id, _UNMARKED)
    if _marked(auth.read(), subjects):
        raise SystemRefused(
            f"`{auth.path}` cannot be reset", why="another program has marked it again", hint="try again"
        )
    return tuple({bench.subject: bench for bench in gone}.values())


def _of_credential(subject: str) -> Subject:
    return Subject(credential=subject)


def _marked(content: AuthContent, subjects: Collection[str]) -> list[PoolEntry]:
    """The entries of *subjects* that have a status, though it may bench nothing."""
    return [
        entry
        for entry in _entries(content)
        if entry.subject in subjects and entry.last_status not in {None, "ok"}
    ]


@lru_cache(_KEPT_OPEN)
def _pools(home: str) -> AuthPools:
    return AuthPools(AuthFile(Path(home, "auth.json"), lock_timeout_s=_PATIENCE_S))


class AuthPools:
    """The entries of *auth* as `Pools`. Two entries of one key share its bench."""

    def __init__(self, auth: AuthFile) -> None:
        self._auth = auth
        self._known: tuple[AuthContent | None, Mapping[Subject, Bench | None]] = None, {}

    def read(self) -> Mapping[Subject, Bench | None]:
        """Every credential there, and its bench; the same object while the file does not change."""
        content = self._auth.read()
        seen, benches = self._known
        if content is not seen:
            benches = _benches(content)
            self._known = content, benches
        return benches

    def change(self, change: Callable[[Benches], Benches]) -> bool:
        """Make *change* of the benches there; False where the file is locked or cannot be written."""
        try:
            with self._auth.locked() as edit:
                before = {subject: each for subject, each in _benches(edit.content).items() if each}
                after = change(before)
                for entry in _entries(edit.content):
                    subject = _of_credential(entry.subject)
                    if before.get(subject) != after.get(subject):
                        edit.put(entry.provider, entry.id, _fields(after.get(subject), entry))
        except FallbackError:
            return False
        return True


def _benches(content: AuthContent) -> Mapping[Subject, Bench | None]:
    found: dict[Subject, Bench | None] = {}
    for entry in _entries(content):
        subject = _of_credential(entry.subject)
        found[subject] = found.get(subject) or _bench(entry, subject)
    return found


def _entries(content: AuthContent) -> Iterator[PoolEntry]:
    """All that a bench can be written into: entries of pools, and the state of a sign-in that has none."""
    for provider in content.providers:
        yield from (entry for entry in content.pool(provider) if entry.subject)


def _bench(entry: PoolEntry, subject: Subject) -> Bench | None:
    """What the entry says of itself; a dead one is alive again as soon as it holds another secret."""
    ours = _ours(entry)
    if entry.last_status == _DEAD:
        until = math.inf if ours.get("fingerprint") in {None, entry.fingerprint} else None
    else:
        until = _until(entry) if entry.last_status == _EXHAUSTED else None
    if until is None:
        return None
    strikes = ours.get("strikes")
    return Bench(
        subject=subject,
        reason=_reason(entry),
        since=entry.last_status_at or 0.0,
        until=until,
        is_given=entry.last_error_reset_at is not None and ours.get("is_given") is not False,
        strikes=strikes if isinstance(strikes, int) else 1,
    )


def _ours(entry: PoolEntry) -> Mapping[str, object]:
    """What we wrote beside the status that stands there; nothing where somebody has written another since."""
    found = entry.raw.get(OURS)
    is_about = isinstance(found, Mapping) and found.get("since") == entry.last_status_at
    return found if isinstance(found, Mapping) and is_about else {}


def _until(entry: PoolEntry) -> float | None:
    if entry.last_error_reset_at is not None:
        return entry.last_error_reset_at
    if entry.last_status_at is None:
        return None
    return entry.last_status_at + _GUESS_S.get(entry.last_error_code or 0, _USUAL_GUESS_S)


def _reason(entry: PoolEntry) -> Reason:
    try:
        return Reason(entry.last_error_reason or "")
    except ValueError:
        return _REASONS.get(entry.last_error_code or 0, Reason.UNKNOWN)


def _fields(bench: Bench | None, entry: PoolEntry) -> Mapping[str, object]:
    """The status of *entry* under *bench*. Its end is written even where we guess it, so that both go by the same."""
    if bench is None:
        return _UNMARKED
    return {
        "last_status": _DEAD if bench.is_dead else _EXHAUSTED,
        "last_status_at": bench.since,
        "last_error_code": _CODES.get(bench.reason),
        "last_error_reason": str(bench.reason),
        "last_error_message": None,
        "last_error_reset_at": None if bench.is_dead else bench.until,
        OURS: {
            "since": bench.since,
            "strikes": bench.strikes,
            "is_given": bench.is_given,
            "fingerprint": entry.fingerprint if bench.is_dead else None,
        },
    }
