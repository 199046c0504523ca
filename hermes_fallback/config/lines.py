"""Where lines begin and end in a text, counted as YAML counts them."""

from __future__ import annotations

import re
from bisect import bisect_right

__all__ = ["BREAK", "Lines"]

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""Every line break of YAML 1.1, which is what libyaml counts by."""


class Lines:
    """Where the lines of *text* begin and end; indexes in, indexes out."""

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in BREAK.finditer(text))]

    def start(self, index: int) -> int:
        """The first index of the line that holds *index*."""
        return self._starts[bisect_right(self._starts, index) - 1]

    def after(self, index: int) -> int:
        """The first index of the next line, or the end of the text."""
        place = bisect_right(self._starts, index)
        return self._starts[place] if place < len(self._starts) else len(self.text)

    def end(self, index: int) -> int:
        """The index behind the line's last character, before its break."""
        after = self.after(index)
        return after - len(self.ending(index))

    def ending(self, index: int) -> str:
        """The line break that ends the line holding *index*; empty on a last line without one."""
        start, after = self.start(index), self.after(index)
        found = BREAK.search(self.text, max(start, after - 2), after)
        return found.group() if found and found.end() == after else ""

    def newline(self, index: int) -> str:
        """The line break to use near *index*: of that line, else of the text's first, else a line feed."""
        found = BREAK.search(self.text)
        return self.ending(index) or (found.group() if found else "\n")

    def column(self, index: int) -> int:
        """How far *index* is from its line's start, from 0."""
        return index - self.start(index)

    def number(self, index: int) -> int:
        """The line's number, from 1."""
        return bisect_right(self._starts, index)
