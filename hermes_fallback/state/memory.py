"""A content that is kept in this process only."""

from __future__ import annotations

from threading import Lock

from hermes_fallback.state.content import EMPTY, Change, Content

__all__ = ["MemoryStore"]


class MemoryStore:
    """A content for the threads of this process; it ends with it."""

    warning: str | None = None

    def __init__(self, content: Content = EMPTY) -> None:
        self._content = content
        self._lock = Lock()

    def read(self) -> Content:
        """What is there."""
        return self._content

    read_again = read

    def change(self, change: Change) -> tuple[Content, Content]:
        """Make *change*; what was before and what is now."""
        with self._lock:
            before, self._content = self._content, change(self._content)
            return before, self._content
