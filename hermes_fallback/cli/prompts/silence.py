"""Silence: what somebody types while nothing is asked is neither shown nor taken for an answer."""

from __future__ import annotations

import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

__all__ = ["echo_off", "unheard"]


@contextmanager
def echo_off(stream: TextIO) -> Iterator[None]:
    """What is typed on *stream*, a terminal, while the body runs is not shown, its line breaks apart."""
    with _changed(stream, off=termios.ECHO, on=termios.ECHONL):
        yield


@contextmanager
def unheard(stream: TextIO) -> Iterator[None]:
    """What is typed on *stream*, a terminal, while the body runs is not shown, and is forgotten after it."""
    with _changed(stream, off=termios.ECHO):
        try:
            yield
        finally:
            termios.tcflush(stream, termios.TCIFLUSH)


@contextmanager
def _changed(stream: TextIO, *, off: int, on: int = 0) -> Iterator[None]:
    before = termios.tcgetattr(stream)
    flags = before[3] & ~off | on
    termios.tcsetattr(stream, termios.TCSADRAIN, [*before[:3], flags, *before[4:]])
    try:
        yield
    finally:
        termios.tcsetattr(stream, termios.TCSADRAIN, before)
