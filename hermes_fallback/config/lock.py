"""An exclusive lock on a file beside the one that is edited; it dies with its holder, so none is ever stale."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hermes_fallback.errors import Conflict

__all__ = ["held"]

_FIRST_NAP_S = 0.002
_LONGEST_NAP_S = 0.05


@contextmanager
def held(path: Path, *, for_file: str, timeout_s: float) -> Iterator[None]:
    """Hold the lock *path* while the body runs; it guards *for_file*.

    The lock file is made where missing and never removed: removing it would let two hold "the" lock.

    Raises:
        Conflict: another process did not let go within *timeout_s* seconds.
        OSError: the lock file cannot be made or locked.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(path, flags, 0o600)
    try:
        if not _acquire(handle, timeout_s):
            raise Conflict(
                f"the lock of `{for_file}` is held: nothing was written",
                why=f"another process has been editing it for over {timeout_s:g} s",
                hint=f"try again; `fuser {path}` names the process",
                kind="locked",
            )
        yield
    finally:
        with suppress(OSError):  # the work is done or has failed by now, and the handle is gone all the same
            os.close(handle)


def _acquire(handle: int, timeout_s: float) -> bool:
    import fcntl  # POSIX only, and only an edit needs it

    deadline = time.monotonic() + timeout_s
    nap_s = _FIRST_NAP_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(nap_s)
            nap_s = min(nap_s * 1.5, _LONGEST_NAP_S)
        else:
            return True
