"""Secrets planted everywhere, and every command of the program: none of them is ever seen again."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hermes_fallback.cli.app import COMMANDS, program
from hermes_fallback.cli.front import main
from hermes_fallback.cli.terminal import Terminal
from hermes_fallback.credentials.keyring_store import KeyringStore
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.secret import Secret
from tests.journeys.planted import OWN_FILES, SECRETS, Home, children, sightings
from tests.secret_service import secret_service

Words = tuple[str, ...]
TYPED = SECRETS["typed"]

STYLES: tuple[Words, ...] = ((), ("--json",), ("-v",), ("--debug",), ("--debug", "--json"))

EVERY_SHELL = (("bash",), ("elvish",))
ARGUMENTS: Mapping[str, tuple[Words, ...]] = {
    "": ((), ("--version",), (TYPED,)),
    "fallback": ((), (TYPED,)),
    "fallback list": ((), (TYPED,)),
    "fallback ls": ((),),
    "fallback add": (
        ("acme", "acme-2", "--key-stdin"),
        ("acme", "acme-2", "--key-file", "key.txt", "--store", "keyring"),
        ("acme", "acme-2", "--key-stdin", "--check", "--dry-run"),
        ("custom", "m", "--base-url", f"http://u:{TYPED}@127.0.0.1:9/v1", "--force"),
        ("acme", "acme-2", "--key-env", TYPED),
        (TYPED, "m"),
        ("acme", "acme-2", f"--key={TYPED}"),
    ),
    "fallback remove": (("1", "--dry-run"), ("acme",), (TYPED,)),
    "fallback rm": (("1",),),
    "fallback move": (("2", "1"), ("1", TYPED)),
    "fallback clear": (("--yes",), ()),
    "fallback apply": (("-f", "chain.yaml"), ("-f", "chain.yaml", "--check"), ("-f", "key.txt")),
    "fallback auto": ((), ("off",), (TYPED,)),
    "fallback test": (("0", "1", "2", "3"), (TYPED,)),
    "fallback drill": (("--fault", "revoked_key"), ("--list",), (TYPED,)),
    "fallback why": ((), ("last",), (TYPED,)),
    "fallback reset": (("--all",), ("acme",), (TYPED,)),
    "fallback classify": ((f"Incorrect API key provided: {TYPED}", "--status", "401"), ()),
    "model": ((),),
    "model show": ((),),
    "model set": (("acme", "acme-2", "--key-stdin"), ("acme",), (TYPED, "m")),
    "model list": ((), ("acme", "--fresh"), ("custom:gateway", "--fresh"), (TYPED,)),
    "chat": (("-q", "hello"), ("-q", "hello", "--provider", "acme"), ("-q", "hello", "--no-fallback")),
    "auth": ((),),
    "auth status": ((), ("acme", "--check"), ("nous",), ("anthropic",), ("openai-codex",), (TYPED,)),
    "auth login": (("acme", "--key-stdin"), ("nous",), ("anthropic", "--key-file", "key.txt"), (TYPED,)),
    "auth logout": (("acme",), ("--all",), ("nous",), (TYPED,)),
    "auth add": (("acme", "--key-stdin"), ("acme", "--key-file", "key.txt", "--label", "x"), (TYPED,)),
    "auth list": ((), ("acme",), (TYPED,)),
    "auth ls": ((),),
    "auth rm": (("acme", "work"),),
    "auth remove": (("acme", "work"), ("acme", TYPED)),
    "auth reset": (("acme",), ("acme", "work"), (TYPED,)),
    "doctor": ((), ("--offline",), ("--fix",)),
    "resolve": ((), ("acme", "m"), ("nous", "m"), (TYPED,)),
    "providers": ((),),
    "providers list": ((),),
    "providers new": (("fresh",), ("acme",), (TYPED,)),
    "providers show": (("acme",), ("custom:gateway",), (TYPED,)),
    "config": ((),),
    "config path": ((),),
    "config get": (("model",), ("model.api_key",), ("custom_providers",), ("custom_providers[0].api_key",), (TYPED,)),
    "config set": (("fallback.notify", "false"), ("model.api_key", TYPED), ("fallback.store", TYPED)),
    "config unset": (("fallback.timeouts",), ("model.api_key",), (TYPED,)),
    "config migrate": ((),),
    "config show": ((),),
    "config validate": ((),),
    "config schema": ((), ("--install",)),
    "config diff": ((),),
    "config edit": ((),),
    "config undo": ((), ("--force",)),
    "completion": EVERY_SHELL,
}  # fmt: skip
"""What each command is tried with: what works, and what does not. A command that is missing here fails the test."""

CLEARLY_TYPED = frozenset({"config set"})
"""Commands that write into config.yaml what they are given."""


def walked(command: Any, path: Words = ()) -> Iterator[Words]:
    """The path of *command* and of all below it."""
    yield path
    for name, each in getattr(command, "commands", {}).items():
        yield from walked(each, (*path, name))


PATHS = [" ".join(path) for path in walked(program(*COMMANDS))]


class Watch:
    """Runs commands on copies of a home, and keeps what it saw."""

    def __init__(self, home: Home, scratch: Path, environ: Mapping[str, str]) -> None:
        self.home, self._scratch, self._environ = home, scratch, environ
        self.seen: list[str] = []
        self.statuses: set[int] = set()

    def run(self, *argv: str) -> None:
        """Run `hermes` *argv*, and note every secret on its streams, in its children and in its files."""
        folder = self.home.copied(self._scratch)
        environ = {**self._environ, "HOME": str(folder), "HERMES_HOME": str(folder / "hermes")}
        terminal = Terminal(
            stdin=io.StringIO(f"{TYPED}\n"), stdout=io.StringIO(), stderr=io.StringIO(), environ=environ
        )
        os.chdir(folder)
        with children() as started:
            self.statuses.add(main(argv, terminal))
        for place, text in (
            ("stdout", terminal.stdout.getvalue()),  # type: ignore[attr-defined]
            ("stderr", terminal.stderr.getvalue()),  # type: ignore[attr-defined]
            ("a command line", "\n".join(started)),
        ):
            self.seen += [f"{argv}: {name} on {place}" for name in sightings(text)]
        for path in folder.rglob("*"):
            if path.is_file():
                self._look_into(path, str(path.relative_to(folder)), argv)

    def _look_into(self, path: Path, name: str, argv: Words) -> None:
        place = name.replace("hermes/fallback/backups/config-", "hermes/config.yaml")
        own = [secret for secret, files in OWN_FILES.items() if place.startswith(files)]
        if name == "key.txt" or (" ".join(argv[:2]) in CLEARLY_TYPED and place == "hermes/config.yaml"):
            own.append("typed")
        if name.startswith("hermes/auth.json"):
            own.append("typed")
        self.seen += [f"{argv}: {each} in {name}" for each in sightings(path.read_bytes(), tuple(own))]


@pytest.fixture(scope="module")
def providers() -> Iterator[Loopback]:
    """Providers that refuse every key and repeat it; the last of them answers in the end."""
    echo = {"behaviour": "unauthorized", "message": "bad key {key}"}
    specs = [{"name": name, "script": [echo]} for name in ("main", "acme", "spare")]
    specs.append({"name": "gateway", "script": [echo, "ok"]})
    with Loopback({"providers": specs}) as loopback:
        yield loopback


@pytest.fixture
def watch(providers: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Runs commands in a home with planted secrets, on a machine whose way out is a proxy that is not there."""
    proxy = f"http://user:{SECRETS['proxy']}@127.0.0.1:9"
    environ = {
        "PATH": os.environ["PATH"],
        "SPARE_KEY": SECRETS["environment"],
        "HTTPS_PROXY": proxy,
        "https_proxy": proxy,
        "NO_PROXY": "127.0.0.1,localhost",
        "EDITOR": "true",
    }
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:
        home = Home(tmp_path / "planted", providers.base_urls)
        if shutil.which("gnome-keyring-daemon"):
            service = stack.enter_context(secret_service(tmp_path / "bus"))
            service.unlock()
            environ["DBUS_SESSION_BUS_ADDRESS"] = service.environ["DBUS_SESSION_BUS_ADDRESS"]
            # The library looks for its backends once; an earlier test of this process may have had no bus.
            environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.SecretService.Keyring"
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("keyring.core._keyring_backend", None)
        watch = Watch(home, tmp_path / "scratch", environ)
        if "DBUS_SESSION_BUS_ADDRESS" in environ:
            index = tmp_path / "scratch" / "hermes" / "fallback" / "keyring.json"
            KeyringStore(index).set("acme", "ACME_API_KEY", Secret(SECRETS["keyring"]))
            target = home.hermes / "fallback" / "keyring.json"
            target.parent.mkdir(parents=True)
            shutil.copy(index, target)
        yield watch


def test_every_command_is_tried() -> None:
    """A command that is new is tried with arguments of its own, or this fails."""
    assert set(PATHS) - set(ARGUMENTS) == set()


@pytest.mark.parametrize("path", [path for path in PATHS if path in ARGUMENTS])
def test_no_command_gives_a_secret_away(path: str, watch: Watch) -> None:
    """Not on stdout, not on stderr, not to a child, and into no file that is not the secret's own."""
    for words in ARGUMENTS[path]:
        for style in STYLES:
            watch.run(*path.split(), *words, *style)
    assert watch.seen == []
    assert 70 not in watch.statuses


BREAKS = {"config": Home.break_config, "auth": Home.break_auth, "env": Home.break_env}


@pytest.mark.parametrize("broken", BREAKS)
def test_no_command_gives_a_secret_away_over_a_broken_file(broken: str, watch: Watch) -> None:
    """The error shows the line that is wrong, without what is secret in it."""
    BREAKS[broken](watch.home)
    for path in PATHS:
        words = ARGUMENTS.get(path, ((),))[0]
        watch.run(*path.split(), *words)
        watch.run(*path.split(), *words, "--debug", "--json")
    assert watch.seen == []
    assert 3 in watch.statuses


def test_what_is_planted_is_in_use(watch: Watch, providers: Loopback) -> None:
    """A conversation sends every key to its provider, the next one of a pool when the first is refused."""
    before = len(providers.received())
    watch.run("chat", "-q", "hello")
    sent = " ".join(str(each.headers) for each in providers.received()[before:])
    used = {"inline", "environment", "dotenv", "named endpoint", "header", "header of a plugin", "pool key"}
    assert used <= set(sightings(sent))
    assert not {"typed", "proxy", "user-info", "pool refresh", "state refresh"} & set(sightings(sent))


def test_a_secret_that_is_shown_would_be_seen() -> None:
    """The whole, its beginning and its end."""
    for name, secret in SECRETS.items():
        assert sightings(f"key {secret}!") == sightings(secret[:12]) == sightings(secret[-12:]) == [name]
    assert sightings("********") == []
