"""What looks like a secret is starred; what only looks random is left where it may be an identifier."""

from __future__ import annotations

import pytest

from hermes_fallback.masking import STARS, mask_keys, mask_shapes

RANDOM = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("mask", [mask_keys, mask_shapes])
def test_a_key_of_a_known_make_is_starred(mask: object) -> None:
    """By both."""
    assert mask(f"key sk-{RANDOM} is wrong") == f"key {STARS} is wrong"  # type: ignore[operator]


def test_random_characters_are_starred_only_where_they_may_be_a_secret() -> None:
    """An identifier is what a provider's support asks for."""
    assert mask_keys(f"req_{RANDOM}") == f"req_{RANDOM}"
    assert mask_shapes(f"req_{RANDOM}") == STARS


@pytest.mark.parametrize(
    "name", ["meta-llama/llama-4-maverick-17b-128e-instruct", "550e8400-e29b-41d4-a716-446655440000"]
)
def test_names_and_uuids_are_left_alone(name: str) -> None:
    """Joined words are long, and no secret."""
    assert mask_shapes(name) == name
