"""Retry tokens: over many turns only so many requests are sent again, however long an outage lasts."""

from __future__ import annotations

from threading import Lock

__all__ = ["RetryBucket"]

_TOKEN = 10
_FULL = 10 * _TOKEN


class RetryBucket:
    """Ten tokens at first, and never more; a request earns a tenth of one, a retry costs one. For many threads."""

    def __init__(self) -> None:
        self._tenths = _FULL
        self._lock = Lock()

    @property
    def level(self) -> float:
        """The tokens in it."""
        return self._tenths / _TOKEN

    def earn(self) -> None:
        """Put in what one request earns."""
        with self._lock:
            self._tenths = min(self._tenths + 1, _FULL)

    def put_back(self) -> None:
        """Put in the token that was taken out for a retry which did not come."""
        with self._lock:
            self._tenths = min(self._tenths + _TOKEN, _FULL)

    def spend(self) -> bool:
        """True when there was a token, which is gone now."""
        with self._lock:
            if self._tenths < _TOKEN:
                return False
            self._tenths -= _TOKEN
            return True
