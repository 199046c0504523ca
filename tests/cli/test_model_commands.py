"""`hermes model`: the primary, shown and set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from program import Hermes


def test_set_makes_a_model_the_primary(hermes: Hermes, home: Path) -> None:
    """The file is made where there is none; the home and the file are the owner's alone."""
    result = hermes("model", "set", "openai", "gpt-5")
    assert result.status == 0
    assert "the primary is `openai:gpt-5`" in result.out
    assert "it is not ready" in result.out
    assert (home / "config.yaml").read_text() == "model:\n  provider: openai\n  default: gpt-5\n"


def test_set_drops_the_old_primarys_own_settings(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """An address or a key of the old primary would be wrong for the new one; comments stay."""
    path = config(
        "# mine\nmodel:\n  provider: custom\n  default: a   # small\n  base_url: http://localhost/v1\n"
    )
    assert hermes("model", "set", "openrouter", "x/y", "--json").document["primary"]["base_url"] is None
    text = path.read_text()
    assert "base_url" not in text
    assert text.startswith("# mine\nmodel:\n")


def test_set_twice_changes_nothing(hermes: Hermes) -> None:
    """Already so is exit 0 and `changed: false`."""
    words = ("model", "set", "custom", "m", "--base-url", "http://localhost:1/v1", "--context-length", "4096")
    assert hermes(*words, "--json").document["changed"] is True
    assert hermes(*words, "--json").document["changed"] is False
    assert "already" in hermes(*words).out


def test_set_dry_run_shows_the_diff(hermes: Hermes, home: Path) -> None:
    """Nothing is made, not even the file."""
    result = hermes("model", "set", "openrouter", "x/y", "--dry-run")
    assert "+  default: x/y" in result.out
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "status", "what"),
    [
        ((), 2, "PROVIDER is missing"),
        (("openrouter",), 2, "MODEL is missing"),
        (("opnrouter", "m"), 5, "`openrouter`"),
        (("openrouter", "m", "--api-mode", "telepathy"), 2, "--api-mode"),
    ],
)
def test_set_refuses_with_the_way_out(
    hermes: Hermes, home: Path, words: tuple[str, ...], status: int, what: str
) -> None:
    """The same rules as for a link."""
    result = hermes("model", "set", *words)
    assert result.status == status
    assert what in result.err
    assert not (home / "config.yaml").exists()


@pytest.mark.parametrize("argv", [("model",), ("model", "show")])
def test_show_tells_the_primary(hermes: Hermes, config: Callable[[str], Path], argv: tuple[str, ...]) -> None:
    """Bare `model` is `show`."""
    config("model: {provider: custom, default: m, base_url: http://localhost:1/v1}\n")
    result = hermes(*argv)
    assert "custom:m" in result.out
    assert "ready, no key needed" in result.out
    assert hermes(*argv, "--json").document["primary"]["model"] == "m"


def test_show_without_a_primary_says_how_to_choose_one(hermes: Hermes) -> None:
    """No primary is no error, and null in JSON."""
    assert "hermes model set PROVIDER MODEL" in hermes("model", "show").out
    assert hermes("model", "show", "--json").document["primary"] is None
