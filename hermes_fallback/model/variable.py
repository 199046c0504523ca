"""What may be the name of a variable, and what is more likely a key that was put in its place."""

from __future__ import annotations

__all__ = ["is_variable_name"]

_LONGEST_WORD = 20


def is_variable_name(text: str) -> bool:
    """True for `MY_KEY`. False for what no shell takes, and for a long run of letters and digits, as keys are."""
    if not (text.isascii() and text.isidentifier()):
        return False
    return not any(_is_random(word) for word in text.split("_"))


def _is_random(word: str) -> bool:
    has_digit, has_letter = any(c.isdigit() for c in word), any(c.islower() for c in word)
    return len(word) > _LONGEST_WORD and has_digit and has_letter
