"""Lists in plain lines: pages, and words that narrow them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from window import Prompt

from tests.window import ENTER

Open = Callable[..., Prompt]

PAGES = {
    "next-page": (("+", ENTER, ENTER), "vendor-6/model-20"),
    "a-number-of-another-page": (("2000", ENTER), "vendor-4/model-1999"),
    "round-again": (("model-199", ENTER, "+", ENTER, "2", ENTER), "vendor-3/model-199"),
    "a-number-that-is-no-row": (("4242", ENTER, "1", ENTER), "4242"),
}


@pytest.mark.parametrize(("keys", "expected"), PAGES.values(), ids=PAGES)
def test_two_thousand_rows_come_in_pages(keys: tuple[str, ...], expected: str, window: Open) -> None:
    """`+` shows the next page, a number takes its row, words narrow the list."""
    found = window("choose-model", TERM="dumb", rows=60).wait("1 to 20 of 2000")
    assert found.press(*keys).answer() == expected


def test_a_page_begins_with_the_heading_of_its_rows(window: Open) -> None:
    """Who reads only the page still knows the group."""
    text = window("choose", TERM="dumb").wait("find [1]").text
    assert text.split("\n")[:4] == [
        "Which provider?",
        "Local",
        "1  Ollama  on this machine",
        "2  LM Studio  on this machine",
    ]


def test_where_nothing_matches_nothing_is_chosen(window: Open) -> None:
    """It says so and asks for other words."""
    found = window("choose", TERM="dumb").wait("find [1]").press("zz", ENTER).wait("nothing matches `zz`")
    assert found.press(ENTER, "studio", ENTER).wait("1  LM Studio").press(ENTER).answer() == "lmstudio"


def test_keys_that_a_plain_terminal_does_not_know_are_no_answer(window: Open) -> None:
    """An arrow is a line of control characters there, and no name of a model."""
    found = (
        window("choose-model", TERM="dumb").wait("find [1]").press("\x1b[A", ENTER).wait("control characters")
    )
    assert found.press("1", ENTER).answer() == "vendor-0/model-0"


def test_lines_are_folded_at_the_width(window: Open) -> None:
    """Between words, on any window."""
    text = window("choose-or-back", TERM="dumb", columns=20).wait("back):").text
    assert "number, or words to\n  find [1] (< goes\n  back):" in text
