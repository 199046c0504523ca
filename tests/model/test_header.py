"""Headers that a config or a plugin may add, and those it may not."""

from __future__ import annotations

import pytest

from hermes_fallback.model.header import header_fault


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-Team", "blue"), ("x_team.2", ""), ("Authorization", "Basic YTpi"), ("X-Tags", 'a, b; c="d"')],
)
def test_a_sound_header_may_be_sent(name: str, value: str) -> None:
    """Whatever HTTP allows, an authorization of its owner's too."""
    assert header_fault(name, value) is None


@pytest.mark.parametrize("name", ["", "X Team", "X-Team:", "X\n", "Grün", "\u212a"])
def test_what_is_no_name_is_told(name: str) -> None:
    """A blank or a line end in it would be another header."""
    assert header_fault(name, "blue") == "is no header's name"


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "CONNECTION", "Upgrade"])
def test_what_frames_a_request_is_not_for_others_to_set(name: str) -> None:
    """It would reach another host with the key, or break the connection for what follows."""
    assert header_fault(name, "5") == "is for whoever sends the request to set"


@pytest.mark.parametrize("value", ["a\nb", "a\r\nHost: evil.test", "é", "✓", "\x00", " a", "a\t"])
def test_a_value_that_cannot_be_sent_is_told_and_not_shown(value: str) -> None:
    """Such a value may hold a key."""
    assert header_fault("X-Team", value) == "holds characters that no header may hold"
