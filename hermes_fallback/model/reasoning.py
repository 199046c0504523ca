"""Which models think before they speak, by name: their first word may take minutes."""

from __future__ import annotations

import re

__all__ = ["thinks"]

_THINKS = re.compile(
    r"(?:^|[/:._-])(?:o[134](?:-|$)|gpt-5(?!.*chat)|r1(?:[-.:]|$)|reasoner|reasoning|thinking|think(?:-|$)|qwq|qvq"
    r"|magistral|grok-(?:4|3-mini)(?!.*non-reasoning)|deep-?research|k2-thinking|nova-premier|sonar-(?:reasoning|deep))"
)
"""OpenAI's o-series and gpt-5, DeepSeek's R1 and reasoner, Qwen's QwQ and thinking variants, Mistral's Magistral, xAI's
Grok 4, Perplexity's reasoning models. Names as in the vendors' lists of models, November 2026."""


def thinks(model: str) -> bool:
    """True for a model that is known by its name to reason at length before its first word of an answer."""
    return _THINKS.search(model.lower()) is not None
