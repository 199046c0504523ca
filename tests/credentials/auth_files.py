"""auth.json files for tests, and what other processes do to them. Each worker runs in a process of its own."""

from __future__ import annotations

import json
import os
import signal
from multiprocessing.context import ForkServerContext
from multiprocessing.queues import SimpleQueue
from pathlib import Path

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.secret import Secret

CONTEXT = ForkServerContext()
CONTEXT.set_forkserver_preload(["hermes_fallback.credentials.auth_lock"])

KEY = {
    "id": "a1b2c3",
    "label": "work",
    "auth_type": "api_key",
    "priority": 0,
    "source": "manual",
    "access_token": "sk-work-0001",
    "last_status": None,
    "last_status_at": None,
    "last_error_code": None,
    "last_error_reason": None,
    "last_error_message": None,
    "last_error_reset_at": None,
    "request_count": 0,
}
"""An entry as Hermes Agent writes it for a key."""


def entry(**fields: object) -> dict[str, object]:
    """A key's entry with *fields* in place of the usual ones; None takes a field away."""
    return {key: value for key, value in {**KEY, **fields}.items() if value is not None or key in KEY}


def write(folder: Path, document: object) -> AuthFile:
    """The auth.json of *folder*, holding *document*."""
    path = folder / "auth.json"
    path.write_text(json.dumps(document, indent=2) + "\n")
    path.chmod(0o600)
    return AuthFile(path)


def pool(folder: Path, *entries: dict[str, object], provider: str = "openrouter") -> AuthFile:
    """The auth.json of *folder* with a pool of *entries* in it."""
    return write(folder, {"version": 1, "providers": {}, "credential_pool": {provider: list(entries)}})


def held(folder: Path) -> dict[str, object]:
    """What the auth.json of *folder* holds."""
    document: dict[str, object] = json.loads((folder / "auth.json").read_text())
    return document


def add(path: str, number: int, start: SimpleQueue[None]) -> None:
    """Add a key once everybody is there."""
    start.get()
    fields = {"label": f"key-{number}", "source": "manual", "access_token": Secret(f"sk-{number:08}")}
    with AuthFile(path).locked() as edit:
        edit.add("openrouter", fields)


def hold(path: str, said: SimpleQueue[str], let_go: SimpleQueue[None]) -> None:
    """Hold the lock until told otherwise."""
    with AuthFile(path).locked():
        said.put("held")
        let_go.get()


def die_writing(path: str) -> None:
    """Be killed after the new file is written, and before it is in place."""
    Path.replace = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment,method-assign]
    with AuthFile(path).locked() as edit:
        edit.add("openrouter", {"label": "lost", "source": "manual", "access_token": Secret("sk-lost-0001")})
