"""The check of failures that no rule of classification matched."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from typing import TYPE_CHECKING

from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Finding, broken, ok, warn
from hermes_fallback.runtime.classify_rules import read_rules
from hermes_fallback.state.opened import open_state

if TYPE_CHECKING:
    from hermes_fallback.state.protocol import Unmatched

__all__ = ["rules", "unmatched"]

_SHOWN = 5


def rules(facts: Facts) -> Iterator[Finding]:
    """The user's own rules: whether each file of them can be read. The others count all the same."""
    found, faults = read_rules(facts.home.state)
    yield from map(broken, faults)
    if not faults:
        yield ok(f"every rule of yours can be read ({len(found)})" if found else "no rules of your own")


def unmatched(facts: Facts) -> Iterator[Finding]:
    """Failures seen lately that nobody could classify: what to try, and what to report."""
    seen = open_state(facts.home.state).unmatched_seen()
    yield from map(_told, seen[:_SHOWN])
    if len(seen) > _SHOWN:
        yield warn(f"{len(seen) - _SHOWN} other failures could not be classified")
    if not seen:
        yield ok("every failure could be classified")


def _told(each: Unmatched) -> Finding:
    times = "once" if each.count == 1 else f"{each.count} times"
    what = f"a failure of `{each.provider}` could not be classified, {times}"
    status = f"HTTP {each.status}" if each.status else each.exception
    given = f" --status {each.status}" if each.status else ""
    text = f"{each.exception}: {each.text}" if each.exception else each.text
    return warn(
        what,
        evidence=": ".join(filter(None, [status, each.text])) or None,
        fix=f"hermes fallback classify --provider {quote(each.provider)}{given} -- {quote(text)}; then report it, "
        "or add a rule of your own in `fallback/classify.d/`",
    )
