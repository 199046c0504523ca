"""The `.env` file: read by python-dotenv's rules, the ones every value of it is known by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from hermes_fallback.errors import InvalidFile, SystemRefused
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DotEnvFile", "bytes_of", "decode", "parse"]

Bindings = Iterable[tuple[str, str | None]]

_BLANKS = " \t"
_BOM = "\ufeff"


class DotEnvFile:
    """The `.env` of a home. A file that does not exist reads as empty; it is read once, when first asked."""

    def __init__(self, path: str | Path, *, lock_timeout_s: float = 10.0) -> None:
        self.path = str(path)
        self._lock_timeout_s = lock_timeout_s
        self._text: str | None = None
        self._values: dict[str, str | None] | None = None

    def get(self, name: str, environ: Mapping[str, str]) -> str | None:
        """The value of *name*, or None when no line sets it. `${VAR}` is filled in from above and *environ*.

        Raises:
            InvalidFile: the file is not UTF-8.
            SystemRefused: the file cannot be read.
        """
        if name not in self._read():
            return None
        if self._values is None:
            self._values = parse(self._read(), environ)
        return self._values.get(name)

    def check(self) -> None:
        """Nothing, when the file can be read; the errors of `get` where not."""
        self._read()

    def set(self, name: str, value: Secret) -> bool:
        """Make *name* stand for *value*: one line changes or is added, every other byte stays.

        True when the file changed. It is replaced whole, under a lock, and is the owner's alone (0600).

        Raises:
            UsageError: the name is reserved, or the value cannot be written so that all readers agree on it.
            Conflict: the lock is held, or the file changed underneath; nothing was written.
            InvalidFile, SystemRefused: the file cannot be read or written; it is as it was.
        """
        from hermes_fallback.credentials.assignment import assign  # only an edit needs python-dotenv

        return self._rewrite(lambda data: assign(data, name, value.reveal(), path=self.path))

    def unset(self, name: str) -> bool:
        """Take out every line that sets *name*; every other byte stays. True when there was one.

        Raises:
            Conflict: the lock is held, or the file changed underneath; nothing was written.
            InvalidFile, SystemRefused: the file cannot be read or written; it is as it was.
        """
        if name not in self._read():
            return False
        from hermes_fallback.credentials.assignment import unassign  # only an edit needs python-dotenv

        return self._rewrite(lambda data: unassign(data, name, path=self.path))

    def _rewrite(self, change: Callable[[bytes], bytes]) -> bool:
        from pathlib import Path  # only an edit needs it

        from hermes_fallback.credentials.private_file import rewrite

        changed = rewrite(Path(self.path), change, lock_timeout_s=self._lock_timeout_s)
        self._text = self._values = None
        return changed

    def _read(self) -> str:
        if self._text is None:
            self._text = _without_returns(decode(bytes_of(self.path), path=self.path))
        return self._text


def decode(data: bytes, *, path: str) -> str:
    """The text of a `.env` file, without its byte order mark.

    Raises:
        InvalidFile: *data* is not UTF-8; names the line.
    """
    try:
        return data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        raise InvalidFile(
            f"`{path}` is not UTF-8 text",
            path=path,
            line=data.count(b"\n", 0, error.start) + 1,
            why="it was saved in another encoding",
            hint="save it as UTF-8",
        ) from error


def parse(text: str, environ: Mapping[str, str]) -> dict[str, str | None]:
    """Every variable of *text*, as python-dotenv reads it when the file wins; None for a name without `=`."""
    bindings = _plain_bindings(text)
    found = list(_library_bindings(text)) if bindings is None else bindings
    return _filled_in(found, environ)


def bytes_of(path: str) -> bytes:
    """What the file at *path* holds; nothing where there is none.

    Raises:
        SystemRefused: it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise SystemRefused(
            f"`{path}` cannot be read", why=error.strerror, hint="mend its permissions, or move it away"
        ) from error


def _without_returns(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _plain_bindings(text: str) -> list[tuple[str, str | None]] | None:
    """The bindings of *text* when each line is beyond doubt; None when one needs the library's own parser.

    Importing python-dotenv takes longer than everything else that a listing does.
    """
    bindings: list[tuple[str, str | None]] = []
    for raw in text.split("\n"):
        line = raw.strip(_BLANKS)
        if not line or line[0] == "#":
            continue
        binding = _plain_binding(line)
        if binding is None:
            return None
        bindings.append(binding)
    return bindings


def _plain_binding(line: str) -> tuple[str, str] | None:
    if line.startswith(("export ", "export\t")):
        line = line[7:].lstrip(_BLANKS)
    name, equals, rest = line.partition("=")
    name = name.rstrip(_BLANKS)
    if not equals or not (name.isidentifier() and name.isascii()):
        return None
    value = rest.lstrip(_BLANKS)
    if not rest.replace("\t", "").isprintable() or "\\" in rest:
        return None
    if value[:1] in {"'", '"'}:
        return _quoted(name, value)
    if value[:1] == "#" and value != rest:
        return None  # versions of the library differ here
    return name, _without_comment(value)


def _quoted(name: str, value: str) -> tuple[str, str] | None:
    inner, closed, tail = value[1:].partition(value[0])
    tail = tail.strip(_BLANKS)
    return (name, inner) if closed and (not tail or tail[0] == "#") else None


def _without_comment(value: str) -> str:
    marks = (at for mark in (" #", "\t#") if (at := value.find(mark)) >= 0)
    return value[: min(marks, default=len(value))].rstrip(_BLANKS)


def _library_bindings(text: str) -> Iterator[tuple[str, str | None]]:
    from io import StringIO

    from dotenv.parser import parse_stream  # 20 ms: only a file that needs it pays

    for binding in parse_stream(StringIO(text)):
        if binding.key is not None:
            yield binding.key, binding.value


def _filled_in(bindings: Bindings, environ: Mapping[str, str]) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    for name, value in bindings:
        values[name] = _resolved(value, {**environ, **values}) if value and "${" in value else value
    return values


def _resolved(value: str, known: Mapping[str, str | None]) -> str:
    from dotenv.variables import parse_variables  # its own rule for `${VAR}` and `${VAR:-default}`

    return "".join(atom.resolve(known) for atom in parse_variables(value))
