"""What every test gets: an empty environment, a home of its own, and no network beyond loopback."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs the tests in the background has Ctrl-C ignored, and every child would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

_KEPT = frozenset(
    {"PATH", "LANG", "LC_ALL", "TMPDIR", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "VIRTUAL_ENV"}
)
_OURS = ("HERMES_FALLBACK_", "PYTEST_", "COVERAGE_")


_RESERVED = (".invalid", ".test", ".example", ".localhost")
"""Ends of names that nobody has, so that looking one up tells nothing to anybody (RFC 6761)."""
_ALONE = {"AWS_EC2_METADATA_DISABLED": "true", "NO_GCE_CHECK": "true"}
"""What keeps the libraries of clouds, in children too, from asking the network where they run."""


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Clear the environment, give the test its own HOME, and fail it where it looks beyond this machine."""
    for name in list(os.environ):
        if name not in _KEPT and not name.startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setattr("hermes_fallback.config.home.MANAGED", "")  # the machine's own is none of the test's
    for name, value in _ALONE.items():
        monkeypatch.setenv(name, value)
    sought: list[str] = []
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, _kept_here(getattr(socket.socket, name), sought))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        monkeypatch.setattr(socket, name, _known_here(getattr(socket, name), sought))
    yield
    # What a thread of the code under test was told, it may have kept to itself.
    assert not sought, f"a test tried to reach {', '.join(sought)}"


def _kept_here(send: Callable[..., Any], sought: list[str]) -> Callable[..., Any]:
    """*send* of a socket, which goes to addresses of this machine alone."""

    def send_here(self: socket.socket, *args: Any) -> Any:
        host = args[-1][0] if isinstance(args[-1], tuple) else "localhost"
        if not _is_here(host):
            sought.append(str(host))
            raise ConnectionRefusedError(f"a test tried to reach {host}")
        return send(self, *args)

    return send_here


def _known_here(look_up: Callable[..., Any], sought: list[str]) -> Callable[..., Any]:
    """*look_up* of a name, which asks no server: a name that nobody has is unknown, any other fails the test."""

    def look_up_here(host: Any, *args: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_here(name) and not _is_address(name):
            if not name.endswith(_RESERVED):
                sought.append(name)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *args, **named)

    return look_up_here


def _is_here(host: object) -> bool:
    return str(host).startswith("127.") or host in {"::1", "localhost", "", "0.0.0.0", socket.gethostname()}


def _is_address(name: str) -> bool:
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty folder to use as HERMES_HOME."""
    folder = tmp_path / "hermes"
    folder.mkdir(mode=0o700)
    return folder
