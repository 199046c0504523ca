"""A window with one prompt in it."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.window import Window

DRIVE = Path(__file__).with_name("drive.py")


class Prompt(Window):
    """Runs `drive.py NAME`; its stdout goes to a file, so what is seen comes from stderr."""

    def __init__(
        self, name: str, out: Path, *, columns: int, rows: int, environ: Mapping[str, str], color: str
    ) -> None:
        self._out = out
        command = shlex.join([sys.executable, str(DRIVE), name, color])
        redirected = f"exec {command} > {shlex.quote(str(out))}"
        super().__init__(["/bin/sh", "-c", redirected], environ, columns=columns, rows=rows)

    def answer(self) -> Any:
        """What the prompt answered, once the process has ended well."""
        assert self.end() == 0, self.text
        return json.loads(self._out.read_text("utf-8"))
