"""Readers of the chat form: an event stream, a whole body, and the choice between the two."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from hermes_fallback.model.failure import AttemptFailed, Transport
from hermes_fallback.wire.chat_answer import Draft, Flaw
from hermes_fallback.wire.exchange import Event, Reader
from hermes_fallback.wire.malformed import BODY_LIMIT_BYTES, FAILURE_CHARS, malformed, quoted
from hermes_fallback.wire.sse import ServerSent, SseParser, TooLong

__all__ = ["SniffingReader", "StreamReader", "WholeReader"]

_STREAM_STARTS = (b"data:", b"event:", b"id:", b"retry:", b":")
_ERROR_KEYS = ("error", "errors", "error_code", "error_msg", "detail", "message", "msg")
_NO_END = "the stream ended without a finish reason"
_MAX_GARBLED = 1


class StreamReader:
    """Reads an answer that comes as server-sent events."""

    def __init__(self, *, provider: str) -> None:
        self._provider = provider
        self._parser = SseParser(limit_bytes=BODY_LIMIT_BYTES)
        self._draft = Draft()
        self._has_ended = False
        self._garbled = 0
        self._odd = ""
        self._raw: bytes | None = b""

    @property
    def pieces(self) -> int:
        """How many pieces of content have come."""
        return self._draft.pieces

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by *data*."""
        if self._raw is not None and len(self._raw) < FAILURE_CHARS:
            self._raw += data[:FAILURE_CHARS]
        try:
            return self._read(self._parser.feed(data))
        except TooLong:
            raise self._failed("one event of the stream is too long") from None

    def finish(self) -> list[Event]:
        """The end, where no `[DONE]` announced it."""
        events = self._read(self._parser.finish())
        return events if self._has_ended else [*events, *self._close()]

    def _read(self, sent: Iterable[ServerSent]) -> list[Event]:
        events: list[Event] = []
        for one in sent:
            if self._has_ended:
                break
            self._raw = None
            events += self._close() if one.data.strip() == "[DONE]" else self._take(one)
        return events

    def _take(self, sent: ServerSent) -> list[Event]:
        document = _document(sent.data)
        if document is None:
            return self._skip(sent)
        choices = document.get("choices")
        if document.get("error") or sent.event == "error" or (not choices and _is_error(document)):
            raise self._failed(quoted(sent.data, what=_without_choices(document)))
        if not isinstance(choices, list):
            self._odd = _without_choices(document)
        has_usage = self._draft.note(document)
        # Where a count of tokens follows the finish reason it is the last event, `[DONE]` or not.
        is_last = has_usage and self._draft.finish_reason is not None
        choice = _first(choices)
        events = self._add(choice) if choice else []
        return [*events, *self._close()] if is_last else events

    def _add(self, choice: Mapping[str, Any]) -> list[Event]:
        message = choice.get("delta") or choice.get("message")
        try:
            return self._draft.add(choice, message if isinstance(message, Mapping) else {})
        except Flaw as flaw:
            raise self._failed(flaw.evidence) from None

    def _skip(self, sent: ServerSent) -> list[Event]:
        """One event that is no JSON is forgiven, if evidence of an end follows."""
        self._garbled += 1
        if sent.event == "error" or self._garbled > _MAX_GARBLED:
            raise self._failed(quoted(sent.data, what="events of the stream are not JSON"))
        self._odd = quoted(sent.data, what="")
        return []

    def _close(self) -> list[Event]:
        if self._draft.finish_reason is None:
            raise self._failed(self._odd or self._not_a_stream() or _NO_END)
        try:
            events = self._draft.close()
        except Flaw as flaw:
            raise self._failed(flaw.evidence) from None
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

    def __init__(self, *, provider: str) -> None:
        self._provider = provider
        self._draft = Draft()
        self._body = bytearray()

    @property
    def pieces(self) -> int:
        """How many pieces of content have come: none before the end."""
        return self._draft.pieces

    def feed(self, data: bytes) -> list[Event]:
        """Nothing yet."""
        self._body += data
        if len(self._body) > BODY_LIMIT_BYTES:
            raise self._failed("the body is too long")
        return []

    def finish(self) -> list[Event]:
        """The whole answer."""
        raw = self._body.decode("utf-8-sig", "replace")
        document = _document(raw)
        if document is None:
            raise self._failed(quoted(raw, what=_not_json(raw)))
        choice = _first(document.get("choices"))
        if document.get("error") or choice is None:
            raise self._failed(_without_choices(document))
        message = choice.get("message")
        self._draft.note(document)
        try:
            return [
                *self._draft.add(choice, message if isinstance(message, Mapping) else {}),
                *self._draft.close(),
            ]
        except Flaw as flaw:
            raise self._failed(flaw.evidence) from None

    def _failed(self, body: str) -> AttemptFailed:
        return malformed(Transport.BODY200, body, provider=self._provider)


class SniffingReader:
    """Reads either form, as the first bytes show; the content type decides only where they do not."""

    def __init__(self, content_type: str, *, provider: str) -> None:
        self._is_stream = "event-stream" in content_type.lower()
        self._provider = provider
        self._start = b""
        self._reader: Reader | None = None

    @property
    def pieces(self) -> int:
        """How many pieces of content have come."""
        return self._reader.pieces if self._reader else 0

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by *data*."""
        if self._reader is None:
            self._start += data
            self._reader = self._chosen(self._start)
            if self._reader is None:
                return []
            data, self._start = self._start, b""
        return self._reader.feed(data)

    def finish(self) -> list[Event]:
        """The events that were waiting for the end of the body."""
        if self._reader is None:
            self._reader = StreamReader(provider=self._provider) if self._is_stream else self._whole()
            return [*self._reader.feed(self._start), *self._reader.finish()]
        return self._reader.finish()

    def _chosen(self, start: bytes) -> Reader | None:
        """The reader for a body that begins with *start*; None while that could still become either."""
        start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not start or b"\xef\xbb\xbf".startswith(start):
            return None
        if start[:1] in {b"{", b"[", b"<"}:
            return self._whole()
        if self._is_stream or start.startswith(_STREAM_STARTS):
            return StreamReader(provider=self._provider)
        if any(known.startswith(start) for known in _STREAM_STARTS):
            return None
        return self._whole()

    def _whole(self) -> WholeReader:
        return WholeReader(provider=self._provider)


def _document(raw: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _first(choices: object) -> Mapping[str, Any] | None:
    """The choice we follow; a caller who asks for several gets the first."""
    if not isinstance(choices, list):
        return None
    return next((c for c in choices if isinstance(c, Mapping) and not c.get("index")), None)


def _is_error(document: Mapping[str, Any]) -> bool:
    """True for a document without choices that tells of a failure, in one of the vendors' forms."""
    base = document.get("base_resp")  # MiniMax
    header = document.get("header")  # iFlytek
    return (
        document.get("object") == "error"
        or document.get("type") == "error"
        or (isinstance(base, Mapping) and bool(base.get("status_code")))
        or (isinstance(header, Mapping) and bool(header.get("code")))
        or any(document.get(key) for key in _ERROR_KEYS)
    )


def _without_choices(document: Mapping[str, Any]) -> str:
    kept = {key: value for key, value in document.items() if key != "choices" or not value}
    return json.dumps(kept, ensure_ascii=False)


def _not_json(raw: str) -> str:
    return f"the body is no JSON, or was cut off after {len(raw)} characters" if raw else "the body is empty"
