"""Canvas: how wide the page is, whether it has colour, and how text is laid on it."""

from __future__ import annotations

from hermes_fallback.cli.views.visible import visible
from hermes_fallback.fact import Fact

__all__ = ["Canvas", "cells"]

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


class Canvas(Fact):
    """A page of *width* columns, or of endless lines where *width* is None."""

    width: int | None = None
    has_color: bool = False
    user_home: str = ""
    """Shown as `~`."""

    def paint(self, text: str, color: str) -> str:
        """*text* in *color* (`bold`, `dim`, `red`, `green`, `yellow`), where the page has any."""
        return f"\x1b[{_CODES[color]}m{text}\x1b[0m" if self.has_color and text else text

    def plain(self, text: str) -> str:
        """*text* from anywhere, on one line, with controls made visible and the user's home as `~`."""
        home = self.user_home.rstrip("/")
        return visible(text.replace(f"{home}/", "~/") if home else text)

    def fits(self, *texts: str) -> bool:
        """True when *texts*, beside each other, are no wider than the page."""
        return self.width is None or sum(map(cells, texts)) <= self.width

    def fold(self, text: str, *, first: str = "", indent: str = "") -> str:
        """*text* behind *first*, broken between words, later lines behind *indent*; no word is ever cut."""
        if self.fits(first, text):
            return first + text
        lines, line, gap = [], first, ""
        for word in text.split(" "):
            if self.fits(line, gap, word) or not line.strip():
                line += gap + word
            else:
                lines.append(line.rstrip())
                line = indent + word
            gap = " "
        return "\n".join([*lines, line])


def cells(text: str) -> int:
    """How many columns *text* takes on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # 1 MB of tables that most text does without

    return sum(0 if combining(char) else 1 + (east_asian_width(char) in "WF") for char in text)
