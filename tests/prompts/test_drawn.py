"""Lists and lines that are drawn: how they are moved in, and how they fit into windows of any size."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from window import Prompt

from tests.window import BACKSPACE, CTRL_R, CTRL_U, DOWN, END, ENTER, HOME, LEFT, PAGE_DOWN, UP

Open = Callable[..., Prompt]

MOVES = {
    "down": ((DOWN, DOWN), "vendor-2/model-2"),
    "not-above-the-first": ((UP, UP), "vendor-0/model-0"),
    "page-down": ((PAGE_DOWN,), "vendor-3/model-10"),
    "end": ((END,), "vendor-4/model-1999"),
    "not-below-the-last": ((END, DOWN), "vendor-4/model-1999"),
    "home": ((END, HOME, DOWN), "vendor-1/model-1"),
    "up": ((END, UP), "vendor-3/model-1998"),
    "filter-then-down": (("model-199", DOWN), "vendor-2/model-1990"),
    "filter-taken-back": (("zzz", CTRL_U, DOWN), "vendor-1/model-1"),
    "what-was-typed": (("model-199", UP), "model-199"),
}


@pytest.mark.parametrize(("keys", "expected"), MOVES.values(), ids=MOVES)
def test_two_thousand_rows_are_within_reach(keys: tuple[str, ...], expected: str, window: Open) -> None:
    """Arrows, pages, both ends, and what is typed."""
    assert window("choose-model").wait("1/2000").press(*keys, ENTER).answer() == expected


def test_an_answer_leaves_one_line(window: Open) -> None:
    """The list goes; question and answer stay."""
    found = window("choose").wait("Ollama").press(DOWN, ENTER)
    found.answer()
    assert found.text == "? Which provider?  LM Studio"


@pytest.mark.parametrize("keys", [("<",), (LEFT,)], ids=["less-than", "left"])
def test_going_back_leaves_no_line(keys: tuple[str, ...], window: Open) -> None:
    """The question before stands where this one stood."""
    found = window("choose-or-back").wait("Ollama").press(*keys)
    assert found.answer() == "back"
    assert found.text == ""


def test_where_nothing_matches_enter_chooses_nothing(window: Open) -> None:
    """It says so, and goes on when letters are taken away."""
    found = window("choose").wait("Ollama").press("zz", ENTER).wait("nothing matches `zz`", gone="Ollama")
    assert found.press(ENTER, BACKSPACE * 2).wait("Ollama").press(ENTER).answer() == "ollama"


def test_an_empty_list_says_so(window: Open) -> None:
    """Enter has nothing to choose."""
    found = window("choose-nothing").wait("the list is empty").press(ENTER, "x").wait("nothing matches `x`")
    assert found.press("\x03").end() == 130


def test_pasted_lines_choose_nothing(window: Open) -> None:
    """A line break in what is pasted is not Enter."""
    found = window("choose").wait("Ollama").press("\x1b[200~open\nrouter\x1b[201~").wait("openrouter")
    assert found.press(ENTER).answer() == "openrouter"


def test_a_pasted_key_comes_without_its_line_break(window: Open) -> None:
    """A key is often copied with the end of its line."""
    found = window("secret").wait("API key").press("\x1b[200~ sk-0123456789\n\x1b[201~").wait("(hidden)")
    assert found.press(ENTER).answer() == "sk-0123456789"


def test_a_secret_cannot_be_searched_into_view(window: Open) -> None:
    """Ctrl-R, which elsewhere shows what is typed behind it, does nothing."""
    found = window("secret").wait("API key").press(CTRL_R, "sk-0123456789", ENTER)
    assert found.answer() == "sk-0123456789"
    assert b"sk" not in found.received


def test_control_characters_are_no_answer(window: Open) -> None:
    """They are said to be there, and the line can be mended."""
    found = window("text-default").wait("gpt-5").press("\x1b[200~a\x07b\x1b[201~", ENTER)
    assert found.wait("control characters").press(BACKSPACE * 2, ENTER).answer() == "gpt-5a"


def test_what_is_wrong_is_said_until_it_is_changed(window: Open) -> None:
    """The fault stands under the line, and goes with the next key."""
    found = window("text").wait("How many?").press("x", ENTER).wait("`x` is no number")
    assert found.press(BACKSPACE, "1").wait("1", gone="no number").press(ENTER).answer() == "1"


@pytest.mark.parametrize("keys", ["\x1bq", "\x1bOP"], ids=["alt-q", "f1"])
def test_keys_that_begin_with_escape_are_not_escape(keys: str, window: Open) -> None:
    """Alt with a letter, and a function key, end nothing."""
    assert window("text-default").wait("gpt-5").press(keys, "x", ENTER).answer() == "gpt-5x"


SIZES = {"80x24": (80, 24), "50x20": (50, 20), "20x10": (20, 10), "20x4": (20, 4)}

SEEN = {
    "choose": ("? Which provider?", "> Ollama", "  LM Studio"),
    "choose-model": ("? Which model?", "> vendor-0/model-0", "  vendor-1/model-1"),
    "act": ("primary", "> ollama:qwen3"),
    "text": ("? How many?", "Enter accepts"),
    "secret": ("? API key", "Enter accepts"),
    "confirm": ("? Save it?", "goes back"),
}
"""What each prompt begins with, and what else one has to see of it."""


@pytest.mark.parametrize(("columns", "rows"), SIZES.values(), ids=SIZES)
@pytest.mark.parametrize(("name", "seen"), SEEN.items(), ids=SEEN)
def test_a_prompt_fits_into_any_window(
    name: str, seen: tuple[str, ...], columns: int, rows: int, window: Open
) -> None:
    """The question stays on top; the row under the cursor and the next, or how to answer, stand below it."""
    found = window(name, columns=columns, rows=rows)
    for text in seen:
        found.wait(text)
    assert found.text.startswith(seen[0])


def test_the_row_under_the_cursor_is_in_every_window(window: Open) -> None:
    """A list in a small window moves with its cursor."""
    found = window("choose", columns=20, rows=6).wait("> Ollama").press(DOWN, DOWN, DOWN).wait("> OpenRouter")
    assert found.text.startswith("? Which provider?")


def test_a_long_name_is_cut_on_its_row_and_whole_in_the_answer(window: Open) -> None:
    """What is shown shortened is chosen whole."""
    found = window("choose", columns=20, rows=10).wait("> Ollama").press(END, UP).wait("> meta-llama/llama…")
    assert found.press(ENTER).answer() == "long"
    assert (
        "".join(found.text.split("\n")[1:]).replace("  ", "")
        == "meta-llama/llama-4-maverick-17b-128e-instruct"
    )


def test_a_long_name_is_whole_where_it_fits(window: Open) -> None:
    """The note beside it gives way first."""
    text = window("choose", columns=50).wait("meta-llama").text
    assert "\n  meta-llama/llama-4-maverick-17b-128e-instruct\n" in text


def test_a_window_that_changes_is_drawn_anew(window: Open) -> None:
    """Rows are cut for the new width."""
    found = window("choose").wait("> Ollama").resize(30, 8).wait("api.openai…")
    assert found.resize(70, 20).wait("128e-instruct").press(ENTER).answer() == "ollama"


def test_what_is_typed_shows_its_end_where_it_is_long(window: Open) -> None:
    """The place one types at is always in sight."""
    window("choose-model", columns=20, rows=10).wait("model-0").press("abcdefghijklmnopqrstuvw").wait("…ijk")


def test_a_wait_leaves_nothing_behind(window: Open) -> None:
    """Its line is gone when it ends, and it fits on one."""
    found = window("waiting-a-moment", columns=15).wait("| asking the …")
    assert found.answer() == "waited"
    assert found.text == ""


TYPED = {
    "a-whole-name": ("openai/gpt-5", "openai/gpt-5"),
    "another": ("openai/gpt-4", "openai/gpt-4"),
    "half-a-word": ("openai/g", "openai/gpt-5.5"),
    "a-vendor": ("openai", "openai/gpt-5.5"),
    "words": ("mini", "openai/gpt-5-mini"),
    "nothing-like-it": ("acme/new", "acme/new"),
}


@pytest.mark.parametrize(("typed", "expected"), TYPED.values(), ids=TYPED)
def test_a_name_that_was_typed_in_full_wins_over_a_longer_one(
    typed: str, expected: str, window: Open
) -> None:
    """What is only the beginning of a word, or a word of a name, still finds."""
    found = window("choose-version").wait("gpt-5.5").press(typed).wait("as typed")
    assert found.press(ENTER).answer() == expected


def test_enter_behind_a_key_that_was_enough_answers_nothing(window: Open) -> None:
    """Nobody has seen the next question yet."""
    found = window("confirm-twice").wait("Save it?").press("y", ENTER).wait("And use it?")
    assert found.press("n").answer() == [True, False]


def test_a_note_that_does_not_fit_stands_whole_below(window: Open) -> None:
    """That of the row under the cursor."""
    found = window("choose", columns=20).wait("> Ollama").wait("  on this machine")
    found.press(DOWN, DOWN).wait("  api.openai.com", gone="on this machine")
