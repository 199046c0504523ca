"""Header: what may stand in a request beside the key; judged where it is written, not when it is sent."""

from __future__ import annotations

__all__ = ["header_fault"]

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~")
# They say for whom a request is and where it ends: another host would get the key, or the rest of the connection.
_OURS = frozenset({"connection", "content-length", "host", "transfer-encoding", "upgrade"})


def header_fault(name: str, value: str) -> str | None:
    """Why the header *name* cannot be sent, to be put after its name, or None. Never quotes the value.

    Source: RFC 9110, sections 5.1 and 5.5.
    """
    if not name or not _LETTERS.issuperset(name):
        return "is no header's name"
    if name.lower() in _OURS:
        return "is for whoever sends the request to set"
    if not (value.isascii() and value.isprintable() and value == value.strip()):
        return "holds characters that no header may hold"
    return None
