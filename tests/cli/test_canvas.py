"""Text is laid on pages of any width, and never cut."""

from __future__ import annotations

import pytest

from hermes_fallback.cli.views.canvas import Canvas, cells


def test_a_pipe_has_lines_of_any_length() -> None:
    """Without a width nothing is folded: programs that read lines get whole ones."""
    assert Canvas().fold("word " * 100, first="> ") == "> " + "word " * 100


def test_folding_breaks_between_words_and_indents() -> None:
    """Later lines stand behind the indent, each within the width."""
    folded = Canvas(width=20).fold("the quick brown fox jumps over it", first="hint: ", indent="      ")
    assert folded == "hint: the quick\n      brown fox\n      jumps over it"


def test_a_word_longer_than_the_page_stays_whole() -> None:
    """A model's name can be copied from any window, however narrow."""
    name = "meta-llama/llama-4-maverick-17b-128e-instruct"
    assert name in Canvas(width=20).fold(f"model {name} ready").split("\n")


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("通义", 4), ("e\u0301", 1)])
def test_cells_count_columns(text: str, width: int) -> None:
    """Wide characters take two columns, combining ones none."""
    assert cells(text) == width


def test_colour_is_only_where_it_is_wanted() -> None:
    """A page without colour gets not one escape byte."""
    assert Canvas(has_color=False).paint("ready", "green") == "ready"
    assert Canvas(has_color=True).paint("ready", "green") == "\x1b[32mready\x1b[0m"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/ada/.hermes/config.yaml", "~/.hermes/config.yaml"),
        ("`/home/ada/key` is a key", "`~/key` is a key"),
        ("/home/adam/x", "/home/adam/x"),
    ],
)
def test_the_users_home_is_shown_as_a_tilde(text: str, shown: str) -> None:
    """Screens are shared: they do not tell the user's name."""
    assert Canvas(user_home="/home/ada").plain(text) == shown


@pytest.mark.parametrize("user_home", ["", "/"])
def test_no_home_replaces_nothing(user_home: str) -> None:
    """Where there is no home, or it is the root, paths stay as they are."""
    assert Canvas(user_home=user_home).plain("/etc/hosts") == "/etc/hosts"
