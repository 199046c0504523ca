"""Mending: what is repaired when somebody asks for it. Each repair is safe, and tells what it did."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from hermes_fallback.doctor.check import Check
from hermes_fallback.doctor.finding import Finding, Level, broken
from hermes_fallback.errors import FallbackError, SystemRefused
from hermes_fallback.runtime.migration import migrate_config
from hermes_fallback.runtime.runtime import Runtime

__all__ = ["mend"]

_PRIVATE = 0o600


def mend(runtime: Runtime, checks: Iterable[Check]) -> tuple[Finding, ...]:
    """What was repaired of that which *checks* look at, and what could not be; nothing where all is well."""
    return tuple(finding for check in checks for finding in _mended(runtime, check.name))


def _mended(runtime: Runtime, name: str) -> Iterator[Finding]:
    repair = _REPAIRS.get(name)
    try:
        for what in repair(runtime) if repair else ():
            yield Finding(level=Level.OK, what=what, fixed=True, check=name)
    except FallbackError as error:
        yield replace(broken(error), check=name)


def _migrated(runtime: Runtime) -> Iterator[str]:
    edited, migration = migrate_config(runtime)
    if edited.changed:
        yield from (each.what for each in migration.migrated)


def _env_closed(runtime: Runtime) -> Iterator[str]:
    return _closed(runtime.home.env)


def _auth_closed(runtime: Runtime) -> Iterator[str]:
    return _closed(runtime.home.auth)


def _closed(name: str) -> Iterator[str]:
    path = Path(name)
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(_PRIVATE)
            yield f"`{path}` can be read by its owner alone"
    except FileNotFoundError:
        return
    except OSError as error:
        raise SystemRefused(f"the mode of `{path}` cannot be changed", why=error.strerror) from error


_REPAIRS: Mapping[str, Callable[[Runtime], Iterator[str]]] = MappingProxyType(
    {"config.ignored": _migrated, "env.file": _env_closed, "auth.file": _auth_closed}
)
"""By the name of the check that finds what they repair."""
