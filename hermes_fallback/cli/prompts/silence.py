"""Silence: what somebody types while nothing is asked is neither shown nor taken for an answer."""

from __future__ import annotations

import select
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

__all__ = ["echo_off", "forget_enter", "unheard"]

_HABIT_S = 0.3
"""How soon behind a key that was enough by itself Enter is pressed out of habit."""


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


def forget_enter(stream: TextIO) -> None:
    """Wait a moment for the Enter that is pressed on *stream* behind an answer that needed none, and forget it."""
    with unheard(stream):
        select.select([stream], [], [], _HABIT_S)


@contextmanager
def _changed(stream: TextIO, *, off: int, on: int = 0) -> Iterator[None]:
    before = termios.tcgetattr(stream)
    flags = before[3] & ~off | on
    termios.tcsetattr(stream, termios.TCSADRAIN, [*before[:3], flags, *before[4:]])
    try:
        yield
    finally:
        termios.tcsetattr(stream, termios.TCSADRAIN, before)
