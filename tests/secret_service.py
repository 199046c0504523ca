"""A Secret Service of a test's own: gnome-keyring on a bus of its own, unlocked, or one that never answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_NEEDED = ("dbus-daemon", "gnome-keyring-daemon")
_SILENT = """
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
bus = open_dbus_connection()
bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.secrets"))
print("there", flush=True)
while True:
    bus.receive()
"""
_AWAITING = """
import secretstorage, time
bus = secretstorage.dbus_init()
default = "/org/freedesktop/secrets/aliases/default"
while True:
    try:
        if not secretstorage.Collection(bus, default).is_locked():
            break
    except secretstorage.exceptions.SecretStorageException:
        time.sleep(0.02)
"""
_LOCKING = """
import secretstorage
secretstorage.get_default_collection(secretstorage.dbus_init()).lock()
"""


class SecretService:
    """A bus, and what programs need to find it. No home of the person who runs the tests is touched."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ

    def unlock(self) -> None:
        """Start gnome-keyring with an empty keyring, and unlock that."""
        # Once its parent has ended it serves, and it ends with the bus.
        command = ["gnome-keyring-daemon", "--unlock", "--components=secrets"]
        subprocess.run(
            command,
            input=b"a password",
            env=self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=20,
        )
        self._run(_AWAITING)

    def lock(self) -> None:
        """Lock the keyring; nobody is there who could type its password."""
        self._run(_LOCKING)

    def _run(self, code: str) -> None:
        subprocess.run([sys.executable, "-c", code], env=self.environ, check=True, timeout=20)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Somebody who takes every call, and answers none."""
        process = subprocess.Popen(
            [sys.executable, "-c", _SILENT], env=self.environ, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        try:
            assert process.stdout.readline() == "there\n"
            yield
        finally:
            process.kill()
            process.communicate()


@contextmanager
def secret_service(folder: Path) -> Iterator[SecretService]:
    """A bus whose files are below *folder*; the test is skipped where there are no programs for it."""
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing:
        assert not os.environ.get("HERMES_FALLBACK_REQUIRE_KEYRING"), f"{missing} must be installed"
        pytest.skip(f"no Secret Service can run here: {', '.join(missing)} is not installed")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    bus = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert bus.stdout
    try:
        yield SecretService({**environ, "DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()})
    finally:
        bus.terminate()
        bus.communicate()
