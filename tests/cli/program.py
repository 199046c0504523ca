"""What the tests of the command line share: a stream that is a terminal, and what a run leaves behind."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """True: somebody sits there."""
        return True


@dataclass(frozen=True)
class Result:
    """What a run left behind."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What stdout holds, as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The error on stderr as JSON."""
        return json.loads(self.err)["error"]


Hermes = Callable[..., Result]
