"""The wizard where Entra ID lets one in as well as a key: it asks which, and writes what was chosen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.cloud_server import CloudServer, managed_identity
from tests.journeys.desk import CHAIN, Desk
from tests.window import CTRL_C, CTRL_U, DOWN, ENTER, ESCAPE, Window

SitDown = Callable[..., Desk]

TOKEN = "entra-token-0123456789"
RESOURCE_KEY = "resource-key-0123456789"
NAMED = (CTRL_U, "RESOURCE_KEY", ENTER)
ADD = ("fallback", "add", "azure-foundry")
WITHOUT_AZURE = (
    "import sys; sys.modules['azure'] = None; from hermes_fallback.cli.front import program; program()"
)


@pytest.fixture
def identity() -> Iterator[CloudServer]:
    """The machine's identity, which gives the token that the resource takes."""
    with CloudServer([managed_identity(TOKEN)]) as running:
        yield running


@pytest.fixture
def desk(sit_down: SitDown) -> Desk:
    """A desk, and a resource that takes a token; another takes a key."""
    catalog = ["deployment"]
    return sit_down(
        foundry={"key": TOKEN, "catalog": catalog}, keyed={"key": RESOURCE_KEY, "catalog": catalog}
    )


def signed_in(identity: CloudServer) -> dict[str, str]:
    """The variables of a machine that has an identity."""
    return {"IDENTITY_ENDPOINT": f"{identity.url}/token", "IDENTITY_HEADER": "header-0123456789"}


def test_entra_id_is_chosen_and_proved_before_it_is_written(desk: Desk, identity: CloudServer) -> None:
    """Its models are listed with a token, no key is asked for, and the link says `auth_mode`."""
    window = desk.sit(*ADD, **signed_in(identity))
    window.follow(("Base URL", desk.urls["foundry"], ENTER), ("The way in", ENTER), ("? Model", ENTER))
    window.follow(("Write this?", "y")).wait("added `azure-foundry:deployment`")
    assert window.end() == 0
    assert desk.config.read_text().endswith(f"base_url: {desk.urls['foundry']}\n    auth_mode: entra_id\n")
    assert not desk.env.exists()
    assert "stays unseen" not in window.text
    assert TOKEN.encode() not in window.received


def test_a_key_of_the_resource_is_asked_for_as_any_other(desk: Desk) -> None:
    """The link says nothing of Entra ID then; the way back leads to the choice."""
    window = desk.sit(*ADD).follow(("Base URL", desk.urls["keyed"], ENTER), ("The way in", DOWN, ENTER))
    window.follow(
        ("which comes next", CTRL_U, "<", ENTER), ("1/2,", DOWN, ENTER), ("which comes next", *NAMED)
    )
    window.follow(("stays unseen", RESOURCE_KEY, ENTER))
    window.follow(("Keep it all the same?", "y"), ("? Model", "m", ENTER), ("Write this?", "y"))
    assert window.end() == 0
    assert desk.env.read_text() == f"RESOURCE_KEY={RESOURCE_KEY}\n"
    assert "auth_mode" not in desk.config.read_text()


@pytest.mark.parametrize("key", [CTRL_C, ESCAPE], ids=["ctrl-c", "escape"])
def test_who_leaves_at_the_way_in_leaves_every_file_as_it_was(desk: Desk, key: str) -> None:
    """Exit 130."""
    desk.config.write_text(CHAIN)
    before = desk.files()
    window = desk.sit(*ADD).follow(("Base URL", desk.urls["foundry"], ENTER), ("The way in", key))
    assert (window.end(), desk.files()) == (130, before)


@pytest.mark.parametrize(("columns", "environ"), [(40, {}), (80, {"NO_COLOR": "1"}), (80, {"TERM": "dumb"})])
def test_any_terminal_shows_the_way_in(
    desk: Desk, identity: CloudServer, columns: int, environ: dict[str, str]
) -> None:
    """Narrow, without colour, or in plain lines."""
    window = desk.sit(*ADD, columns=columns, rows=24, **signed_in(identity), **environ)
    window.follow(("Base URL", desk.urls["foundry"], ENTER), ("Entra ID", ENTER), ("deployment", ENTER))
    assert window.follow(("Write this?", "y", ENTER)).end() == 0
    assert window.painted == (columns == 40)


COMMANDS = {
    "add": (ADD, "fallback_providers:\n  - provider: azure-foundry\n    model: deployment\n"),
    "set": (("model", "set", "azure-foundry"), "model:\n  provider: azure-foundry\n  default: deployment\n"),
}


@pytest.mark.parametrize(("argv", "head"), COMMANDS.values(), ids=COMMANDS)
def test_the_option_writes_the_same_without_a_question(
    desk: Desk, identity: CloudServer, argv: tuple[str, ...], head: str
) -> None:
    """By words and options alone, for scripts."""
    url = desk.urls["foundry"]
    done = desk.run(*argv, "deployment", "--base-url", url, "--auth-mode", "entra_id", **signed_in(identity))
    assert (done.returncode, done.stderr) == (0, "")
    written = desk.config.read_text()
    assert written.startswith(head)
    assert [line.strip() for line in written.splitlines()[3:]] == [f"base_url: {url}", "auth_mode: entra_id"]


def test_another_way_in_is_refused_with_those_there_are(desk: Desk) -> None:
    """Exit 2."""
    done = desk.run(*ADD, "m", "--auth-mode", "magic")
    assert (done.returncode, desk.config.exists()) == (2, False)
    assert "`magic` cannot be --auth-mode" in done.stderr
    assert "api_key, entra_id" in done.stderr


def test_the_missing_library_is_named_with_the_line_that_installs_it(desk: Desk) -> None:
    """At the choice, and before the yes; Enter alone then means no."""
    argv = (*ADD, "--base-url", desk.urls["keyed"])
    window = Window([sys.executable, "-c", WITHOUT_AZURE, *argv], desk.environ(), columns=100)
    desk.windows.append(window)
    window.follow(("needs azure-identity, which is not installed", ENTER), ("type a name", "m", ENTER))
    window.follow(("pip install 'hermes-fallback[azure]'", ""), ("Write it all the same?  (y/N)", ENTER))
    assert (window.end(), desk.config.exists()) == (0, False)
