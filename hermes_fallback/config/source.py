"""The text of a configuration file as its bytes say it, and errors that point into it."""

from __future__ import annotations

from hermes_fallback.errors import InvalidFile
from hermes_fallback.fact import Fact

__all__ = ["Source"]

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SHOWN = 200
_MASKED = 2000


class Source(Fact):
    """A file's bytes and the text in them, without the byte order mark."""

    data: bytes
    path: str
    text: str
    bom: bool = False

    @classmethod
    def decode(cls, data: bytes, path: str) -> Source:
        """The text of *data*.

        Raises:
            InvalidFile: it is not UTF-8; says where.
        """
        if data.startswith(_UTF16):
            raise InvalidFile(
                f"`{path}` is UTF-16",
                path=path,
                line=1,
                column=1,
                why="the file is read as UTF-8",
                hint="save it as UTF-8 in your editor",
            )
        bom = data.startswith(_BOM)
        try:
            text = data[len(_BOM) if bom else 0 :].decode("utf-8")
        except UnicodeDecodeError as error:
            raise _not_utf8(data, path, error.start + (len(_BOM) if bom else 0)) from None
        return cls(data=data, path=path, text=text, bom=bom)

    def encode(self, text: str) -> bytes:
        """The bytes of *text*, with the mark this file begins with."""
        return (_BOM if self.bom else b"") + text.encode("utf-8")

    def invalid(
        self, what: str, *, line: int, column: int = 1, why: str | None = None, hint: str | None = None
    ) -> InvalidFile:
        """An error about the place *line*, *column* (from 1), with that line shown and its secrets masked."""
        return InvalidFile(
            f"`{self.path}` line {line}, column {column}: {what}",
            path=self.path,
            line=line,
            column=column,
            text=self.shown(line),
            why=why,
            hint=hint,
        )

    def shown(self, line: int) -> str | None:
        """Line number *line* as an error may show it: secrets masked, overlong ends cut."""
        from hermes_fallback.config.redact import mask_lines  # only a failure pays for its patterns

        lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if not 0 < line <= len(lines):
            return None
        text = mask_lines([text[:_MASKED] for text in lines[:line]])[-1]
        return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _not_utf8(data: bytes, path: str, offset: int) -> InvalidFile:
    before = data[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line = before.count(b"\n") + 1
    column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
    return InvalidFile(
        f"`{path}` line {line}, column {column}: the byte 0x{data[offset]:02x} is not UTF-8",
        path=path,
        line=line,
        column=column,
        why="the file is read as UTF-8",
        hint="save it as UTF-8 in your editor",
    )
