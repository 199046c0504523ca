"""Server-sent events from bytes that arrive in any slices."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["ServerSent", "SseParser", "TooLong"]

_LINE_END = re.compile(rb"\r\n|\n|\r")
_USUAL = re.compile(rb"(?:event: ([^\n]+)\n)?data: ([^\n]*)")
_BOM = b"\xef\xbb\xbf"


class TooLong(Exception):
    """One event is larger than the parser's limit; a stream without line ends would fill the memory."""


class ServerSent(NamedTuple):
    """One event: its *event* name (`message` where none was given) and its *data* lines, joined."""

    event: str
    data: str


class SseParser:
    """Events as they become complete. *limit_bytes* bounds a single one.

    Source: HTML Living Standard, section 9.2.6, "Interpreting an event stream".
    """

    def __init__(self, *, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._held_bytes = 0
        self._line: list[bytes] = []
        self._data: list[str] = []
        self._event = ""
        self._at_start = True
        self._after_cr = False

    def feed(self, data: bytes) -> list[ServerSent]:
        """The events that *data* completes.

        Raises:
            TooLong: an event exceeds the limit.
        """
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        if data.endswith(b"\r"):
            self._after_cr = True
        events, data = self._usual(data)
        if not data:
            return events
        *lines, rest = _LINE_END.split(data)
        for line in lines:
            self._hold(line)
            if event := self._end_line():
                events.append(event)
        self._hold(rest)
        return events

    def _usual(self, data: bytes) -> tuple[list[ServerSent], bytes]:
        """The events that *data* begins with, as long as they are of the usual form; and what is left of it.

        That is one line of data, after a name or without one, nothing held back, and line feeds alone.
        """
        events: list[ServerSent] = []
        if self._line or self._data or self._event or b"\r" in data:
            return events, data
        at = 0
        while (end := data.find(b"\n\n", at)) >= 0:
            found = _USUAL.fullmatch(data, at, end)
            if found is None or end - at > self._limit_bytes:
                break
            name, value = found.groups()
            events.append(
                ServerSent(
                    name.decode("utf-8", "replace") if name else "message", value.decode("utf-8", "replace")
                )
            )
            at = end + 2
            self._at_start = False
        return events, data[at:]

    def finish(self) -> list[ServerSent]:
        """The event that was not followed by an empty line; providers end so, though the standard drops it."""
        last = self._end_line() if self._line else None
        return [event for event in (last, self._dispatch()) if event]

    def _hold(self, piece: bytes) -> None:
        if not piece:
            return
        self._line.append(piece)
        self._held_bytes += len(piece)
        if self._held_bytes > self._limit_bytes:
            raise TooLong

    def _end_line(self) -> ServerSent | None:
        line = b"".join(self._line)
        self._line.clear()
        if self._at_start:
            line = line.removeprefix(_BOM)
            self._at_start = False
        if not line:
            return self._dispatch()
        name, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        return None

    def _dispatch(self) -> ServerSent | None:
        event, data = self._event, self._data
        self._event, self._data, self._held_bytes = "", [], 0
        return ServerSent(event or "message", "\n".join(data)) if data else None
