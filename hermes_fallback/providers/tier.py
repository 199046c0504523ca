"""Tier: who holds which name among the plugins of one place."""

from __future__ import annotations

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:  # a home without plugins never loads what finds them
    from hermes_fallback.errors import InvalidPlugin
    from hermes_fallback.providers.discovery import BrokenPlugin, Owned

__all__ = ["Tier"]


class Tier:
    """The profiles of one tier by name and alias. A name that two plugins claim belongs to neither."""

    __slots__ = ("aliases", "broken", "owned")

    def __init__(self) -> None:
        self.owned: dict[str, Owned] = {}
        self.aliases: dict[str, str] = {}
        self.broken: list[BrokenPlugin] = []

    def canonical(self, word: str) -> str | None:
        """The name that *word*, a name or an alias, stands for in this tier."""
        return word if word in self.owned else self.aliases.get(word)

    def fault(self, word: str) -> InvalidPlugin | None:
        """The error of the broken plugin that would have answered to *word*."""
        return next((each.error for each in self.broken if word in each.names), None)
