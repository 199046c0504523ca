"""A window of a terminal with one prompt in it: keys go in, and what stands on the screen comes out."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pexpect
import pyte

DRIVE = Path(__file__).with_name("drive.py")
TIMEOUT_S = 20

UP, DOWN, LEFT = "\x1b[A", "\x1b[B", "\x1b[D"
PAGE_DOWN, HOME, END = "\x1b[6~", "\x1b[H", "\x1b[F"
ENTER, ESCAPE, BACKSPACE, CTRL_C, CTRL_D, CTRL_R, CTRL_U = (
    "\r",
    "\x1b",
    "\x7f",
    "\x03",
    "\x04",
    "\x12",
    "\x15",
)


class Window:
    """Runs `drive.py NAME` on a pty of its own; its stdout goes to a file, so what is seen comes from stderr."""

    def __init__(
        self, name: str, out: Path, *, columns: int, rows: int, environ: Mapping[str, str], color: str
    ) -> None:
        self._out = out
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.received = b""
        """Every byte that came so far."""
        command = [sys.executable, str(DRIVE), name, color]
        self._child = pexpect.spawn(
            "/bin/sh",
            ["-c", f"exec {shlex.join(command)} > {shlex.quote(str(out))}"],
            dimensions=(rows, columns),
            env={"PATH": os.environ["PATH"], "TERM": "xterm-256color", **environ},
            timeout=TIMEOUT_S,
        )

    @property
    def text(self) -> str:
        """What stands on the screen, without the blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip("\n")

    def wait(self, text: str, *, gone: str | None = None) -> Window:
        """This window, as soon as *text* is on it and *gone* is not."""
        while text not in self.text or (gone is not None and gone in self.text):
            self._read()
        return self

    def press(self, *keys: str) -> Window:
        """This window, after *keys* were pressed."""
        for key in keys:
            self._child.send(key)
        return self

    def resize(self, columns: int, rows: int) -> Window:
        """This window in another size, emptied as a terminal may leave it."""
        self._screen.reset()
        self._screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)
        return self

    def end(self) -> int:
        """The exit status of the process."""
        try:
            while True:
                self._read()
        except pexpect.EOF:
            self._child.wait()
        return int(self._child.exitstatus)

    def answer(self) -> Any:
        """What the prompt answered, once the process has ended well."""
        assert self.end() == 0, self.text
        return json.loads(self._out.read_text("utf-8"))

    def close(self) -> None:
        """End the process, if it has not."""
        self._child.close(force=True)

    def _read(self) -> None:
        try:
            read = self._child.read_nonblocking(4096, TIMEOUT_S)
        except pexpect.TIMEOUT:
            raise AssertionError(f"the window shows only:\n{self.text}") from None
        self.received += read
        self._stream.feed(read)
