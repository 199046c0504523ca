"""Finding: what one check has to say about the user's setup."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hermes_fallback.errors import FallbackError, InvalidFile

__all__ = ["Finding", "Level", "broken", "fail", "ok", "skip", "warn"]


class Level(StrEnum):
    """How much a finding matters. `fail` alone makes the doctor exit with 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result: what is so, what shows it, and what to type about it."""

    level: Level
    what: str
    evidence: str | None = None
    fix: str | None = None
    fixed: bool = False
    """True where the fix has been made already."""
    check: str = ""
    """Who found it; written by whoever ran the check."""


def ok(what: str, *, evidence: str | None = None) -> Finding:
    """A finding that all is well."""
    return Finding(level=Level.OK, what=what, evidence=evidence)


def warn(what: str, *, evidence: str | None = None, fix: str | None = None) -> Finding:
    """A finding that hurts some day, or costs something now."""
    return Finding(level=Level.WARN, what=what, evidence=evidence, fix=fix)


def fail(what: str, *, evidence: str | None = None, fix: str | None = None) -> Finding:
    """A finding that something does not work."""
    return Finding(level=Level.FAIL, what=what, evidence=evidence, fix=fix)


def skip(what: str, *, fix: str | None = None) -> Finding:
    """A finding that there was nothing to look at, or no way to."""
    return Finding(level=Level.SKIP, what=what, fix=fix)


def broken(error: FallbackError) -> Finding:
    """The failure that *error* is."""
    place = ""
    if isinstance(error, InvalidFile) and error.path:
        place = ":".join(str(part) for part in (error.path, error.line, error.column) if part is not None)
    return fail(error.what, evidence=": ".join(filter(None, [place, error.why])) or None, fix=error.hint)
