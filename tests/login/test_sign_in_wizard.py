"""Signing in on the way to a link: the wizard leads there, and goes on with the models of the account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from office import Office

from hermes_fallback.loopback.server import Loopback
from tests.oauth_server import OAuthServer
from tests.window import CTRL_C, DOWN, ENTER, ESCAPE, Window

KEY = "nous-key-0123456789"
WAY, TERMS, MODEL, YES = "> sign in now", "Sign in all the same?", "? Model", "Write this?"
PLACES = ("copilot", "minimax-oauth", "nous", "openai-codex", "qwen-oauth", "xai-oauth")
"""Every provider that the wizard leads to the sign-in of."""


@pytest.fixture
def host(office: Office) -> Iterator[Loopback]:
    """Where the models are; every provider answers there."""
    with Loopback([{"name": "host", "catalog": ["m-1", "m-2"]}]) as loopback:
        for name in PLACES:
            office.move(name, base_url=loopback.base_urls["host"])
        yield loopback


def add(office: Office, *argv: str, columns: int = 80, **environ: str) -> Window:
    """The wizard."""
    return office.sit("fallback", "add", *argv, columns=columns, **environ)


def links(office: Office) -> str:
    """What config.yaml holds."""
    return (office.home / "config.yaml").read_text()


@pytest.mark.parametrize("name", PLACES)
def test_a_sign_in_on_the_way_leads_to_a_link_that_is_ready(
    office: Office, host: Loopback, name: str
) -> None:
    """The provider is found in its group, signed in to, asked for its models with the token, and the link written."""
    window = add(office).follow(("type to filter", name), (f"> {name}", ENTER), (WAY, ENTER), (TERMS, "y"))
    window.wait("signed in to").follow((MODEL, "m-2"), ("> m-2", ENTER), (YES, "y")).wait(
        f"added `{name}:m-2`"
    )
    assert window.end() == 0
    assert links(office) == f"fallback_providers:\n  - provider: {name}\n    model: m-2\n"
    assert '"ready": true' in office.run("fallback", "list", "--json").stdout


def test_a_sign_in_is_kept_though_the_link_is_not_wanted(office: Office, host: Loopback) -> None:
    """It is said so, and nothing else is written."""
    window = add(office, "nous", "m-1").follow((WAY, ENTER), (TERMS, "y"), (YES, "n"))
    assert window.wait("nothing was changed").end() == 0
    assert "its tokens are in" in window.text
    assert {"auth.json", "config.yaml"} & office.files() == {"auth.json"}


def test_a_key_can_be_given_in_its_place(office: Office, host: Loopback) -> None:
    """Where the provider takes one; the way back from it leads to the choice."""
    window = add(office, "nous", "m-1").follow(
        (WAY, DOWN, ENTER), ("stays unseen", "<", ENTER), (WAY, DOWN, ENTER)
    )
    window.follow(("stays unseen", KEY, ENTER), ("Keep it unproved?", ENTER), (YES, "y")).wait("added")
    assert (window.end(), (office.home / ".env").read_text()) == (0, f"OFFICE_TOKEN={KEY}\n")
    assert not office.auth_file.exists()


def test_who_signs_in_later_gets_a_link_that_is_not_ready(office: Office, host: Loopback) -> None:
    """On a yes, which Enter alone does not mean."""
    window = add(office, "openai-codex", "m-1").follow((WAY, DOWN, ENTER))
    window.follow(("hermes auth login openai-codex", ""), ("Write it all the same?  (y/N)", "y"))
    assert (window.end(), office.auth_file.exists()) == (0, False)
    assert "openai-codex" in links(office)


def test_a_sign_in_that_fails_asks_again(office: Office, server: OAuthServer, host: Loopback) -> None:
    """What the provider said is told, and the next try may go well."""
    server.set(answer="deny")
    window = add(office, "nous", "m-1").follow((WAY, ENTER), (TERMS, "y"), ("hint: ", ""), (WAY, ""))
    server.set(answer="approve")
    assert window.follow((WAY, ENTER), (TERMS, "y"), (YES, "y")).end() == 0
    assert "nous" in links(office)


def test_terms_that_are_declined_lead_back_to_the_choice(office: Office, host: Loopback) -> None:
    """And from there to the provider."""
    window = add(office).follow(("type to filter", "nous"), ("> nous", ENTER), (WAY, ENTER), (TERMS, "n"))
    assert window.follow((WAY, "<"), ("chooses, Esc leaves", ESCAPE)).end() == 130
    assert office.files() == set()


STOPS = {
    "way": ((WAY,),),
    "terms": ((WAY, ENTER), (TERMS,)),
    "wait": ((WAY, ENTER), (TERMS, "y"), ("Ctrl-C gives up",)),
}


@pytest.mark.parametrize("steps", STOPS.values(), ids=STOPS)
def test_who_leaves_before_the_sign_in_is_done_leaves_nothing(
    office: Office, server: OAuthServer, host: Loopback, steps: tuple[tuple[str, ...], ...]
) -> None:
    """Exit 130, and no file that was not there."""
    server.set(answer="wait")
    window = add(office, "nous", "m-1").follow(*steps).press(CTRL_C)
    assert (window.end(), office.files()) == (130, set())


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["no-color", "dumb"])
def test_any_terminal_leads_through_the_sign_in(
    office: Office, host: Loopback, environ: dict[str, str]
) -> None:
    """In 40 columns, without a colour, and in plain lines."""
    window = add(office, "nous", "m-1", columns=40, **environ)
    window.follow(("sign in now", ENTER), ("Sign in all the same?", "y", ENTER), (YES, "y", ENTER))
    assert (window.end(), window.painted) == (0, False)
    assert "nous" in links(office)


def test_a_dry_run_signs_nobody_in(office: Office, server: OAuthServer, host: Loopback) -> None:
    """It shows what would be written, and asks nobody for a code."""
    window = add(office, "openai-codex", "--dry-run").follow((MODEL, ENTER)).wait("+  - provider")
    assert (window.end(), office.files(), server.requests()) == (0, set(), [])
