"""Assignment: one variable of a `.env` file set, every other byte kept, and the result proved."""

from __future__ import annotations

from io import StringIO

from dotenv.parser import Binding, parse_stream

from hermes_fallback.credentials.dotenv import decode
from hermes_fallback.errors import InvalidFile, UsageError

__all__ = ["assign", "unassign"]

_BOM = b"\xef\xbb\xbf"

# Names that change how programs start, or say where the home is. Hermes Agent refuses them as well.
_RESERVED_STARTS = ("LD_", "DYLD_", "PYTHON", "NODE_", "GIT_", "PERL", "RUBY", "BASH_")
_RESERVED = frozenset(
    [
        "PATH",
        "SHELL",
        "HOME",
        "USER",
        "IFS",
        "ENV",
        "EDITOR",
        "VISUAL",
        "PAGER",
        "BROWSER",
        "PROMPT_COMMAND",
        "HERMES_HOME",
        "HERMES_PROFILE",
        "HERMES_CONFIG",
        "HERMES_ENV",
    ]
)

# Hermes Agent takes a line that holds a second assignment for two that were glued together, and cuts it.
_LOOKS_GLUED = ("_API_KEY=", "_TOKEN=", "_SECRET=", "_KEY=")


def assign(data: bytes, name: str, value: str, *, path: str) -> bytes:
    """*data*, the bytes of the file at *path*, with *name* standing for *value*.

    The last line that sets *name* is replaced, else one is added. A trailing comment on it goes: one of the
    two parsers that read this file would take it for a part of the value.

    Raises:
        UsageError: *name* is reserved or no name, or the two parsers would not agree on *value*.
        InvalidFile: *data* is not UTF-8, or so written that the edit cannot be proved right.
    """
    _check_name(name)
    before = decode(data, path=path)
    line = f"{name}={_quoted(value)}"
    if _reads_as(before, name, value):
        return data
    after = _replaced(before, name, line) or _added(before, line)
    if not _reads_as(after, name, value) or _others(after, name) != _others(before, name):
        raise InvalidFile(
            f"`{path}` cannot be edited safely",
            path=path,
            why=f"its parsers would not agree on `{name}` after the edit",
            hint=f"set `{name}` by hand, or mend the quotes in the file",
        )
    return (_BOM if data.startswith(_BOM) else b"") + after.encode()


def unassign(data: bytes, name: str, *, path: str) -> bytes:
    """*data*, the bytes of the file at *path*, without the lines that set *name*.

    Raises:
        InvalidFile: *data* is not UTF-8, or so written that the edit cannot be proved right.
    """
    before = decode(data, path=path)
    after = "".join(_left_of(binding, name) for binding in parse_stream(StringIO(before)))
    if name in _library_values(after) or _others(after, name) != _others(before, name):
        raise InvalidFile(
            f"`{path}` cannot be edited safely",
            path=path,
            why=f"its parsers would not agree on the rest without `{name}`",
            hint=f"take `{name}` out by hand",
        )
    return (_BOM if data.startswith(_BOM) else b"") + after.encode()


def _check_name(name: str) -> None:
    if not (name.isidentifier() and name.isascii()):
        raise UsageError(f"`{name}` cannot be a variable's name", hint="letters, digits and `_` only")
    if name in _RESERVED or name.startswith(_RESERVED_STARTS):
        raise UsageError(
            f"`{name}` is not a variable to keep a key in",
            why="it changes how programs start",
            hint="choose another name, such as `MY_PROVIDER_API_KEY`",
        )


def _quoted(value: str) -> str:
    """*value* as both parsers read it back: bare, or in quotes that need no escapes."""
    if not (value.isascii() and value.isprintable()):
        raise _unwritable("it holds characters that are not printable ASCII")
    if "${" in value:
        raise _unwritable("it holds `${`, which one reader of the file fills in")
    if any(mark in value for mark in _LOOKS_GLUED):
        raise _unwritable("it looks like two assignments in one line")
    if not any(mark in value for mark in " #'\"`"):
        return value
    for quote in ('"', "'"):
        if quote not in value and "\\" not in value:
            return f"{quote}{value}{quote}"
    raise _unwritable("it holds quotes or backslashes that readers of the file disagree on")


def _unwritable(why: str) -> UsageError:
    return UsageError("this key cannot be kept in `.env`", why=why, hint="check that it was copied whole")


def _replaced(text: str, name: str, line: str) -> str | None:
    bindings = list(parse_stream(StringIO(text)))
    at = max((i for i, binding in enumerate(bindings) if binding.key == name), default=None)
    if at is None:
        return None
    pieces = [binding.original.string for binding in bindings]
    pieces[at] = _in_place_of(bindings[at], line)
    return "".join(pieces)


def _in_place_of(binding: Binding, line: str) -> str:
    old = binding.original.string
    core = old.strip()
    lead, end = old[: len(old) - len(old.lstrip())], old[len(old.rstrip("\r\n")) :]
    export = "export " if core.startswith(("export ", "export\t")) else ""
    return f"{lead}{export}{line}{end}"


def _left_of(binding: Binding, name: str) -> str:
    """What stays of *binding*: all of it, or the empty lines before it where it sets *name*."""
    text = binding.original.string
    if binding.key != name:
        return text
    lead = text[: len(text) - len(text.lstrip())]
    return lead[: lead.rfind("\n") + 1]


def _added(text: str, line: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = newline if text and not text.endswith(("\n", "\r")) else ""
    return f"{text}{gap}{line}{newline}"


def _reads_as(text: str, name: str, value: str) -> bool:
    return _library_values(text).get(name) == value == _line_values(text).get(name)


def _others(text: str, name: str) -> tuple[dict[str, str | None], dict[str, str]]:
    library, lines = _library_values(text), _line_values(text)
    library.pop(name, None)
    lines.pop(name, None)
    return library, lines


def _library_values(text: str) -> dict[str, str | None]:
    return {binding.key: binding.value for binding in parse_stream(StringIO(text)) if binding.key is not None}


def _line_values(text: str) -> dict[str, str]:
    """What Hermes Agent's own reader finds: one line, one value; no comments behind it, two escapes."""
    values: dict[str, str] = {}
    for raw in text.replace("\r", "\n").split("\n"):
        line = raw.strip()
        name, equals, value = line.removeprefix("export ").partition("=")
        if equals and not line.startswith("#"):
            values[name.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    if len(value) < 2 or value[0] != value[-1] or value[0] not in "\"'":
        return value
    inner = value[1:-1]
    return inner.replace('\\"', '"').replace("\\\\", "\\") if value[0] == '"' else inner
