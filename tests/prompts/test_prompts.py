"""What holds for every prompt on every kind of terminal: drawn ones and plain ones answer alike."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from window import DRIVE, Prompt

from tests.window import BACKSPACE, CTRL_C, CTRL_D, DOWN, ENTER, ESCAPE

Open = Callable[..., Prompt]

DRAWN, PLAIN = "xterm-256color", "dumb"

ANSWERS = {
    "first-row": ("choose", "Ollama", {DRAWN: (ENTER,), PLAIN: (ENTER,)}, "ollama"),
    "start": ("choose-third", "OpenAI", {DRAWN: (ENTER,), PLAIN: (ENTER,)}, "openai"),
    "other-row": ("choose", "Ollama", {DRAWN: (DOWN, DOWN, DOWN, ENTER), PLAIN: ("4", ENTER)}, "openrouter"),
    "filter": ("choose", "Ollama", {DRAWN: ("with", BACKSPACE * 4, "open rou", ENTER), PLAIN: ("open rou", ENTER, ENTER)}, "openrouter"),
    "filter-by-note": ("choose", "Ollama", {DRAWN: ("MANY", ENTER), PLAIN: ("MANY", ENTER, ENTER)}, "openrouter"),
    "exact-name-before-others": ("choose-size", "mini", {DRAWN: ("gpt-5", ENTER), PLAIN: ("gpt-5", ENTER)}, "full"),
    "free-text": ("choose-model", "model-0", {DRAWN: ("mine/own", ENTER), PLAIN: ("mine/own", ENTER, ENTER)}, "mine/own"),
    "back-from-list": ("choose-or-back", "Ollama", {DRAWN: ("<",), PLAIN: ("<", ENTER)}, "back"),
    "no-way-back": ("choose", "Ollama", {DRAWN: ("<", BACKSPACE, ENTER), PLAIN: ("<", ENTER, "1", ENTER, "Ollama", ENTER)}, "ollama"),
    "action": ("act", "qwen3", {DRAWN: ("d",), PLAIN: ("d", ENTER)}, ["d", 1]),
    "action-on-another": ("act", "qwen3", {DRAWN: (DOWN, "d"), PLAIN: ("d 3", ENTER)}, ["d", 2]),
    "action-of-enter": ("act", "qwen3", {DRAWN: (ENTER,), PLAIN: (ENTER,)}, ["enter", 1]),
    "no-such-action": ("act", "qwen3", {DRAWN: ("x", "q"), PLAIN: ("x", ENTER, "d 9", ENTER, "d x", ENTER, "q", ENTER)}, ["q", 1]),
    "action-without-rows": ("act-on-nothing", "empty", {DRAWN: (DOWN, "a"), PLAIN: ("a", ENTER)}, ["a", 0]),
    "text": ("text", "many?", {DRAWN: (" 12 ", ENTER), PLAIN: (" 12 ", ENTER)}, "12"),
    "text-after-a-wrong-one": ("text", "many?", {DRAWN: ("no", ENTER, BACKSPACE * 2, "7", ENTER), PLAIN: ("no", ENTER, "7", ENTER)}, "7"),
    "default": ("text-default", "gpt-5", {DRAWN: (ENTER,), PLAIN: (ENTER,)}, "gpt-5"),
    "back-from-text": ("text", "many?", {DRAWN: ("<", ENTER), PLAIN: ("<", ENTER)}, "back"),
    "back-from-secret": ("secret", "API key", {DRAWN: ("<", ENTER), PLAIN: ("<", ENTER)}, "back"),
    "yes": ("confirm-no", "Save it?", {DRAWN: ("y",), PLAIN: ("y", ENTER)}, True),
    "no": ("confirm", "Save it?", {DRAWN: ("n",), PLAIN: ("no", ENTER)}, False),
    "default-yes": ("confirm", "Save it?", {DRAWN: (ENTER,), PLAIN: (ENTER,)}, True),
    "default-no": ("confirm-no", "Save it?", {DRAWN: (ENTER,), PLAIN: ("what", ENTER, ENTER)}, False),
    "back-from-yes-or-no": ("confirm", "Save it?", {DRAWN: ("<",), PLAIN: ("<", ENTER)}, "back"),
    "one-after-another": ("two", "Ollama", {DRAWN: ("studio", ENTER, "-mini", ENTER), PLAIN: ("2", ENTER, "gpt-5-mini", ENTER)}, ["lmstudio", "gpt-5-mini"]),
}  # fmt: skip

SHOWN = {
    "choose": "Ollama",
    "act": "qwen3",
    "text": "How many?",
    "secret": "API key",
    "confirm": "Save it?",
    "waiting": "asking the provider",
}
"""What is on the screen once a prompt can be answered."""


@pytest.mark.parametrize("term", [DRAWN, PLAIN], ids=["drawn", "plain"])
@pytest.mark.parametrize(("name", "shown", "keys", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_keys_become_the_answer(
    term: str, name: str, shown: str, keys: dict[str, tuple[str, ...]], expected: object, window: Open
) -> None:
    """Whatever the terminal can do, each question can be answered, and the answer is the same."""
    assert window(name, TERM=term).wait(shown).press(*keys[term]).answer() == expected


@pytest.mark.parametrize("term", [DRAWN, PLAIN, ""], ids=["drawn", "plain", "term-is-unset"])
@pytest.mark.parametrize("name", SHOWN)
def test_ctrl_c_ends_the_program_with_130(name: str, term: str, window: Open) -> None:
    """At every prompt, and while something is waited for."""
    assert window(name, TERM=term).wait(SHOWN[name]).press(CTRL_C).end() == 130


@pytest.mark.parametrize("term", [DRAWN, PLAIN], ids=["drawn", "plain"])
@pytest.mark.parametrize("key", [ESCAPE, CTRL_D], ids=["escape", "ctrl-d"])
@pytest.mark.parametrize("name", [name for name in SHOWN if name != "waiting"])
def test_escape_and_the_end_of_input_end_it_too(name: str, key: str, term: str, window: Open) -> None:
    """A plain terminal hands Escape on when Enter is pressed."""
    keys = (key, ENTER) if (term, key) == (PLAIN, ESCAPE) else (key,)
    assert window(name, TERM=term).wait(SHOWN[name]).press(*keys).end() == 130


@pytest.mark.parametrize("name", SHOWN)
def test_a_dumb_terminal_gets_no_escape_sequence(name: str, window: Open) -> None:
    """What cannot move its cursor, or reads aloud, is sent plain lines."""
    found = window(name, TERM="dumb").wait(SHOWN[name]).press(CTRL_C)
    found.end()
    assert b"\x1b" not in found.received


@pytest.mark.parametrize(
    ("color", "environ"), [("auto", {"NO_COLOR": "1"}), ("never", {})], ids=["no-color", "never"]
)
@pytest.mark.parametrize("name", SHOWN)
def test_without_colour_nothing_is_painted(
    name: str, color: str, environ: dict[str, str], window: Open
) -> None:
    """The cursor moves, but no character is coloured, bold or dim."""
    found = window(name, color=color, **environ).wait(SHOWN[name]).press(CTRL_C)
    found.end()
    assert set(re.findall(rb"\x1b\[([\d;]*)m", found.received)) <= {b"", b"0"}


def test_colour_is_there_where_it_is_wanted(window: Open) -> None:
    """The row under the cursor stands out."""
    assert b"\x1b[0;32;1m> Ollama" in window("choose").wait("Ollama").received


@pytest.mark.parametrize("term", [DRAWN, PLAIN], ids=["drawn", "plain"])
def test_a_secret_is_never_on_the_screen(term: str, window: Open) -> None:
    """Neither while it is typed, nor when it was wrong, nor afterwards; not even its length is told."""
    found = window("secret", TERM=term).wait("API key")
    found.press("short", ENTER).wait("8 characters").press("sk-much-longer", ENTER)
    assert found.answer() == "sk-much-longer"
    assert "(hidden)" in found.text
    assert not re.search(rb"short|sk-|longer|\*", found.received)


@pytest.mark.parametrize("term", [DRAWN, PLAIN], ids=["drawn", "plain"])
@pytest.mark.parametrize("name", ["choose", "choose-model", "act", "text", "secret", "confirm"])
def test_a_pipe_is_not_asked(name: str, term: str) -> None:
    """What comes through a pipe is no answer: the program ends with 2, and has read nothing of it."""
    reading, writing = os.pipe()
    os.write(writing, b"1\ny\nsk-0123456789\n")
    os.close(writing)
    with os.fdopen(reading, "rb") as stdin:
        done = subprocess.run(
            [sys.executable, DRIVE, name, "auto"],
            stdin=stdin,
            capture_output=True,
            env={"TERM": term},
            check=False,
        )
        assert (done.returncode, done.stdout, stdin.read()) == (2, b"", b"1\ny\nsk-0123456789\n")
    assert b"nobody can be asked" in done.stderr


@pytest.mark.parametrize("term", [DRAWN, PLAIN], ids=["drawn", "plain"])
def test_what_is_waited_for_is_said(term: str, window: Open) -> None:
    """A wait that ends gives its result, and stdout holds nothing else."""
    assert window("waiting-a-moment", TERM=term).wait("asking the provider").answer() == "waited"


@pytest.mark.parametrize("term", [DRAWN, PLAIN], ids=["drawn", "plain"])
def test_controls_in_a_row_are_made_visible(term: str, window: Open) -> None:
    """A provider's name cannot paint or move anything."""
    assert r"evil\x1b[31mred" in window("choose", TERM=term).wait("evil").text


def test_an_edit_by_flags_alone_imports_no_prompt(home: Path) -> None:
    """Who gives everything as options waits for no library that asks."""
    argv = ["fallback", "add", "ollama", "qwen3:8b", "--force", "--no-input"]
    code = f"import sys; from hermes_fallback.cli.front import main; print(main({argv}), *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"HERMES_HOME": str(home)},
        check=True,
    )
    status, *modules = done.stdout.splitlines()[-1].split()
    assert status == "0"
    assert not set(modules) & {"questionary", "prompt_toolkit", "rich", "hermes_fallback.cli.prompts.plain"}
