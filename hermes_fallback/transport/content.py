"""Decoding of compressed bodies in bounded memory."""

from __future__ import annotations

import zlib

from hermes_fallback.model.failure import AttemptFailed, Failure, Transport
from hermes_fallback.transport.errors import DecodingError

__all__ = ["ACCEPTED", "Decoder"]

ACCEPTED = "gzip, deflate"
_PIECE_BYTES = 1024 * 1024
_BODY_BYTES = 32 * 1024 * 1024
_GZIP = zlib.MAX_WBITS | 16
_NO_HEADER = -zlib.MAX_WBITS


class Decoder:
    """Takes the bytes of a body as they come, gives the decoded ones in pieces of at most 1 MiB.

    A body may have 32 MiB in all; a stream may be longer, since nobody keeps it whole.
    """

    def __init__(self, coding: str, *, is_stream: bool) -> None:
        self._coding = coding
        self._is_plain = coding in {"", "identity"}
        self._left_bytes = None if is_stream else _BODY_BYTES
        self._start = b""
        self._inflate: zlib._Decompress | None = None
        self._pending = b""

    @property
    def pending(self) -> bytes:
        """Bytes that were taken and not yet decoded; `decode` these before any others."""
        return self._pending

    def decode(self, raw: bytes) -> bytes:
        """The next decoded bytes; empty while *raw* makes none.

        Raises:
            AttemptFailed: the body is larger than we take.
            DecodingError: *raw* is not in the coding the answer claims, or in one we did not ask for,
                or in several on top of each other.
        """
        data = raw if self._is_plain else self._inflated(raw)
        if self._left_bytes is not None:
            self._left_bytes -= len(data)
            if self._left_bytes < 0:
                body = f"the answer is larger than {_BODY_BYTES // 2**20} MiB"
                raise AttemptFailed(Failure(transport=Transport.BODY200, body=body))
        return data

    def _inflated(self, raw: bytes) -> bytes:
        if self._inflate is None:
            self._start += raw
            if len(self._start) < 2:
                return b""
            raw, self._inflate = self._start, zlib.decompressobj(self._form())
        if self._inflate.eof:
            return b""
        try:
            data = self._inflate.decompress(raw, _PIECE_BYTES)
        except zlib.error as error:
            raise DecodingError(str(error)) from error
        self._pending = self._inflate.unconsumed_tail
        return data

    def _form(self) -> int:
        """What zlib is told of the coding. Some servers send `deflate` without the header it should have."""
        if self._coding in {"gzip", "x-gzip"}:
            return _GZIP
        if self._coding != "deflate":
            msg = f"the answer has the content coding `{self._coding[:40]}`, which was not asked for"
            raise DecodingError(msg)
        has_header = self._start[0] & 15 == zlib.DEFLATED and int.from_bytes(self._start[:2]) % 31 == 0
        return zlib.MAX_WBITS if has_header else _NO_HEADER
