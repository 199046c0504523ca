"""Environment: what a variable stands for: in the managed `.env`, else in the home's, else in the process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hermes_fallback.credentials.dotenv import DotEnvFile
from hermes_fallback.errors import FallbackError
from hermes_fallback.fact import Fact

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Environment", "Found"]


class Found(Fact, kw_only=False, unshown=("value",)):
    """A variable's value, which its repr keeps to itself, and where it stood: `managed`, `dotenv` or `env`."""

    value: str
    source: str


class Environment:
    """The variables of one home and one process. The file wins, as it does in Hermes Agent."""

    def __init__(
        self, dotenv: DotEnvFile, environ: Mapping[str, str], managed: DotEnvFile | None = None
    ) -> None:
        self.dotenv = dotenv
        self.fault = _fault_of(managed) if managed else None
        """Why the managed file, which cannot be read, is passed over."""
        self._environ = environ
        usable = {} if managed is None or self.fault else {"managed": managed}
        self._files = {**usable, "dotenv": dotenv}

    @classmethod
    def of(cls, dotenv: str | Path, environ: Mapping[str, str], *, managed: str | None = None) -> Environment:
        """The environment made of the files at *managed* and *dotenv*, which need not exist, and of *environ*."""
        return cls(DotEnvFile(dotenv), environ, DotEnvFile(managed) if managed else None)

    def get(self, name: str) -> Found | None:
        """The value of *name*, or None when it is set nowhere. A value may be empty: then it is set so.

        Raises:
            InvalidFile, SystemRefused: `.env` cannot be read.
        """
        for source, file in self._files.items():
            value = file.get(name, self._environ)
            if value is not None:
                return Found(value, source)
        exported = self._environ.get(name)
        return None if exported is None else Found(exported, "env")

    def text(self, name: str) -> str:
        """The value of *name* without the blanks around it; empty where it is set nowhere."""
        found = self.get(name)
        return found.value.strip() if found else ""

    def expand(self, text: str) -> str:
        """*text* with every `${NAME}` replaced by its value, once; a name that is set nowhere stays."""
        return "".join(self._pieces(text)) if "${" in text else text

    def places(self, name: str) -> dict[str, str]:
        """How to call each place where *name* is looked for, by its `source`, in the order they are asked."""
        files = {source: f"`{name}` in `{file.path}`" for source, file in self._files.items()}
        return {**files, "env": f"`{name}` in the environment"}

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


def _fault_of(dotenv: DotEnvFile) -> FallbackError | None:
    try:
        dotenv.check()
    except FallbackError as error:
        return error
    return None
