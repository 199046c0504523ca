"""Deadlines for blocking reads: at its time a socket is shut down, whatever dribbles in."""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections.abc import Iterator

from hermes_fallback.transport.errors import FOREIGN, silent

__all__ = ["Watchdog", "shut_down"]


class _Fuse:
    """One deadline. *is_blown* tells whether it passed before the read came back."""

    __slots__ = ("_socket", "is_blown", "when_s")

    def __init__(self, sock: socket.socket | None, when_s: float) -> None:
        self._socket = sock
        self.when_s = when_s
        self.is_blown = False

    def blow(self) -> None:
        """Shut the socket down, which ends a blocked `recv` at once."""
        self.is_blown = True
        shut_down(self._socket)


class Watchdog:
    """Watches any number of reads with one thread, which exists only while there is something to watch.

    httpx fixes the read timeout for a whole response and starts it afresh at every byte, so that a
    keep-alive would postpone it for ever. A `Timer` for each read would be a thread for each token.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._fuses: set[_Fuse] = set()
        self._wakes_s = math.inf
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def guard(self, sock: socket.socket | None, limit_s: float) -> Iterator[None]:
        """Let the block use *sock* for *limit_s* seconds; then shut it down.

        Raises:
            httpx.ReadTimeout: the block took longer, whatever it returned or raised then.
        """
        if limit_s <= 0:
            raise silent()
        fuse = self._arm(sock, limit_s)
        try:
            yield
        except FOREIGN:
            if self._disarm(fuse):
                raise silent() from None  # what was raised is only the echo of our own shutdown
            raise
        finally:
            is_late = self._disarm(fuse)
        if is_late:
            raise silent()

    def close(self) -> None:
        """End the thread, if it is there."""
        with self._changed:
            thread = self._thread
            self._wakes_s = -math.inf
            self._changed.notify()
        if thread is not None:
            thread.join(timeout=1.0)

    def _arm(self, sock: socket.socket | None, limit_s: float) -> _Fuse:
        fuse = _Fuse(sock, time.monotonic() + limit_s)
        with self._changed:
            self._fuses.add(fuse)
            self._attend(fuse.when_s)
        return fuse

    def _disarm(self, fuse: _Fuse) -> bool:
        # Under the lock: once we are out, this fuse can no longer shut down whoever has the socket next.
        with self._changed:
            self._fuses.discard(fuse)
            return fuse.is_blown

    def _attend(self, when_s: float) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._wakes_s = when_s
            self._thread = threading.Thread(target=self._watch, name="hermes-fallback-watchdog", daemon=True)
            self._thread.start()
        elif when_s < self._wakes_s:
            self._wakes_s = when_s
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while True:
                now_s = time.monotonic()
                if self._wakes_s > now_s:
                    self._changed.wait(self._wakes_s - now_s)
                    continue
                self._blow(now_s)
                if not self._fuses:
                    self._thread = None
                    return
                self._wakes_s = min(fuse.when_s for fuse in self._fuses)

    def _blow(self, now_s: float) -> None:
        for fuse in [fuse for fuse in self._fuses if fuse.when_s <= now_s]:
            fuse.blow()
            self._fuses.discard(fuse)


def shut_down(sock: socket.socket | None) -> None:
    """Both ways, without waiting. Of a TLS socket too, whose own method would also drop its TLS state."""
    if sock is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
