"""Values out of a provider's JSON, whatever type they turn out to have. A mapping there is a dict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["clean", "count", "mapping", "mappings", "parsed", "text"]


def parsed(raw: str) -> Mapping[str, Any] | None:
    """The JSON object that *raw* is; None where it is none."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def text(value: object) -> str:
    """*value* where it is text; else nothing."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """*value* where it is a number of things."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def mapping(value: object) -> Mapping[str, Any]:
    """*value* where it is a mapping; else an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The mappings of the list *value*."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def clean(said: str) -> str:
    """*said* with halves of surrogate pairs joined, or replaced: nothing downstream could encode them."""
    if said.isascii():
        return said
    try:
        said.encode()
    except UnicodeEncodeError:
        return said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return said
