"""AWS's event stream from bytes that arrive in any slices: frames with a length, headers, and two checksums."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from zlib import crc32

from hermes_fallback.wire.lenient import parsed
from hermes_fallback.wire.sse import ServerSent, TooLong

__all__ = ["FrameParser"]

_PRELUDE = struct.Struct("!III")
_CRC_BYTES = 4
_LEAST_BYTES = _PRELUDE.size + _CRC_BYTES
_TEXT, _BLOB = 7, 6
_WIDTHS = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""The bytes that a header of each type takes, but for the two that say their length."""
_DAMAGED = "a frame of the event stream is damaged"


class _Damaged(Exception):
    """A frame does not add up; where the next one begins is unknown."""


class FrameParser:
    """Frames as they become complete, as the events of any stream. *limit_bytes* bounds a single one.

    The data of an event is JSON: its `type`, and its payload as `part`. An exception comes as an `error` event.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html, and botocore's parser.
    """

    def __init__(self, *, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._held = bytearray()
        self._is_damaged = False

    def feed(self, data: bytes) -> list[ServerSent]:
        """The events that *data* completes. After a frame that is damaged nothing can be read.

        Raises:
            TooLong: a frame exceeds the limit.
        """
        self._held += data
        events: list[ServerSent] = []
        try:
            while not self._is_damaged and (frame := self._frame()):
                events.append(_event(frame))
        except _Damaged:
            self._is_damaged = True
            events.append(ServerSent("error", _DAMAGED))
        return events

    def finish(self) -> list[ServerSent]:
        """Nothing: half a frame is none."""
        return []

    def _frame(self) -> bytes | None:
        """The next whole frame, taken out of what is held."""
        if len(self._held) < _PRELUDE.size:
            return None
        length, headers_length, checksum = _PRELUDE.unpack_from(self._held)
        if crc32(self._held[: _PRELUDE.size - _CRC_BYTES]) != checksum:
            raise _Damaged
        if length < headers_length + _LEAST_BYTES:
            raise _Damaged
        if length > self._limit_bytes:
            raise TooLong
        if len(self._held) < length:
            return None
        frame = bytes(self._held[:length])
        del self._held[:length]
        return frame


def _event(frame: bytes) -> ServerSent:
    (checksum,) = struct.unpack_from("!I", frame, len(frame) - _CRC_BYTES)
    if crc32(frame[:-_CRC_BYTES]) != checksum:
        raise _Damaged
    start = _PRELUDE.size + _PRELUDE.unpack_from(frame)[1]
    try:
        headers = dict(_headers(frame[_PRELUDE.size : start]))
    except (struct.error, IndexError, KeyError):
        raise _Damaged from None
    payload = frame[start:-_CRC_BYTES].decode("utf-8", "replace")
    if headers.get(":message-type", "event") == "event":
        name = headers.get(":event-type", "")
        return ServerSent(name, f'{{"type": {json.dumps(name)}, "part": {payload}}}')
    told = {
        "__type": headers.get(":exception-type") or headers.get(":error-code"),
        "message": headers.get(":error-message"),
    }
    return ServerSent("error", json.dumps({"error": {**told, **(parsed(payload) or {})}}))


def _headers(data: bytes) -> Iterator[tuple[str, str]]:
    """Name and value of each header that is text; the others hold nothing that is asked for here."""
    at = 0
    while at < len(data):
        end = at + 1 + data[at]
        name, kind, at = data[at + 1 : end].decode("utf-8", "replace"), data[end], end + 1
        width = _WIDTHS.get(kind, 0)
        if kind in {_TEXT, _BLOB}:
            (width,) = struct.unpack_from("!H", data, at)
            at += 2
        elif kind not in _WIDTHS:
            raise KeyError(kind)
        if at + width > len(data):
            raise IndexError(name)
        if kind == _TEXT:
            yield name, data[at : at + width].decode("utf-8", "replace")
        at += width
