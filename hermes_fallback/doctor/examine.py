"""Examination: checks are run, and none of them can stop the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from threading import Thread
from traceback import extract_tb

from hermes_fallback.doctor.check import Check
from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Finding, Level, broken, fail, skip, warn
from hermes_fallback.errors import FallbackError

__all__ = ["DEADLINE_S", "examine"]

DEADLINE_S = 60.0
"""What a check that asks providers may take. Each request has its own, shorter limit."""


def examine(
    facts: Facts, checks: Iterable[Check], *, is_offline: bool = False, deadline_s: float = DEADLINE_S
) -> tuple[Finding, ...]:
    """What *checks* find in *facts*, in their order but the slow ones last; a check that breaks is a finding."""
    findings: list[Finding] = []
    for check in sorted(checks, key=lambda check: check.is_online):
        failed = {finding.check for finding in findings if finding.level is Level.FAIL}
        found = _found(check, facts, failed, is_offline=is_offline, deadline_s=deadline_s)
        findings += (replace(finding, check=check.name) for finding in found)
    return tuple(findings)


def _found(
    check: Check, facts: Facts, failed: set[str], *, is_offline: bool, deadline_s: float
) -> Iterable[Finding]:
    in_the_way = [name for name in check.needs if name in failed]
    if in_the_way:
        return [skip(f"cannot be told: see {in_the_way[0]}")]
    if not check.is_online:
        return _guarded(check, facts)
    if is_offline:
        return [skip("not asked: --offline")]
    return _in_time(check, facts, deadline_s)


def _in_time(check: Check, facts: Facts, deadline_s: float) -> Iterator[Finding]:
    found: list[Finding] = []
    # A daemon: neither a host that never ends nor Ctrl-C keeps the program from ending.
    worker = Thread(target=lambda: found.extend(_guarded(check, facts)), daemon=True)
    worker.start()
    worker.join(deadline_s)
    if worker.is_alive():
        yield warn(
            f"there was no end to it within {deadline_s:g} s", fix=f"hermes doctor --only {check.name}"
        )
    else:
        yield from found


def _guarded(check: Check, facts: Facts) -> list[Finding]:
    try:
        return list(check.run(facts))
    except FallbackError as error:
        return [broken(error)]
    except Exception as error:  # noqa: BLE001 one check may break, the others still tell
        return [_crashed(error)]


def _crashed(error: Exception) -> Finding:
    """The finding that the check itself is broken. The error's text stays out: it may quote anything."""
    last = extract_tb(error.__traceback__)[-1]
    return fail(
        f"this check broke: {type(error).__name__}",
        evidence=f"in `{last.name}`, line {last.lineno} of `{last.filename}`",
        fix="it is a fault of hermes-fallback: report it with the output of hermes --version",
    )
