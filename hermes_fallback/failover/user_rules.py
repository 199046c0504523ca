"""The user's own rules of classification: conditions, and the reason that holds where all of them do."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from hermes_fallback.failover.codes import normal
from hermes_fallback.failover.evidence import Evidence
from hermes_fallback.failover.verdict import About
from hermes_fallback.failover.wording import Wording
from hermes_fallback.model.reason import Reason

__all__ = ["UserRule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRule:
    """One rule. A condition that is None holds for everything."""

    reason: Reason
    name: str
    """`user:FILE:N`, N counting from 1: what the verdict calls it."""
    provider: str | None = None
    status: int | None = None
    code: str | None = None
    text: Wording | None = None
    about: About | None = None
    """What the failure is about; None to have it found out."""

    def holds(self, provider: str | None, statuses: AbstractSet[int | None], evidence: Evidence) -> bool:
        """True when every condition is met by a failure of *provider* with any of *statuses*."""
        return (
            (self.provider is None or self.provider == provider)
            and (self.status is None or self.status in statuses)
            and (self.code is None or any(_same(self.code, code) for code in evidence.codes))
            and (self.text is None or self.text.matches(evidence.text))
        )


def _same(wanted: str, code: str) -> bool:
    """True when the codes are equal but for case, separators and the ending; a vendor's number also bare."""
    return normal(wanted) in {normal(code), normal(code.partition(":")[2])}
