"""Terms: what somebody has agreed to, so that they are asked once; again where the words have changed."""

from __future__ import annotations

import json
from pathlib import Path

from hermes_fallback.credentials.private_file import rewrite
from hermes_fallback.secret import Secret

__all__ = ["Terms"]

_LOCK_TIMEOUT_S = 10.0
_DIGITS = 16


class Terms:
    """The file at *path*, which need not exist; one that cannot be read says that nobody has agreed to anything."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def is_accepted(self, provider: str, words: str) -> bool:
        """True when somebody has agreed to these *words* of *provider*."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return False
        return _parsed(data).get(provider) == _digest(words)

    def accept(self, provider: str, words: str) -> None:
        """Remember that somebody has agreed.

        Raises:
            Conflict, SystemRefused: the file cannot be written.
        """

        def change(data: bytes) -> bytes:
            return json.dumps({**_parsed(data), provider: _digest(words)}, indent=2).encode() + b"\n"

        rewrite(self._path, change, lock_timeout_s=_LOCK_TIMEOUT_S)


def _parsed(data: bytes) -> dict[str, object]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _digest(words: str) -> str:
    return Secret(words).digest(_DIGITS)
