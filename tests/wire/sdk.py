"""What the vendors' own libraries take for a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter


def accepted(kind: Any, body: Any) -> Any:
    """*body*, which the typed parameters *kind* of a library describe; fails where they do not."""
    _exhaust(_adapter(kind).validate_python(body))
    return body


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Kept: it is dear to make, and has to outlive what it gives."""
    return TypeAdapter(kind)


def _exhaust(value: object) -> None:
    """Iterables are checked as they are read."""
    if isinstance(value, Mapping):
        value = value.values()
    if isinstance(value, Iterable) and not isinstance(value, str):
        for item in value:
            _exhaust(item)
