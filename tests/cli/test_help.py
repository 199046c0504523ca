"""Every page explains itself and ends with examples that run."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from program import Hermes

from hermes_fallback.cli.app import COMMANDS, PROGRAM, program
from hermes_fallback.cli.command import page_of
from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.help import page_text


def contexts() -> Iterator[Any]:
    def below(cmd: Any, name: str, parent: Any) -> Iterator[Any]:
        ctx = typer.Context(cmd, info_name=name, parent=parent)
        yield ctx
        for child_name, child in getattr(cmd, "commands", {}).items():
            yield from below(child, child_name, ctx)

    return below(program(*COMMANDS), PROGRAM, None)


PAGES = {ctx.command_path: page_of(ctx) for ctx in contexts()}
EXAMPLES = sorted(
    {line for page in PAGES.values() for line in page.examples if "hermes " in line and "$(" not in line}
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_complete(path: str) -> None:
    """What it is for in one sentence, every option explained, two or three examples."""
    page = PAGES[path]
    assert page.about.endswith(")") or page.about.endswith(".")
    assert all(text for _, rows in page.sections for _, text in rows)
    assert 2 <= len(page.examples) <= 3


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_works_everywhere(hermes: Hermes, path: str, flag: str) -> None:
    """-h and --help show the page on stdout and exit 0, whatever else stands there."""
    result = hermes(*path.split()[1:], flag)
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(f"Usage: {path} ")
    assert "Examples:" in result.out


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_parses(hermes: Hermes, example: str) -> None:
    """What a page says to type is what the program takes."""
    command = next(
        part for part in example.split("|") if part.strip().lstrip("source <(").startswith("hermes")
    )
    words = shlex.split(command.replace("source <(", "").rstrip(")").partition(" > ")[0])
    assert hermes(*words[1:], "--help").status == 0


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [40, 80, 100])
def test_a_page_fits_its_window(path: str, width: int) -> None:
    """Pages fold; only a single long word may be wider than the window."""
    lines = page_text(PAGES[path], Canvas(width=width)).split("\n")
    assert [line for line in lines if len(line) > width and " " in line.strip(" \\")] == []


def test_no_command_shows_the_page(hermes: Hermes) -> None:
    """`hermes` alone is a question: what can it do?"""
    assert hermes().out == hermes("--help").out
    assert hermes("config").out == hermes("config", "--help").out
