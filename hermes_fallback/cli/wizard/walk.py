"""Walk: steps that each know a draft a little better, and the way back through them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from hermes_fallback.cli.prompts.protocol import Back

__all__ = ["Step", "walk"]

T = TypeVar("T")

Step = Callable[[T], T | None]
"""What is known after the step; None where it had nothing to ask. Raises `Back` for the step before."""


def walk(steps: Sequence[Step[T]], draft: T) -> T:
    """*draft* after every step of *steps*. Going back undoes what the last step that asked had found.

    Raises:
        Back: the person wants to go back from the first question.
    """
    asked: list[tuple[int, T]] = []
    at = 0
    while at < len(steps):
        try:
            known = steps[at](draft)
        except Back:
            if not asked:
                raise
            at, draft = asked.pop()
            continue
        if known is not None:
            asked.append((at, draft))
            draft = known
        at += 1
    return draft
