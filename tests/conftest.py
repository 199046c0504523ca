"""What every test gets: an empty environment, a home of its own, and no network beyond loopback."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs the tests in the background has Ctrl-C ignored, and every child would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

_KEPT = frozenset(
    {"PATH", "LANG", "LC_ALL", "TMPDIR", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "VIRTUAL_ENV"}
)
_OURS = ("HERMES_FALLBACK_", "PYTEST_", "COVERAGE_")


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Clear the environment, give the test its own HOME, and refuse connections that leave this machine."""
    for name in list(os.environ):
        if name not in _KEPT and not name.startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setattr("hermes_fallback.config.home.MANAGED", "")  # the machine's own is none of the test's
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
        if not (str(host).startswith("127.") or host in {"::1", "localhost"}):
            pytest.fail(f"a test tried to reach {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty folder to use as HERMES_HOME."""
    folder = tmp_path / "hermes"
    folder.mkdir(mode=0o700)
    return folder
