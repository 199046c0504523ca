"""Classification: from what a failure left behind to the reason it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hermes_fallback.failover.rows import failure_from_row
from hermes_fallback.failover.verdict import Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from hermes_fallback.model.failure import Failure

__all__ = ["Verdict", "classify", "failure_from_row"]


def classify(failure: Failure, *, now: datetime | None = None) -> Verdict:
    """Why the attempt failed. Never raises, whatever *failure* holds; takes time linear in its size.

    *now* (aware) is used for a reset given as a point in time, when the server sent no `Date`.
    """
    from hermes_fallback.failover.rules import (
        judge,  # 13 ms of tables that a session without failures saves
    )

    return judge(failure, now)
