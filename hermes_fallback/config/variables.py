"""`${VAR}` in the values of the config, the way Hermes Agent expands it."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["expander"]

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def expander(lookup: Callable[[str], str | None]) -> Callable[[str], str]:
    """A function that puts variables into a text: once, not into what it put in; an unset one stays as written."""

    def value_for(found: re.Match[str]) -> str:
        value = lookup(found[1])
        return found[0] if value is None else value

    def expand(text: str) -> str:
        return _VARIABLE.sub(value_for, text) if "${" in text else text

    return expand
