"""Check: one question about the user's setup, from facts to findings. It prints nothing and repairs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Finding

__all__ = ["Check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A question and who answers it."""

    name: str
    """`group.name`."""
    about: str
    """What it looks at, in one sentence."""
    run: Callable[[Facts], Iterable[Finding]]
    needs: tuple[str, ...] = ()
    """Checks without whose files there is nothing to look at: where one of them failed, this one is skipped."""
    is_online: bool = False
    """True when it asks providers."""

    @property
    def group(self) -> str:
        """The part of the name that it shares with its like."""
        return self.name.partition(".")[0]
