"""Which word was meant by one that is not known."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["misspelt", "nearest"]

_SHORTEST = 4
_LONG = 8


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of *known* that is most like *word*, or None where none is."""
    from difflib import get_close_matches  # 5 ms, and only for a word that is wrong

    plain = {_plain(each): each for each in known}
    close = get_close_matches(_plain(word), sorted(plain), n=1)
    return plain[close[0]] if close else None


def misspelt(word: str, known: Iterable[str]) -> str | None:
    """The one of *known* that *word* is but for a slip of the fingers, or for dashes and capitals; None else.

    A plural is another word.
    """
    plain = _plain(word)
    if len(plain) < _SHORTEST:
        return None
    slips = 2 if len(plain) >= _LONG else 1
    distances = {each: _distance(plain, _plain(each)) for each in known if plain != f"{_plain(each)}s"}
    best = min(distances, key=lambda each: distances[each], default=None)
    return best if best is not None and distances[best] <= slips else None


def _plain(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "")


def _distance(one: str, other: str) -> int:
    """How many letters are changed, added, left out or swapped with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if last and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]
