"""Mistakes on the command line are told in our words, with the way out."""

from __future__ import annotations

import pytest
from program import Hermes

MISTAKES = {
    "command": (("fallbak",), "`hermes` has no command `fallbak`", "did you mean `hermes fallback`?"),
    "subcommand": (("fallback", "lst"), "no command `lst`", "`hermes fallback list`"),
    "far-off": (("fallback", "xyzzy"), "no command `xyzzy`", "hint: hermes fallback --help"),
    "option": (("fallback", "list", "--jsn"), "no option `--jsn`", "did you mean `--json`?"),
    "no-value": (("fallback", "add", "--at"), "'--at' requires an argument", "hermes fallback add --help"),
    "no-number": (("fallback", "add", "--at", "x"), "`--at`: 'x' is not a valid int", "--help"),
    "too-many": (("fallback", "list", "extra"), "has no place for `extra`", "hermes fallback list --help"),
}


@pytest.mark.parametrize(("argv", "what", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_exit_2_with_a_way_out(
    hermes: Hermes, argv: tuple[str, ...], what: str, hint: str
) -> None:
    """What was wrong, and what was probably meant; nothing on stdout, and no box drawn."""
    result = hermes(*argv)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert what in result.err
    assert hint in result.err


@pytest.mark.parametrize("argv", [argv for argv, _, _ in MISTAKES.values()], ids=MISTAKES)
def test_a_mistake_is_json_where_json_was_asked_for(hermes: Hermes, argv: tuple[str, ...]) -> None:
    """Even a command line that cannot be parsed is answered in the form that was asked for."""
    result = hermes("--json", *argv)
    assert (result.status, result.out) == (2, "")
    assert result.error["code"] == 2
    assert set(result.error) == {"code", "kind", "what", "why", "hint"}


@pytest.mark.parametrize("option", ["--api-key", "--key", "--token"])
@pytest.mark.parametrize("form", ["{} {}", "{}={}"])
def test_a_key_on_the_command_line_is_refused_unseen(hermes: Hermes, option: str, form: str) -> None:
    """A key is never taken from the command line, never repeated, and the safe way is named."""
    key = "sk-or-v1-0123456789abcdef"
    result = hermes("fallback", "add", "openrouter", "x/y", *form.format(option, key).split())
    assert result.status == 2
    assert "--key-stdin" in result.err
    assert key not in result.err


def test_a_key_in_a_wrong_place_is_not_repeated(hermes: Hermes) -> None:
    """A word too many may be a key that was pasted there."""
    result = hermes("fallback", "add", "openrouter", "x/y", "sk-or-v1-0123456789abcdef")
    assert result.status == 2
    assert "0123456789abcdef" not in result.err


def test_escapes_on_the_command_line_are_shown(hermes: Hermes) -> None:
    """What was typed comes back as text."""
    result = hermes("fallback", "\x1b[2J")
    assert "\\x1b[2J" in result.err
    assert "\x1b" not in result.err
