"""Spinner: a sign that something is waited for, on one line that is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from threading import Event, Thread
from typing import TextIO

from hermes_fallback.cli.prompts.frame import clip
from hermes_fallback.cli.views.canvas import Canvas

__all__ = ["spinning"]

_FRAMES = "|/-\\"
_FRAME_S = 0.12
_CLEAR = "\r\x1b[K"


@contextmanager
def spinning(stream: TextIO, canvas: Canvas, what: str) -> Iterator[None]:
    """Show *what* beside a turning sign on *stream* while the body runs; nothing for a body that is quick."""
    line = clip(canvas.plain(what), (canvas.width or 0) - 2)
    done = Event()
    thread = Thread(target=_spin, args=(stream, line, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _spin(stream: TextIO, line: str, done: Event) -> None:
    for sign in cycle(_FRAMES):
        if done.wait(_FRAME_S):
            break
        stream.write(f"\r{sign} {line}")
        stream.flush()
    stream.write(_CLEAR)
    stream.flush()
