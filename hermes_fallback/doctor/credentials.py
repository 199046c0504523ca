"""Checks of the variables that hold keys: what stands in them, and which of two places is read."""

from __future__ import annotations

from collections.abc import Iterator

from hermes_fallback.credentials.placeholder import fault_of
from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Finding, ok, warn
from hermes_fallback.secret import Secret

__all__ = ["placeholder", "shadowed"]

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
    """Variables that `.env` and the process set to different values. The file wins."""
    dotenv = facts.runtime.environment.dotenv
    hidden = 0
    for name in facts.variables:
        inside, outside = dotenv.get(name, facts.environ), facts.environ.get(name)
        if inside is not None and outside is not None and inside != outside:
            hidden += 1
            yield warn(
                f"`{name}` is exported too, with another value; the one in `{dotenv.path}` is read",
                evidence=f"{Secret(inside).fingerprint} in the file, {Secret(outside).fingerprint} exported",
                fix=f"unset {name}, or remove its line from the file",
            )
    if not hidden:
        yield ok("no variable is set twice to different values")
