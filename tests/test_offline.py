"""What the suite promises of itself: a test that looks beyond this machine fails, however it does so."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest

WAYS = {
    "connect": "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
    "connect-ex": "import socket; socket.socket().connect_ex(('192.0.2.1', 80))",
    "datagram": "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "name": "import socket; socket.getaddrinfo('api.openai.com', 443)",
    "name-in-a-thread": "from threading import Thread; import socket\n"
    "thread = Thread(target=lambda: socket.gethostbyname('api.openai.com')); thread.start(); thread.join()",
    "asyncio": "import asyncio; asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
    "asyncio-name": "import asyncio; asyncio.run(asyncio.open_connection('api.openai.com', 443))",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_test_that_looks_beyond_this_machine_fails(way: str, tmp_path: Path) -> None:
    """Also where the code under test swallows what it was told."""
    source = "\n        ".join(WAYS[way].splitlines())
    swallowed = (
        f"import contextlib\ndef test_it():\n    with contextlib.suppress(OSError):\n        {source}\n"
    )
    (tmp_path / "test_reaching.py").write_text(swallowed)
    (tmp_path / "conftest.py").write_bytes((Path(__file__).parent / "conftest.py").read_bytes())
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False)
    assert done.returncode == 1, done.stdout
    assert "a test tried to reach" in done.stdout


def test_this_machine_can_be_reached() -> None:
    """Loopback is where all servers of the tests stand."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
        assert asyncio.run(_reached(server.getsockname()[1]))


async def _reached(port: int) -> bool:
    _, writer = await asyncio.open_connection("localhost", port)
    writer.close()
    await writer.wait_closed()
    return True


def test_a_name_that_nobody_has_is_unknown() -> None:
    """So that a failing lookup can be tested, and no server hears of it."""
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nobody.invalid", 443)
