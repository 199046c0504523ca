"""Spinner: a sign that something is waited for, on one line that is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from threading import Event, Thread
from typing import TextIO

from hermes_fallback.cli.views.canvas import Canvas

__all__ = ["spinning"]

_FRAMES = "|/-\\"
_FRAME_S = 0.12
_CLEAR = "\r\x1b[K"


@contextmanager
def spinning(stream: TextIO, canvas: Canvas, what: str) -> Iterator[None]:
    """Show *what* beside a turning sign on *stream* while the body runs; nothing for a body that is quick."""
    line = canvas.plain(what)
    while not canvas.fits("  ", line):
        line = f"{line[:-2]}…"
    done = Event()
    thread = Thread(target=_spin, args=(stream, line, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _spin(stream: TextIO, line: str, done: Event) -> None:
    if done.wait(_FRAME_S):
        return
    for sign in cycle(_FRAMES):
        stream.write(f"\r{sign} {line}")
        stream.flush()
        if done.wait(_FRAME_S):
            break
    stream.write(_CLEAR)
    stream.flush()
