"""Environment: what a variable stands for, asked of `.env` first and of the process second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hermes_fallback.credentials.dotenv import DotEnvFile
from hermes_fallback.fact import Fact

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Environment", "Found"]


class Found(Fact, kw_only=False, unshown=("value",)):
    """A variable's value, which its repr keeps to itself, and where it stood: `dotenv` or `env`."""

    value: str
    source: str


class Environment:
    """The variables of one home and one process. The file wins, as it does in Hermes Agent."""

    def __init__(self, dotenv: DotEnvFile, environ: Mapping[str, str]) -> None:
        self.dotenv = dotenv
        self._environ = environ

    @classmethod
    def of(cls, dotenv: str | Path, environ: Mapping[str, str]) -> Environment:
        """The environment made of the file at *dotenv*, which need not exist, and of *environ*."""
        return cls(DotEnvFile(dotenv), environ)

    def get(self, name: str) -> Found | None:
        """The value of *name*, or None when it is set nowhere. A value may be empty: then it is set so.

        Raises:
            InvalidFile, SystemRefused: `.env` cannot be read.
        """
        value = self.dotenv.get(name, self._environ)
        if value is not None:
            return Found(value, "dotenv")
        exported = self._environ.get(name)
        return None if exported is None else Found(exported, "env")

    def expand(self, text: str) -> str:
        """*text* with every `${NAME}` replaced by its value, once; a name that is set nowhere stays."""
        return "".join(self._pieces(text)) if "${" in text else text

    def places(self, name: str) -> tuple[str, str]:
        """How to call the two places where *name* is looked for, in the order they are asked."""
        return f"`{name}` in `{self.dotenv.path}`", f"`{name}` in the environment"

    def _pieces(self, text: str) -> Iterator[str]:
        while True:
            before, opened, rest = text.partition("${")
            name, closed, after = rest.partition("}")
            if not (opened and closed):
                yield text
                return
            yield before
            found = self.get(name) if name else None
            yield f"${{{name}}}" if found is None else found.value
            text = after
