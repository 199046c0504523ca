"""Readers of any dialect's responses: an event stream, a whole body, and the choice between the two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from hermes_fallback.model.failure import AttemptFailed, Transport
from hermes_fallback.wire.eventstream import FrameParser
from hermes_fallback.wire.exchange import Ended, Event, Usage
from hermes_fallback.wire.lenient import parsed
from hermes_fallback.wire.malformed import (
    BODY_LIMIT_BYTES,
    FAILURE_CHARS,
    Flaw,
    is_error,
    malformed,
    quoted,
    told,
)
from hermes_fallback.wire.sse import ServerSent, SseParser, TooLong

__all__ = ["Draft", "SniffingReader"]

_STREAM_STARTS = (b"data:", b"event:", b"id:", b"retry:", b":")
_FRAME_START = b"\x00"
"""The first byte of a frame's length: none has 16 MiB."""
_BOM = b"\xef\xbb\xbf"
_NO_END = "the stream ended without a finish reason"
_MAX_GARBLED = 1


class Draft(Protocol):
    """One answer of a dialect under construction: documents in, events out. All of it raises `Flaw`."""

    @property
    def pieces(self) -> int:
        """How many pieces of content have come, parts of tool calls among them."""

    @property
    def usage(self) -> Usage | None:
        """The tokens counted so far."""

    def take(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of one *document* of a stream; None where it is none of this dialect's."""

    def whole(self, document: Mapping[str, Any]) -> list[Event] | None:
        """The events of the whole answer that *document* is; None where it is none."""

    def close(self) -> list[Event]:
        """The tool calls and the end, where the evidence of it has come."""


class StreamReader:
    """Reads an answer that comes as events: those that a server sends, or with *is_framed* AWS's."""

    def __init__(self, draft: Draft, *, provider: str, is_framed: bool = False) -> None:
        self._provider = provider
        parser = FrameParser if is_framed else SseParser
        self._parser: FrameParser | SseParser = parser(limit_bytes=BODY_LIMIT_BYTES)
        self._draft = draft
        self._has_ended = False
        self._garbled = 0
        self._odd = ""
        self._raw: bytes | None = b""
        self._held: AttemptFailed | None = None

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by *data*."""
        if self._held:
            raise self._held
        if self._raw is not None and len(self._raw) < FAILURE_CHARS:
            self._raw += data[:FAILURE_CHARS]
        try:
            return self._read(self._parser.feed(data))
        except TooLong:
            raise self._failed("one event of the stream is too long") from None

    def finish(self) -> list[Event]:
        """The end, where no event announced it."""
        events = [] if self._held else self._read(self._parser.finish())
        if self._held:
            raise self._held
        return events if self._has_ended else [*events, *self._close()]

    def _read(self, sent: Iterable[ServerSent]) -> list[Event]:
        """What *sent* comes to: the events, and then the failure, with the next call where there are events."""
        events: list[Event] = []
        try:
            for one in sent:
                if self._has_ended:
                    break
                self._raw = None
                events += self._close() if one.data.strip() == "[DONE]" else self._take(one)
        except AttemptFailed as failed:
            if not events:
                raise
            self._held = failed
        return events

    def _take(self, sent: ServerSent) -> list[Event]:
        document = parsed(sent.data)
        if document is None:
            return self._skip(sent)
        if document.get("error") or sent.event == "error":
            raise self._failed(quoted(sent.data, what=told(document)))
        try:
            events = self._draft.take(document)
        except Flaw as flaw:
            raise self._failed(flaw.evidence) from None
        if events is None:
            return self._wonder(sent, document)
        self._has_ended = bool(events) and isinstance(events[-1], Ended)
        return events

    def _wonder(self, sent: ServerSent, document: Mapping[str, Any]) -> list[Event]:
        """A document of no known form is a failure, or is passed over and remembered."""
        if is_error(document):
            raise self._failed(quoted(sent.data, what=told(document)))
        self._odd = told(document)
        return []

    def _skip(self, sent: ServerSent) -> list[Event]:
        """One event that is no JSON is forgiven, if evidence of an end follows."""
        self._garbled += 1
        if sent.event == "error" or self._garbled > _MAX_GARBLED:
            raise self._failed(quoted(sent.data, what="events of the stream are not JSON"))
        self._odd = quoted(sent.data, what="")
        return []

    def _close(self) -> list[Event]:
        try:
            events = self._draft.close()
        except Flaw as flaw:
            raise self._failed(flaw.evidence or self._odd or self._not_a_stream() or _NO_END) from None
        self._has_ended = True
        return events

    def _not_a_stream(self) -> str:
        """What came in place of events, such as a proxy's line of text."""
        raw = (self._raw or b"").strip()
        return "" if raw.startswith(_STREAM_STARTS) else quoted(raw.decode("utf-8", "replace"), what="")

    def _failed(self, body: str) -> AttemptFailed:
        return malformed(Transport.SSE, body, provider=self._provider)


class WholeReader:
    """Reads an answer that comes as one JSON document."""

    def __init__(self, draft: Draft, *, provider: str) -> None:
        self._provider = provider
        self._draft = draft
        self._body = bytearray()

    def feed(self, data: bytes) -> list[Event]:
        """Nothing yet."""
        self._body += data
        if len(self._body) > BODY_LIMIT_BYTES:
            raise self._failed("the body is too long")
        return []

    def finish(self) -> list[Event]:
        """The whole answer."""
        raw = self._body.decode("utf-8-sig", "replace")
        document = parsed(raw)
        if document is None:
            raise self._failed(quoted(raw, what=_not_json(raw)))
        try:
            events = None if document.get("error") else self._draft.whole(document)
        except Flaw as flaw:
            raise self._failed(flaw.evidence) from None
        if events is None:
            raise self._failed(told(document))
        return events

    def _failed(self, body: str) -> AttemptFailed:
        return malformed(Transport.BODY200, body, provider=self._provider)


class SniffingReader:
    """Reads either form into *draft*, as the first bytes show; the content type decides only where they do not."""

    def __init__(self, draft: Draft, content_type: str, *, provider: str) -> None:
        self._draft = draft
        self._is_stream = "event-stream" in content_type.lower()
        self._provider = provider
        self._start = b""
        self._reader: StreamReader | WholeReader | None = None

    @property
    def pieces(self) -> int:
        """How many pieces of content have come."""
        return self._draft.pieces

    @property
    def usage(self) -> Usage | None:
        """The tokens counted so far."""
        return self._draft.usage

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by *data*."""
        if self._reader is None:
            self._start = (self._start + data).removeprefix(_BOM).lstrip()
            self._reader = self._chosen(self._start)
            if self._reader is None:
                return []
            data, self._start = self._start, b""
        return self._reader.feed(data)

    def finish(self) -> list[Event]:
        """The events that were waiting for the end of the body."""
        if self._reader is None:
            self._reader = self._stream() if self._is_stream else self._whole()
            return [*self._reader.feed(self._start), *self._reader.finish()]
        return self._reader.finish()

    def _chosen(self, start: bytes) -> StreamReader | WholeReader | None:
        """The reader for a body that begins with *start*; None while that could still become either."""
        if _BOM.startswith(start):
            return None
        if start[:1] in {b"{", b"[", b"<"}:
            return self._whole()
        if start[:1] == _FRAME_START:
            return StreamReader(self._draft, provider=self._provider, is_framed=True)
        if self._is_stream or start.startswith(_STREAM_STARTS):
            return self._stream()
        if any(known.startswith(start) for known in _STREAM_STARTS):
            return None
        return self._whole()

    def _stream(self) -> StreamReader:
        return StreamReader(self._draft, provider=self._provider)

    def _whole(self) -> WholeReader:
        return WholeReader(self._draft, provider=self._provider)


def _not_json(raw: str) -> str:
    return f"the body is no JSON, or was cut off after {len(raw)} characters" if raw else "the body is empty"
