"""Checks of the places that hold keys: what stands in variables, which of two is read, what the keyring gives."""

from __future__ import annotations

from collections.abc import Iterator

from hermes_fallback.credentials.keyring_store import KEYRING, Entry, KeyringStore
from hermes_fallback.credentials.placeholder import fault_of
from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Finding, broken, fail, ok, warn
from hermes_fallback.errors import CredentialError
from hermes_fallback.secret import Secret

__all__ = ["keyring", "placeholder", "shadowed"]

_EMPTY = "missing-credential"


def placeholder(facts: Facts) -> Iterator[Finding]:
    """Variables in which something stands that cannot be a key. An empty one says so by itself."""
    environment = facts.runtime.environment
    faults = 0
    for name in facts.key_variables:
        found = environment.get(name)
        fault = fault_of(found.value.strip()) if found else None
        if found and fault and fault.kind != _EMPTY:
            faults += 1
            place = environment.places(name)[found.source]
            yield warn(
                f"`{name}` {fault.what}", evidence=place, fix="put the key in its place, or remove the line"
            )
    if not faults:
        yield ok("no placeholder stands where a key belongs")


def shadowed(facts: Facts) -> Iterator[Finding]:
    """Keys that stand at two places with different values. The keyring wins, then `.env`, then the process."""
    found = [*_behind_file(facts), *_behind_keyring(facts)]
    yield from found or [ok("no variable is set twice to different values")]


def _behind_file(facts: Facts) -> Iterator[Finding]:
    dotenv = facts.runtime.environment.dotenv
    for name in facts.variables:
        inside, outside = dotenv.get(name, facts.environ), facts.environ.get(name)
        if inside is not None and outside is not None and inside != outside:
            yield warn(
                f"`{name}` is exported too, with another value; the one in `{dotenv.path}` is read",
                evidence=f"{Secret(inside).fingerprint} in the file, {Secret(outside).fingerprint} exported",
                fix=f"unset {name}, or remove its line from the file",
            )


def _behind_keyring(facts: Facts) -> Iterator[Finding]:
    environment = facts.runtime.environment
    for entry in KeyringStore(facts.home.keyring).entries():
        found = environment.get(entry.name)
        other = Secret(found.value.strip()) if found else Secret("")
        if found and other and not entry.digest.startswith(other.fingerprint):
            kept = entry.digest[: len(other.fingerprint)]
            yield warn(
                f"`{entry.name}` is in the keyring too, with another value, and that is asked first",
                evidence=f"{kept} in the keyring, {other.fingerprint} in {environment.places(entry.name)[found.source]}",
                fix=f"hermes auth logout {entry.provider}, then: hermes auth login {entry.provider}",
            )


def keyring(facts: Facts) -> Iterator[Finding]:
    """Whether the keyring gives the keys that it was given, and takes those that are to go there."""
    store = KeyringStore(facts.home.keyring)
    entries = store.entries()
    if not entries and facts.runtime.settings.policy.store != KEYRING:
        yield ok("no key is in the keyring, and none is to go there")
    elif problem := store.problem():
        names = ", ".join(f"`{each.name}`" for each in entries)
        yield (fail if entries else warn)(
            problem.what,
            evidence=f"it has {names}" if names else "`fallback.store: keyring`",
            fix=problem.hint,
        )
    else:
        lost = list(filter(None, (_loss(store, each) for each in entries)))
        yield from lost or [ok(f"the keyring answers, and gives the {len(entries)} key(s) it was given")]


def _loss(store: KeyringStore, entry: Entry) -> Finding | None:
    try:
        store.get(entry.provider, entry.name)
    except CredentialError as error:
        return broken(error)
    return None
