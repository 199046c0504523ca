"""Reading what the user hands over: stdin and files, whole and as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hermes_fallback.errors import SystemRefused, UsageError

if TYPE_CHECKING:
    from hermes_fallback.cli.invocation import Invocation

__all__ = ["read_bytes", "read_data", "read_text", "read_whole"]


def read_whole(invocation: Invocation) -> str:
    """Everything on stdin.

    Raises:
        UsageError: it is not text in the terminal's encoding.
    """
    try:
        return invocation.terminal.stdin.read()
    except UnicodeDecodeError as error:
        raise _not_text("stdin") from error


def read_text(path: Path) -> str:
    """The text of the file at *path*.

    Raises:
        SystemRefused: it cannot be read.
        UsageError: it is not UTF-8.
    """
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_text(f"`{path}`") from error


def read_bytes(path: Path) -> bytes:
    """The bytes of the file at *path*.

    Raises:
        SystemRefused: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SystemRefused(
            f"`{path}` cannot be read", why=error.strerror, hint="nothing was changed; check the path"
        ) from error


def read_data(data: bytes, *, source: str) -> object:
    """The value in *data*, YAML or JSON; *source* names it in errors.

    Raises:
        InvalidFile: it is not one valid document in UTF-8.
    """
    from hermes_fallback.config.source import Source
    from hermes_fallback.config.tree import parse
    from hermes_fallback.config.values import value_of

    text = Source.decode(data, source)
    root = parse(text).root
    return None if root is None else value_of(root, text)


def _not_text(place: str) -> UsageError:
    return UsageError(f"{place} is not UTF-8 text", hint="save it as UTF-8")
