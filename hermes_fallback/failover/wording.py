"""Wording: a phrase with gaps, and whether a text has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

__all__ = ["STEM", "Wording", "Wordings", "any_of", "is_any", "stems_of", "wording"]

STEM = 6
"""Words are compared by so many letters, so that `limitation` finds `limitations`."""
_GAP = 80
_WORD = re.compile(r"[a-z0-9]+")
_TO_SPACE = bytes(code if chr(code).isalnum() else ord(" ") for code in range(128)) + bytes(128)
_STEM_OF = itemgetter(slice(STEM))


@lru_cache(maxsize=4)  # phrases and windows are looked for in the same text
def stems_of(text: str) -> frozenset[str]:
    """The first letters of every English word and number in *text*."""
    return frozenset(map(_STEM_OF, _ascii_words(text) if text.isascii() else _WORD.findall(text)))


def _ascii_words(text: str) -> list[str]:
    return text.encode().translate(_TO_SPACE).decode().split()  # a text itself translates ten times as slowly


class Wording(NamedTuple):
    """A phrase, in lower case with single spaces, as the parts that its gaps leave."""

    longest: str
    parts: tuple[str, ...]

    def matches(self, text: str) -> bool:
        """True when *text*, in the same form, has every part, in order and near to each other."""
        if self.longest not in text:
            return False
        first, *others = self.parts
        start = text.find(first) if others else -1
        while start >= 0:
            if _follow(text, start + len(first), others):
                return True
            start = text.find(first, start + 1)
        return not others


def _follow(text: str, start: int, parts: list[str]) -> bool:
    for part in parts:
        found = text.find(part, start, start + _GAP + len(part))
        if found < 0:
            return False
        start = found + len(part)
    return True


def wording(text: str) -> Wording:
    """The wording that *text* writes down; `…` stands for up to 80 characters."""
    parts = tuple(text.split("…"))
    return Wording(max(parts, key=len), parts)


Wordings = Mapping[str, tuple[Wording, ...]]
"""Wordings by their longest part, which is looked for first, so that most cost no more than that."""


def any_of(texts: str) -> Wordings:
    """Wordings parted by `; `."""
    known: dict[str, tuple[Wording, ...]] = {}
    for each in map(wording, texts.split("; ")):
        known[each.longest] = (*known.get(each.longest, ()), each)
    return known


def is_any(wordings: Wordings, text: str) -> bool:
    """True when *text* matches one of *wordings*."""
    near = filter(text.__contains__, wordings)
    return any(each.matches(text) for longest in near for each in wordings[longest])
