"""An edit in a process of its own, with a fault in it that the system makes.

Run as a program this is a process that has loaded all of the editor and forks one for every order, so that an
edit costs milliseconds and strace, which makes the faults, can be attached before it begins.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

import pytest

from hermes_fallback.config.chain_edit import arrange
from hermes_fallback.config.document import Document
from hermes_fallback.config.key_edit import set_values
from hermes_fallback.config.store import ConfigStore, Edited
from hermes_fallback.errors import FallbackError
from hermes_fallback.model.chain import merge

__all__ = ["NOBODY", "PAUSE", "Fault", "Forks", "Outcome", "counted", "open_to_all", "store_in"]

NOBODY = 65534
PAUSE = "signal=SIGSTOP"
_MEMORY = frozenset({"brk", "mmap", "munmap", "mremap", "madvise", "futex"})
"""Calls that come now and then, and have nothing to do with files."""
LINK = {"provider": "zai", "model": "glm-4.6"}
COUNTED = "# count\ncount: {n}  # so far\nfallback_providers:\n  # the last\n  - provider: p\n    model: m{n}\nz: 1\n"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong: at call number *when* of the system call *call* (`2`, or `1+` for all) strace does *what*."""

    call: str
    when: str
    what: str

    @property
    def option(self) -> str:
        return f"--inject={self.call}:{self.what}:when={self.when}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an edit ended: its exit code, None if it was killed; all that it said."""

    code: int | None
    said: str = ""


def store_in(home: Path, **options: float) -> ConfigStore:
    """The store of the config in *home*."""
    return ConfigStore(home / "config.yaml", home / "backups", **options)


def counted(n: int) -> bytes:
    """What the file of a `count` holds after edit *n*."""
    return COUNTED.format(n=n).encode()


def open_to_all(folder: Path) -> None:
    """Let every user pass through *folder* and all above it."""
    for each in (folder, *folder.parents):
        if not each.stat().st_mode & 0o001:
            each.chmod(0o755)


class Forks:
    """The process that forks editors, and how to give it orders."""

    def __init__(self) -> None:
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._link.settimeout(60)
        command = [sys.executable, __file__, str(theirs.fileno())]
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        theirs.close()

    def close(self) -> None:
        self._link.close()
        self._process.wait()

    def run(
        self,
        home: Path,
        action: str,
        *faults: Fault,
        user: int = 0,
        umask: int = 0o022,
        meanwhile: Callable[[], object] | None = None,
    ) -> Outcome:
        """*action* (`add` or `undo`) on the config in *home*, with *faults*; *meanwhile* runs while one is a `PAUSE`."""
        pid = self._order(home, action, user, umask)
        if not faults:
            os.kill(pid, signal.SIGUSR1)
            return self._outcome()
        calls = ",".join(fault.call for fault in faults)
        with self._strace(pid, f"--trace={calls}", *(fault.option for fault in faults)) as log:
            os.kill(pid, signal.SIGUSR1)
            if meanwhile and any("stopped by SIGSTOP" in line for line in log):
                meanwhile()
                os.kill(pid, signal.SIGCONT)
            return self._outcome()

    def calls(self, home: Path, action: str, user: int = 0) -> list[tuple[str, int]]:
        """Every system call of *action* once it asks for the lock: its name, and its number among its like."""
        pid = self._order(home, action, user, 0o022)
        with self._strace(pid) as log:
            os.kill(pid, signal.SIGUSR1)
            assert self._outcome().code == 0
            names = [
                name for line in log if (name := line.split("(")[0]).isidentifier() and name not in _MEMORY
            ]
        seen: Counter[str] = Counter()
        numbered = [(name, seen.update([name]) or seen[name]) for name in names]
        return numbered[names.index("flock") : names.index("sendto")]

    def count_until_killed(self, home: Path, wait: Callable[[], None]) -> int:
        """Edit after edit, until SIGKILL comes *wait*() after the first; the number of the last that was told."""
        pid = self._order(home, "count", 0, 0o022)
        os.kill(pid, signal.SIGUSR1)
        told = self._receive()
        wait()
        os.kill(pid, signal.SIGKILL)
        while message := self._receive():
            told = message
        return told["n"]

    @contextmanager
    def _strace(self, pid: int, *options: str) -> Iterator[IO[str]]:
        """What strace tells of *pid* while the body runs, which *pid* does not outlive; else the test is skipped."""
        if not shutil.which("strace"):
            self._skip(pid, "is not installed")
        command = ["strace", f"--attach={pid}", *options]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr is not None
            first = tracer.stderr.readline()
            if "attached" not in first:
                self._skip(pid, f"is not allowed here: {first.strip()}")
            yield tracer.stderr
            for _ in tracer.stderr:  # or it waits for a reader, and the process for it
                continue

    def _skip(self, pid: int, reason: str) -> NoReturn:
        os.kill(pid, signal.SIGKILL)
        self._outcome()
        pytest.skip(f"strace, which makes the faults, {reason}")

    def _order(self, home: Path, action: str, user: int, umask: int) -> int:
        order = {"home": str(home), "action": action, "user": user, "umask": umask}
        self._link.send(json.dumps(order).encode())
        return self._receive()["pid"]

    def _outcome(self) -> Outcome:
        told: dict[str, object] = {"code": None}
        while message := self._receive():
            told = message
        return Outcome(**told)

    def _receive(self) -> dict:
        return json.loads(self._link.recv(1 << 16))


def _serve(link: socket.socket) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    _warm_up()
    while request := link.recv(1 << 16):
        child = os.fork()
        if child == 0:
            _obey(link, **json.loads(request))
        link.send(json.dumps({"pid": child}).encode())
        os.waitpid(child, 0)
        link.send(b"{}")


def _warm_up() -> None:
    """Load what an edit loads on first use: as nobody it could not be, and as root it would be thousands of calls."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _add(home), _undo(home)
        (home / "config.yaml").write_text("a: 1")
        _add(home), _undo(home)


def _obey(link: socket.socket, home: str, action: str, user: int, umask: int) -> None:
    os.umask(umask)
    if user:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    signal.sigwait({signal.SIGUSR1})
    code, said = 70, "crashed"
    try:
        said = _count(link, Path(home)) if action == "count" else _ACTIONS[action](Path(home))
        code = 0
    except FallbackError as error:
        code, said = int(error.exit_code), str(error)
    except (OSError, KeyboardInterrupt) as error:
        said = repr(error)
    finally:
        link.send(json.dumps({"code": code, "said": said}).encode())
        os._exit(0)


def _add(home: Path) -> str:
    edited = store_in(home, lock_timeout_s=0.05).edit(lambda doc: arrange(doc, [*_paths(doc), LINK]))
    return _warned(edited)


def _undo(home: Path) -> str:
    return _warned(store_in(home, lock_timeout_s=0.05).undo())


def _warned(edited: Edited) -> str:
    return "\n".join(edited.warnings)


def _paths(doc: Document) -> list[str]:
    return [placed.path for placed in merge(*doc.chain_keys())]


def _count(link: socket.socket, home: Path) -> str:
    store = store_in(home)
    while True:
        edited = store.edit(_next)
        n = edited.after.value()["count"]
        link.send(json.dumps({"n": n}).encode())


def _next(doc: Document) -> bytes:
    """One more counted, in a key of its own and in the chain."""
    n = int(str(doc.value()["count"])) + 1
    link = {"provider": "p", "model": f"m{n}"}
    return set_values(doc, {"count": n, "fallback_providers[0].model": link["model"]})


_ACTIONS = {"add": _add, "undo": _undo}

if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
