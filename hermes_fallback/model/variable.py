"""What may be the name of a variable, and what is more likely a key that was put in its place."""

from __future__ import annotations

from itertools import pairwise

__all__ = ["is_variable_name"]

_KEY_STARTS = (
    "sk_",
    "pk_",
    "rk_",
    "hf_",
    "gsk_",
    "xai_",
    "r8_",
    "fw_",
    "ghp_",
    "gho_",
    "glpat_",
    "AKIA",
    "ASIA",
    "AIza",
    "eyJ",
)
"""How vendors' keys begin, where that could also begin a name."""
_LONGEST_WORD = 16
_MOST_DIGITS = 2
_RESTLESS = 0.33


def is_variable_name(text: str) -> bool:
    """True for `MY_KEY`. False for what no shell takes, and for what looks like a key."""
    if not (text.isascii() and text.isidentifier()) or text.startswith(_KEY_STARTS):
        return False
    return not any(_is_random(word) for word in text.split("_"))


def _is_random(word: str) -> bool:
    """True for a long word with digits all over, or with a new beginning at every third character."""
    if len(word) <= _LONGEST_WORD:
        return False
    inner_digits = sum(char.isdigit() for char in word.strip("0123456789"))
    begins = sum(
        after.isupper() if before.islower() else before.isdigit() != after.isdigit()
        for before, after in pairwise(word)
    )
    return inner_digits > _MOST_DIGITS or begins / len(word) > _RESTLESS
