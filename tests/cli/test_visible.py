"""Text from outside never steers the terminal it is shown on."""

from __future__ import annotations

import json

import pytest

from hermes_fallback.cli.views.visible import PROSE, visible, visible_json

CONTROLS = {
    "colour": ("\x1b[31mred", "\\x1b[31mred"),
    "c1-csi": ("\x9b31m", "\\x9b31m"),
    "title": ("\x1b]0;pwned\x07", "\\x1b]0;pwned\\x07"),
    "carriage-return": ("paid\rfree", "paid\\rfree"),
    "line-feed": ("one\ntwo", "one\\ntwo"),
    "backspace": ("a\x08b", "a\\x08b"),
    "delete": ("a\x7f", "a\\x7f"),
    "bidi-override": ("gpt\u202egolana", "gpt\\u202egolana"),
    "bidi-isolate": ("\u2066x\u2069", "\\u2066x\\u2069"),
    "line-separator": ("a\u2028b", "a\\u2028b"),
    "half-a-pair": ("\ud800", "\\ud800"),
    "byte-order-mark": ("\ufeffx", "\\ufeffx"),
}


@pytest.mark.parametrize(("text", "shown"), CONTROLS.values(), ids=CONTROLS)
def test_controls_are_written_out(text: str, shown: str) -> None:
    """Whatever a terminal would obey is shown as an escape."""
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text", ["anthropic/claude-sonnet-4", "通义千问", "emoji 👩‍💻 stays", "naïve café", "a\u3000b"]
)
def test_ordinary_text_stays(text: str) -> None:
    """Letters of every script, wide spaces and joined emoji are left alone."""
    assert visible(text) == text


def test_prose_keeps_its_lines_and_loses_its_escapes() -> None:
    """An answer may have several lines; it may not have colours of its own."""
    assert visible("one\n\ttwo\x1b[2J", keep=PROSE) == "one\n\ttwo\\x1b[2J"


@pytest.mark.parametrize("text", [text for text, _ in CONTROLS.values()], ids=CONTROLS)
def test_json_stays_the_same_value(text: str) -> None:
    """JSON on a terminal holds no raw control, and parses to the very same text."""
    printed = visible_json(json.dumps({"model": text}, ensure_ascii=False))
    assert json.loads(printed) == {"model": text}
    assert visible(printed) == printed
