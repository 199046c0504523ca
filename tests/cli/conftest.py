"""The real program, run in-process on a terminal of the test's own."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from program import Hermes, Result, Screen

from hermes_fallback.cli.front import main
from hermes_fallback.cli.terminal import Terminal


@pytest.fixture
def hermes(home: Path) -> Hermes:
    """Runs `hermes` with the test's home; `tty=True` puts it on a terminal, `env` adds variables."""

    def run(*argv: str, stdin: str = "", tty: bool = False, env: dict[str, str] | None = None) -> Result:
        stream = Screen if tty else io.StringIO
        terminal = Terminal(
            stdin=stream(stdin),
            stdout=stream(),
            stderr=stream(),
            environ={"HERMES_HOME": str(home), "HOME": str(home.parent), "TERM": "xterm", **(env or {})},
        )
        status = main(argv, terminal)
        return Result(status, terminal.stdout.getvalue(), terminal.stderr.getvalue())  # type: ignore[attr-defined]

    return run


@pytest.fixture
def config(home: Path) -> Callable[[str], Path]:
    """Writes config.yaml and returns its path."""

    def write(text: str) -> Path:
        path = home / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
