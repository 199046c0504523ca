"""Prompts on real terminals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from window import Prompt


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Callable[..., Prompt]]:
    """Opens a window with the prompt of that name in `drive.py`; `env` adds variables."""
    opened: list[Prompt] = []

    def open_window(
        name: str, *, columns: int = 80, rows: int = 24, color: str = "auto", **environ: str
    ) -> Prompt:
        out = tmp_path / f"answer-{len(opened)}"
        opened.append(Prompt(name, out, columns=columns, rows=rows, environ=environ, color=color))
        return opened[-1]

    yield open_window
    for each in opened:
        each.close()
