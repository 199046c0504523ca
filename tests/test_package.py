"""The public surface: what the package exports, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import hermes_fallback

ROOT = Path(__file__).parent.parent
SAMPLE = """
from hermes_fallback import Answer, AsyncSession, Options, Said, Session

def ask(home: str) -> str:
    with Session.open(home, model="m", fallback=False) as session:
        answer: Answer = session.ask("hello", Options(temperature=0.1))
        for event in session.stream("again"):
            if isinstance(event, Said):
                print(event.text)
        return answer.text

async def ask_async() -> str:
    async with AsyncSession.open() as session:
        return (await session.ask("hello")).served_by.provider
"""


def python(code: str, *options: str) -> str:
    done = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("name", hermes_fallback.__all__)
def test_every_exported_name_is_there(name: str) -> None:
    """The list of names and the package agree."""
    assert getattr(hermes_fallback, name) is not None
    assert name in dir(hermes_fallback)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """Lazy exports do not hide a misspelling."""
    with pytest.raises(AttributeError):
        hermes_fallback.Sesion  # noqa: B018


def test_importing_the_package_imports_nothing_heavy() -> None:
    """The price is paid by those who use it."""
    heavy = "['httpx', 'httpcore', 'h11', 'yaml', 'keyring', 'questionary', 'rich', 'typer', 'asyncio']"
    assert python(f"import hermes_fallback, sys; print([m for m in {heavy} if m in sys.modules])") == "[]\n"


def test_opening_a_session_touches_no_network(tmp_path: Path) -> None:
    """Files are read, sockets are not made, until the first question."""
    (tmp_path / "config.yaml").write_text(
        "model: {provider: custom, default: m, base_url: 'http://localhost:1/v1'}\n"
    )
    code = f"""
import socket
def refuse(*_): raise AssertionError("a socket was made")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
from hermes_fallback import Session
Session.open({str(tmp_path)!r}).close()
print("quiet")
"""
    assert python(code) == "quiet\n"


def test_a_typed_program_checks_against_the_package(tmp_path: Path) -> None:
    """The public names carry their types."""
    (tmp_path / "sample.py").write_text(SAMPLE)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "sample.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.bench
def test_the_benchmarks_run() -> None:
    """One round of each section; the figures are for `make bench`."""
    command = [sys.executable, "-m", "benchmarks", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "hermes fallback list" in done.stdout
