"""What is known of a terminal: whether to colour, to ask, and how wide it is."""

from __future__ import annotations

import io

import pytest
from program import Screen

from hermes_fallback.cli.terminal import Terminal


def terminal(*, tty: bool, **environ: str) -> Terminal:
    stream = Screen if tty else io.StringIO
    return Terminal(stdin=stream(), stdout=stream(), stderr=stream(), environ=environ)


COLOR = {
    "on-a-terminal": (True, "auto", {"TERM": "xterm"}, True),
    "in-a-pipe": (False, "auto", {"TERM": "xterm"}, False),
    "no-color": (True, "auto", {"TERM": "xterm", "NO_COLOR": "1"}, False),
    "no-color-is-empty": (True, "auto", {"TERM": "xterm", "NO_COLOR": ""}, True),
    "dumb": (True, "auto", {"TERM": "dumb"}, False),
    "term-is-unknown": (True, "auto", {}, False),
    "force-color-is-not-ours": (False, "auto", {"TERM": "xterm", "FORCE_COLOR": "1"}, False),
    "always-in-a-pipe": (False, "always", {"NO_COLOR": "1", "TERM": "dumb"}, True),
    "never": (True, "never", {"TERM": "xterm"}, False),
}


@pytest.mark.parametrize(("tty", "choice", "environ", "expected"), COLOR.values(), ids=COLOR)
def test_colour_follows_the_choice_then_the_terminal(
    tty: bool, choice: str, environ: dict[str, str], expected: bool
) -> None:
    """--color decides; without it NO_COLOR, TERM and the stream do."""
    found = terminal(tty=tty, **environ)
    assert found.has_color(found.stdout, choice) is expected


@pytest.mark.parametrize(
    ("tty", "environ", "expected"), [(True, {}, True), (False, {}, False), (True, {"CI": "true"}, False)]
)
def test_somebody_can_be_asked_on_a_terminal_outside_of_ci(
    tty: bool, environ: dict[str, str], expected: bool
) -> None:
    """In a pipe and in CI nobody is asked."""
    assert terminal(tty=tty, **environ).is_interactive is expected


@pytest.mark.parametrize(("columns", "width"), [("40", 40), ("5", 20), ("0", 80), ("wide", 80), ("", 80)])
def test_columns_says_how_wide_a_terminal_is(columns: str, width: int) -> None:
    """COLUMNS is taken where it is a number that one can write on."""
    found = terminal(tty=True, COLUMNS=columns)
    assert found.columns(found.stdout) == width


def test_a_pipe_has_no_width() -> None:
    """Nothing is folded for a program, whatever COLUMNS says."""
    found = terminal(tty=False, COLUMNS="40")
    assert found.columns(found.stdout) is None
