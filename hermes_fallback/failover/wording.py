"""Wording: a phrase with gaps, whether a text has it, and many of them laid out to be looked for at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

__all__ = ["Glossary", "Wording", "any_of", "glossary", "stems_of", "wording"]

_STEM = 6
"""Words are compared by so many letters, so that `limitation` finds `limitations`."""
_GAP = 80
_WORD = re.compile(r"[a-z0-9]+")
_TO_SPACE = bytes(code if chr(code).isalnum() else ord(" ") for code in range(128)) + bytes(128)
_STEM_OF = itemgetter(slice(_STEM))


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


_Entry = tuple[int, str, Wording]
"""A wording behind its place and its longest part, which is looked for first: most cost no more than that."""


class Glossary:
    """Wordings in the order they count, so laid out that few of them are looked at for one text."""

    def __init__(self, by_stem: Mapping[str, Sequence[_Entry]]) -> None:
        self._by_stem = by_stem

    def among(self, places: Container[int]) -> Glossary:
        """The glossary of those at *places*, which they keep."""
        kept = {
            stem: [each for each in entries if each[0] in places] for stem, entries in self._by_stem.items()
        }
        return Glossary({stem: entries for stem, entries in kept.items() if entries})

    def first_in(self, text: str) -> int | None:
        """The place of the first wording that *text* matches."""
        stems = stems_of(text) if text.isascii() else stems_of(text) | {""}
        known = self._by_stem.keys() & stems
        near = [each for stem in known for each in self._by_stem[stem] if each[1] in text]
        near.sort()
        return next((place for place, _, each in near if each.matches(text)), None)

    def has_any_in(self, text: str) -> bool:
        """True when *text* matches one of the wordings."""
        return self.first_in(text) is not None


def glossary(wordings: Iterable[Wording]) -> Glossary:
    """The glossary of *wordings*, the places counting from 0."""
    stems = [(each, tuple(_whole_words(each))) for each in wordings]
    count = Counter(stem for _, own in stems for stem in own)
    by_stem: dict[str, list[_Entry]] = {}
    for place, (each, own) in enumerate(stems):
        # by a stem that no text can match it without, and by nothing where it has none, as Chinese has not
        rarest = min(own, key=count.__getitem__, default="")
        by_stem.setdefault(rarest, []).append((place, each.longest, each))
    return Glossary(by_stem)


def any_of(texts: str) -> Glossary:
    """The glossary of wordings parted by `; `."""
    return glossary(map(wording, texts.split("; ")))


def _whole_words(phrase: Wording) -> Iterator[str]:
    """The stems of the words of *phrase* that stand in every text it matches; the last one may go on there, if it is long."""
    if not "".join(phrase.parts).isascii():
        return
    found = [(part, word) for part in phrase.parts for word in _WORD.finditer(part)]
    sure = [(part, word) for part, word in found if word.end() < len(part) or len(word[0]) >= _STEM]
    for _, word in sure or found:
        yield word[0][:_STEM]
