"""Finding: something in the file that works otherwise than its owner may think."""

from __future__ import annotations

from enum import StrEnum

from hermes_fallback.fact import Fact

__all__ = ["Finding", "Level"]


class Level(StrEnum):
    """How much a finding matters; the words are those of the doctor."""

    WARN = "warn"
    FAIL = "fail"


class Finding(Fact):
    """One remark about a place in the file, and what to do about it."""

    level: Level
    what: str
    line: int | None = None
    column: int | None = None
    hint: str | None = None
    key: str = ""
    """The dotted path of what it is about, where that is known."""
    file: str | None = None
    """Where that is; None for the home's own config.yaml."""
