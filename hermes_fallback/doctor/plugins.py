"""The check of the user's provider plugins."""

from __future__ import annotations

from collections.abc import Iterator

from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Finding, ok, warn

__all__ = ["broken_plugins"]


def broken_plugins(facts: Facts) -> Iterator[Finding]:
    """Plugins that do not load or collide. The rest of the providers is there all the same."""
    broken = facts.runtime.registry.broken
    for each in broken:
        evidence = ": ".join(filter(None, [each.path, each.error.why]))
        yield warn(
            each.error.what, evidence=evidence, fix=each.error.hint or "mend the plugin, or move it away"
        )
    if not broken:
        yield ok("every provider plugin loads")
