"""HTTP/1.1 over one connection as bytes in and bytes out: what both carriers share. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import h11

from hermes_fallback.transport.errors import HUNG_UP

__all__ = ["Head", "Http1"]

_HEAD_BYTES = 100 * 1024


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an answer. Names are in lower case, the values of a repeated one joined by commas."""

    status: int
    reason: str
    headers: Mapping[str, str]


class Http1:
    """One exchange after the other. `feed` it what came, `b""` for the end of the connection."""

    def __init__(self) -> None:
        self._peer = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_BYTES)
        self._has_ended = False
        self._broken: h11.RemoteProtocolError | None = None

    def request(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
        """The bytes of a whole request.

        Raises:
            h11.LocalProtocolError: it would not be valid HTTP.
        """
        head = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        events = [h11.Request(method=method, target=target, headers=head), h11.EndOfMessage()]
        if body:
            events.insert(1, h11.Data(data=body))
        return b"".join(self._peer.send(event) or b"" for event in events)

    def feed(self, data: bytes) -> None:
        """Take what came.

        Raises:
            h11.RemoteProtocolError: the connection ended before any answer.
        """
        if not (data or self.has_begun):
            raise h11.RemoteProtocolError(HUNG_UP)
        self._peer.receive_data(data)

    @property
    def has_begun(self) -> bool:
        """True once any byte of the answer has come."""
        return self._peer.their_state is not h11.SEND_RESPONSE or bool(self._peer.trailing_data[0])

    def head(self) -> Head | None:
        """The head of the answer; None: feed more.

        Raises:
            h11.RemoteProtocolError: what came is not HTTP.
        """
        event = self._peer.next_event()
        while isinstance(event, h11.InformationalResponse):
            event = self._peer.next_event()
        if not isinstance(event, h11.Response):
            return None
        headers: dict[str, str] = {}
        for raw_name, raw_value in event.headers:
            name, value = raw_name.decode("ascii"), _text(raw_value)
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return Head(event.status_code, _text(event.reason), MappingProxyType(headers))

    def body(self) -> bytes | None:
        """All of the body that has come since; `b""` at its end, None: feed more.

        Raises:
            h11.RemoteProtocolError: the body is cut off, or not HTTP. What came before it is given first.
        """
        if self._broken:
            raise self._broken
        pieces: list[bytes] = []
        try:
            while not self._has_ended and isinstance(event := self._peer.next_event(), h11.Data):
                pieces.append(event.data)
        except h11.RemoteProtocolError as error:
            if not pieces:
                raise
            self._broken = error
        else:
            self._has_ended = self._has_ended or isinstance(event, h11.EndOfMessage)
        return b"".join(pieces) if pieces or self._has_ended else None

    def is_done(self) -> bool:
        """True when the exchange is over and the connection may carry another, for which this is now ready."""
        if self._peer.our_state is not h11.DONE or self._peer.their_state is not h11.DONE:
            return False
        if self._peer.trailing_data[0]:  # it said more than it was asked for
            return False
        self._peer.start_next_cycle()
        self._has_ended = False
        return True


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
