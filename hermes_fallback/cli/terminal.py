"""Terminal: the streams of one run, and what is known of them. Tests hand in another."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping

from hermes_fallback.fact import Fact

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["Terminal"]

_DEFAULT_COLUMNS = 80
_FEWEST_COLUMNS = 20


class Terminal(Fact):
    """Three streams and the environment."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]

    @classmethod
    def of_process(cls) -> Terminal:
        """The streams of this process. A character its encoding lacks is written as an escape, not refused."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        # A stream that the shell has closed (`<&-`) is None.
        return cls(
            stdin=sys.stdin or io.StringIO(),
            stdout=sys.stdout or io.StringIO(),
            stderr=sys.stderr or io.StringIO(),
            environ=os.environ,
        )

    @property
    def is_interactive(self) -> bool:
        """True when somebody can be asked: a terminal to read from, one to ask on, and no CI."""
        return self.stdin.isatty() and self.stderr.isatty() and not self.environ.get("CI")

    @property
    def is_dumb(self) -> bool:
        """True where nothing is known of a cursor that could be moved."""
        return self.environ.get("TERM", "") in {"", "dumb"}

    def has_color(self, stream: TextIO, choice: str) -> bool:
        """True when *stream* may be sent colour; *choice* is `auto`, `always` or `never`."""
        if choice != "auto":
            return choice == "always"
        return stream.isatty() and not self.environ.get("NO_COLOR") and not self.is_dumb

    def columns(self, stream: TextIO) -> int | None:
        """How wide *stream* is; None where it is no terminal and lines may be of any length."""
        if not stream.isatty():
            return None
        wished = self.environ.get("COLUMNS", "")
        columns = int(wished) if wished.isdecimal() else _measured(stream)
        return max(columns or _DEFAULT_COLUMNS, _FEWEST_COLUMNS)


def _measured(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return _DEFAULT_COLUMNS
