"""Begin: what somebody types first in a home where nothing is configured."""

from __future__ import annotations

from hermes_fallback.cli.invocation import Invocation

__all__ = ["beginning"]


def beginning(run: Invocation) -> str:
    """The command that chooses a primary: the picker where somebody can be asked, else the one with arguments."""
    return "hermes model" if run.can_ask else "hermes model set PROVIDER MODEL"
