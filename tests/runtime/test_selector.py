"""LINK: how a command names a link."""

from __future__ import annotations

import pytest

from hermes_fallback.errors import NotFound, UsageError
from hermes_fallback.model.link import Link
from hermes_fallback.runtime.selector import select, split_link

NAMES = {"openrouter": "openrouter", "or": "openrouter", "custom": "custom", "custom:box": "custom:box"}
LINKS = [
    (0, Link(provider="deepseek", model="deepseek-chat")),
    (1, Link(provider="openrouter", model="qwen/qwen3:free")),
    (2, Link(provider="custom", model="llama")),
    (3, Link(provider="custom", model="phi")),
]


def canonical(word: str) -> str | None:
    return NAMES.get(word.lower())


@pytest.mark.parametrize(
    ("word", "position"),
    [
        ("0", 0),
        ("2", 2),
        ("openrouter", 1),
        ("or", 1),
        ("OpenRouter", 1),
        ("openrouter:qwen/qwen3:free", 1),
        ("custom:phi", 3),
        ("deepseek", 0),
        ("deepseek:deepseek-chat", 0),
    ],
)
def test_a_link_is_named_by_position_provider_or_provider_and_model(word: str, position: int) -> None:
    """Aliases and case do not matter; further colons belong to the model."""
    assert select(word, LINKS, canonical) == position


def test_an_ambiguous_name_lists_the_positions() -> None:
    """Nothing is guessed."""
    with pytest.raises(UsageError) as caught:
        select("custom", LINKS, canonical)
    assert "2, 3" in str(caught.value.why)


@pytest.mark.parametrize("word", ["4", "zai", "custom:gemma"])
def test_a_name_that_fits_nothing_is_not_found(word: str) -> None:
    """The list is one command away."""
    with pytest.raises(NotFound) as caught:
        select(word, LINKS, canonical)
    assert caught.value.hint == "hermes fallback list"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("custom:box:m:x", ("custom:box", "m:x")),
        ("custom:m", ("custom", "m")),
        ("custom:box", ("custom:box", None)),
        ("nobody:m:x", ("nobody", "m:x")),
        ("nobody", ("nobody", None)),
    ],
)
def test_the_longest_known_provider_wins(word: str, expected: tuple[str, str | None]) -> None:
    """`custom:NAME` is a provider of its own where it is known."""
    assert split_link(word, canonical) == expected
