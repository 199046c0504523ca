"""Why a file of the state cannot be used. Apart from the database, whose library takes 6 ms to import."""

from __future__ import annotations

__all__ = ["Unusable"]


class Unusable(Exception):
    """The file cannot be used; the message says why."""
