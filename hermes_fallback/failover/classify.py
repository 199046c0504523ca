"""Classification: from what a failure left behind to the reason it failed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hermes_fallback.failover.rows import failure_from_row
from hermes_fallback.failover.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from hermes_fallback.failover.user_rules import UserRule
    from hermes_fallback.model.failure import Failure

__all__ = ["Verdict", "classify", "failure_from_row"]


def classify(failure: Failure, *, now: datetime | None = None, rules: Sequence[UserRule] = ()) -> Verdict:
    """Why the attempt failed. Never raises, whatever *failure* holds; takes time linear in its size.

    *now* (aware) is used for a reset given as a point in time, when the server sent no `Date`.
    *rules*, the user's own, are asked before ours; the first that holds gives the reason.
    """
    return _judge()(failure, now, rules)


@cache  # looked up once: the import statement takes half a microsecond even where all is loaded
def _judge() -> Callable[[Failure, datetime | None, Sequence[UserRule]], Verdict]:
    from hermes_fallback.failover.rules import (
        judge,  # 13 ms of tables that a session without failures saves
    )

    return judge
