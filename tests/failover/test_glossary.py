"""Many wordings looked for at once, with the same outcome as one after the other."""

from __future__ import annotations

import pytest

from hermes_fallback.failover.wording import any_of, glossary, wording

WORDINGS = [wording(text) for text in ("rate limit", "limit…reached", "limit", "额度", "overload")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("the limit was reached: rate limit", 0, id="the-first-in-the-glossary-not-in-the-text"),
        pytest.param("limits are reached", 1, id="parts-in-order"),
        pytest.param(f"reached: limit{' x' * 50} reached", 2, id="parts-too-far-from-each-other"),
        pytest.param("overloaded", 4, id="a-word-that-goes-on"),
        pytest.param("你的额度已用尽", 3, id="chinese-without-a-word-between-spaces"),
        pytest.param("nothing of the kind", None, id="none"),
        pytest.param("", None, id="no-text"),
    ],
)
def test_the_first_wording_that_stands_in_the_text_is_found(text: str, place: int | None) -> None:
    """What is laid out to be found soon is found as if each wording had been looked for in turn."""
    one_by_one = next((n for n, each in enumerate(WORDINGS) if each.matches(text)), None)
    assert glossary(WORDINGS).first_in(text) == one_by_one == place


def test_wordings_are_parted_by_semicolons() -> None:
    """A list of wordings is written on one line."""
    revoked = any_of("token revoked; key…deleted")
    assert revoked.has_any_in("your key was deleted")
    assert not revoked.has_any_in("your token is new")


def test_a_part_of_a_glossary_keeps_the_places() -> None:
    """What a status does not admit is passed over, and the rest is called what it was."""
    assert glossary(WORDINGS).among({2, 4}).first_in("overloaded: rate limit reached") == 2
