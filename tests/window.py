"""A window of a terminal with a program in it: keys go in, and what stands on the screen comes out."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Self

import pexpect
import pyte

TIMEOUT_S = 30

UP, DOWN, LEFT = "\x1b[A", "\x1b[B", "\x1b[D"
PAGE_DOWN, HOME, END = "\x1b[6~", "\x1b[H", "\x1b[F"
ENTER, ESCAPE, BACKSPACE = "\r", "\x1b", "\x7f"
CTRL_C, CTRL_D, CTRL_R, CTRL_U = "\x03", "\x04", "\x12", "\x15"


def pasted(text: str) -> str:
    """The keys that a terminal sends when *text* is pasted."""
    return f"\x1b[200~{text}\x1b[201~"


class Window:
    """Runs *command* on a pty of its own; it gets *environ*, and nothing else but PATH and TERM."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], *, columns: int = 80, rows: int = 24
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.received = b""
        """Every byte that came so far."""
        self._child = pexpect.spawn(
            command[0],
            list(command[1:]),
            dimensions=(rows, columns),
            env={"PATH": os.environ["PATH"], "TERM": "xterm-256color", **environ},
            timeout=TIMEOUT_S,
        )
        self._child.delaybeforesend = None  # nobody presses a key before what it answers is there

    @property
    def text(self) -> str:
        """What stands on the screen, without the blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip("\n")

    @property
    def painted(self) -> bool:
        """True when any character came coloured, bold or dim."""
        return not set(re.findall(rb"\x1b\[([\d;]*)m", self.received)) <= {b"", b"0"}

    def wait(self, text: str, *, gone: str | None = None) -> Self:
        """This window, as soon as *text* is on it and *gone* is not."""
        while text not in self.text or (gone is not None and gone in self.text):
            self._read()
        return self

    def press(self, *keys: str) -> Self:
        """This window, after *keys* were pressed."""
        for key in keys:
            self._child.send(key)
        return self

    def follow(self, *steps: tuple[str, ...]) -> Self:
        """This window, after *steps*: each a text to wait for, and the keys that are pressed then."""
        for text, *keys in steps:
            self.wait(text).press(*keys)
        return self

    def resize(self, columns: int, rows: int) -> Self:
        """This window in another size, emptied as a terminal may leave it."""
        self._screen.reset()
        self._screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)
        return self

    def end(self) -> int:
        """The exit status of the process; below zero where a signal ended it."""
        try:
            while True:
                self._read()
        except pexpect.EOF:
            self._child.wait()
        ended_by = self._child.signalstatus
        return int(self._child.exitstatus) if ended_by is None else -int(ended_by)

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
