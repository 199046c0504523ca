"""Keys in the keyring of the system: a real Secret Service that is unlocked, locked, silent, or not there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hermes_fallback.credentials.keyring_store import Entry, KeyringStore
from hermes_fallback.errors import InvalidFile
from hermes_fallback.secret import Secret
from tests.secret_service import SecretService, secret_service

KEY, OTHER = "sk-planted-0123456789abcdef", "sk-planted-fedcba9876543210"
PLACE = ("openrouter", "OPENROUTER_API_KEY")
PROGRAM = """
import json, os, sys
from hermes_fallback.credentials.keyring_store import KeyringStore
from hermes_fallback.errors import FallbackError
from hermes_fallback.secret import Secret
index, limit_s, name, *given = json.load(sys.stdin)
given = [Secret(each) if each.startswith("sk-") else each for each in given]
try:
    answer = getattr(KeyringStore(index, limit_s=limit_s), name)(*given)
    print(json.dumps(answer.reveal() if isinstance(answer, Secret) else getattr(answer, "kind", answer)))
except FallbackError as error:
    print(json.dumps([error.kind, error.what, error.hint]))
"""


def told(environ: dict[str, str], index: Path, name: str, *given: str, limit_s: float = 20.0) -> object:
    """What a process of its own says to a call of the store, and that it then ends."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps([str(index), limit_s, name, *given]),
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert KEY not in done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SecretService]:
    """A Secret Service that nobody has unlocked."""
    with secret_service(tmp_path / "bus") as service:
        yield service


@pytest.fixture
def unlocked(service: SecretService) -> dict[str, str]:
    """The environment of programs that find it unlocked."""
    service.unlock()
    return service.environ


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Where the home lists what its keyring has."""
    return tmp_path / "hermes" / "fallback" / "keyring.json"


def test_a_key_comes_back_from_the_keyring_and_stands_in_no_file(
    unlocked: dict[str, str], index: Path
) -> None:
    """The index, which is the owner's alone, knows its digest; the service has it encrypted."""
    assert told(unlocked, index, "problem") is None
    assert told(unlocked, index, "set", *PLACE, KEY) is False
    assert told(unlocked, index, "get", *PLACE) == KEY
    assert KeyringStore(index).entries() == (Entry(*PLACE, Secret(KEY).digest(16)),)
    assert index.stat().st_mode & 0o777 == 0o600
    files = [path for path in index.parents[2].rglob("*") if path.is_file()]
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


def test_another_key_replaces_it_and_is_forgotten_once(unlocked: dict[str, str], index: Path) -> None:
    """`set` says whether it has replaced one, `delete` whether there was one; then the key is missing."""
    told(unlocked, index, "set", *PLACE, KEY)
    assert told(unlocked, index, "set", *PLACE, KEY) is False
    assert told(unlocked, index, "set", *PLACE, OTHER) is True
    assert told(unlocked, index, "get", *PLACE) == OTHER
    assert told(unlocked, index, "delete", *PLACE) is True
    assert told(unlocked, index, "delete", *PLACE) is False
    assert told(unlocked, index, "get", *PLACE)[0] == "keyring-lacks-key"  # type: ignore[index]
    assert KeyringStore(index).entries() == ()


def test_two_homes_on_one_keyring_do_not_share_keys(unlocked: dict[str, str], index: Path) -> None:
    """What one home puts in or takes out is nothing to the other, though the names are the same."""
    other = index.parents[2] / "other" / "keyring.json"
    told(unlocked, index, "set", *PLACE, KEY)
    assert told(unlocked, other, "get", *PLACE)[0] == "keyring-lacks-key"  # type: ignore[index]
    told(unlocked, other, "set", *PLACE, OTHER)
    told(unlocked, other, "delete", *PLACE)
    assert told(unlocked, index, "get", *PLACE) == KEY


def test_keys_that_many_processes_put_in_at_once_are_all_listed(
    unlocked: dict[str, str], index: Path
) -> None:
    """No process loses the entry of another."""
    names = [f"KEY_{number}" for number in range(6)]
    running = [
        subprocess.Popen([sys.executable, "-c", PROGRAM], env=unlocked, stdin=subprocess.PIPE, text=True)
        for _ in names
    ]
    for process, name in zip(running, names, strict=True):
        assert process.stdin
        process.stdin.write(json.dumps([str(index), 20.0, "set", "openrouter", name, KEY]))
        process.stdin.close()
    assert [process.wait(60) for process in running] == [0] * len(names)
    assert sorted(each.name for each in KeyringStore(index).entries("openrouter")) == names
    assert [told(unlocked, index, "get", "openrouter", name) for name in names] == [KEY] * len(names)


def test_a_locked_keyring_is_said_to_be_locked(service: SecretService, index: Path) -> None:
    """Nobody can type its password here; what is to be forgotten is used no more, and known to be there still."""
    service.unlock()
    told(service.environ, index, "set", *PLACE, KEY)
    service.lock()
    assert told(service.environ, index, "problem") == "keyring-locked"
    assert told(service.environ, index, "get", *PLACE)[0] == "keyring-locked"  # type: ignore[index]
    assert told(service.environ, index, "delete", *PLACE)[0] == "keyring-locked"  # type: ignore[index]
    assert [len(found) for found in (KeyringStore(index).entries(), KeyringStore(index).held())] == [0, 1]


def test_a_keyring_that_nobody_has_set_up_is_locked(service: SecretService, index: Path) -> None:
    """The service would ask for a first password, and nobody is there to give one."""
    assert told(service.environ, index, "problem") == "keyring-locked"
    kind, what, _ = told(service.environ, index, "set", *PLACE, KEY)  # type: ignore[misc]
    assert (kind, what) == ("keyring-locked", "the keyring is locked, or was never set up")


def test_a_keyring_that_never_answers_holds_nobody_up(service: SecretService, index: Path) -> None:
    """The call is given up at its limit, the process ends, and what could not be stored is not listed."""
    with service.silent():
        for call in (("get", *PLACE), ("set", *PLACE, KEY)):
            kind, what, _ = told(service.environ, index, *call, limit_s=0.5)  # type: ignore[misc]
            assert (kind, what) == ("keyring-silent", "the keyring does not answer")
    assert KeyringStore(index).entries() == ()


NO_KEYRINGS = {
    "no bus": ({}, "no-keyring"),
    "a bus that is gone": ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}, "no-keyring"),
    "switched off": ({"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}, "no-keyring"),
    "failing": ({"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}, "no-keyring"),
    "a backend that cannot be loaded": ({"PYTHON_KEYRING_BACKEND": "no.such.Backend"}, "keyring-failed"),
}


@pytest.mark.parametrize(("own", "kind"), NO_KEYRINGS.values(), ids=NO_KEYRINGS)
def test_without_a_keyring_the_answer_is_a_reason(
    own: dict[str, str], kind: str, tmp_path: Path, index: Path
) -> None:
    """No traceback, no key that is silently dropped, and a hint that leads on."""
    environ = {"HOME": str(tmp_path), **own}
    assert told(environ, index, "problem") == kind
    said, _, hint = told(environ, index, "set", *PLACE, KEY)  # type: ignore[misc]
    assert (said, "--store env" in str(hint)) == (kind, True)
    assert not index.exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"keys": [{"provider": "x"}]}', '{"keys": 3}'])
def test_a_damaged_index_is_an_invalid_file(text: str, index: Path) -> None:
    """It is named, and left as it is."""
    index.parent.mkdir(parents=True)
    index.write_text(text)
    with pytest.raises(InvalidFile, match=r"keyring\.json"):
        KeyringStore(index).entries()
    assert index.read_text() == text
