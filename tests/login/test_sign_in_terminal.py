"""Signing in at a terminal: the terms, what is shown, and the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from office import Office

from hermes_fallback.providers import Registry
from hermes_fallback.runtime.resolver import SPOKEN
from tests.oauth_server import OAuthServer
from tests.window import CTRL_C, ENTER, ESCAPE

KEY = "sk-or-v1-9f8e7d6c5b4a39281706f5e4d3c2b1a0"
QUESTION = "Sign in all the same?"


def test_terms_are_asked_once(office: Office) -> None:
    """They are shown whole, and remembered in the home; the next sign-in goes on at once."""
    terms = Registry().get("nous").oauth.terms
    window = office.sit("auth", "login", "nous", columns=200).wait(QUESTION)
    assert terms in window.text
    window.press("y", ENTER)
    assert window.end() == 0
    again = office.sit("auth", "login", "nous")
    assert again.end() == 0
    assert QUESTION not in again.text
    assert "signed in to Nous Portal" in again.text


@pytest.mark.parametrize(
    ("keys", "status"),
    [(("n", ENTER), 0), ((ENTER,), 0), ((ESCAPE,), 130), ((CTRL_C,), 130)],
    ids=["no", "enter", "escape", "ctrl-c"],
)
def test_terms_can_be_refused(
    office: Office, server: OAuthServer, keys: tuple[str, ...], status: int
) -> None:
    """No is the default; then nobody was asked, and nothing is there."""
    window = office.sit("auth", "login", "nous").wait(QUESTION).press(*keys)
    assert (window.end(), office.files(), server.requests()) == (status, set(), [])


def test_without_a_terminal_the_terms_name_the_flag(office: Office, server: OAuthServer) -> None:
    """Exit 2, and the terms themselves."""
    done = office.run("auth", "login", "qwen-oauth")
    assert (done.returncode, server.requests()) == (2, [])
    assert "--accept-terms" in done.stderr
    assert Registry().get("qwen-oauth").oauth.terms in done.stderr


def test_other_terms_are_asked_anew(office: Office) -> None:
    """Who agreed to some words has not agreed to others."""
    office.run("auth", "login", "nous", "--accept-terms")
    office.move("nous", terms="Now it costs your first-born.")
    window = office.sit("auth", "login", "nous").wait(QUESTION)
    assert "first-born" in window.text
    assert window.press("n", ENTER).end() == 0


@pytest.mark.parametrize("columns", [80, 30])
def test_the_address_can_be_copied_whole(office: Office, server: OAuthServer, columns: int) -> None:
    """It stands at the start of a line of its own, and nothing is put into it, however narrow the terminal is."""
    server.set(answer="wait")
    window = office.sit("auth", "login", "nous", "--accept-terms", columns=columns).wait("Ctrl-C")
    url = f"{server.url}/activate?user_code="
    assert re.search(rb"\r\n\r\n" + re.escape(url.encode()) + rb"[A-Z-]{9}\r\n", window.received)
    assert window.press(CTRL_C).end() == 130


def test_no_color_means_none(office: Office, server: OAuthServer) -> None:
    """Nothing is painted for whoever does not want it."""
    window = office.sit("auth", "login", "nous", "--accept-terms", NO_COLOR="1")
    assert (window.end(), window.painted) == (0, False)


def browser(folder: Path) -> tuple[str, Path]:
    """A browser that writes down what it is given, and the file it writes to."""
    script, seen = folder / "browser", folder / "seen"
    script.write_text(f'#!/bin/sh\necho "$1" >> "{seen}"\n')
    script.chmod(0o755)
    return f"{script} %s", seen


def test_a_browser_is_opened_where_there_is_one(office: Office, server: OAuthServer, tmp_path: Path) -> None:
    """On a desktop the page comes up by itself; the address is printed all the same."""
    command, seen = browser(tmp_path)
    office.sit("auth", "login", "nous", "--accept-terms", BROWSER=command, DISPLAY=":0").end()
    assert seen.read_text().startswith(f"{server.url}/activate")


@pytest.mark.parametrize(
    ("flags", "environ"),
    [((), {}), (("--no-browser",), {"DISPLAY": ":0"}), ((), {"DISPLAY": ":0", "SSH_CONNECTION": "1"})],
    ids=["no-display", "flag", "ssh"],
)
def test_a_browser_is_opened_nowhere_else(
    office: Office, tmp_path: Path, flags: tuple[str, ...], environ: dict[str, str]
) -> None:
    """Not without a display, not over SSH, and not where it is not wanted."""
    command, seen = browser(tmp_path)
    window = office.sit("auth", "login", "nous", "--accept-terms", *flags, BROWSER=command, **environ)
    assert (window.end(), seen.exists()) == (0, False)


def test_over_ssh_the_address_is_pasted(office: Office, server: OAuthServer) -> None:
    """The browser is elsewhere: the address that it ends at is pasted unseen, and holds the state."""
    window = office.sit(
        "auth", "login", "google-gemini-cli", "--accept-terms", columns=2000, SSH_CONNECTION="1"
    )
    window.wait("That address")
    (url,) = [line for line in window.text.splitlines() if line.startswith("http")]
    window.press(landed(url), ENTER)
    assert window.end() == 0
    assert "code=" not in window.text.partition(url)[2]
    assert office.auth()["providers"]["google-gemini-cli"]["project_id"] == "cloud-project"


def test_a_key_is_asked_for_where_a_key_lets_one_in(office: Office) -> None:
    """The same prompt as for a link; it goes where keys go."""
    window = office.sit("auth", "login", "openrouter", HTTPS_PROXY="http://127.0.0.1:9")
    window.wait("Key for OpenRouter").press(KEY, ENTER)
    window.wait("Keep it").press("y", ENTER)
    assert window.end() == 0
    assert (office.home / ".env").read_text() == f"OPENROUTER_API_KEY={KEY}\n"
    assert KEY not in window.text


def landed(url: str) -> str:
    """The address that a browser ends at which opens *url* on a machine where nobody listens."""
    import urllib.error
    import urllib.request

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay)
    with pytest.raises(urllib.error.HTTPError) as caught:
        opener.open(url, timeout=20)
    caught.value.close()
    return str(caught.value.headers["location"])


def test_a_key_prompt_has_no_way_back_where_nothing_is_before_it(office: Office) -> None:
    """Enter alone changes nothing, and says so."""
    window = office.sit("auth", "login", "openrouter", columns=300).wait("Enter alone changes nothing")
    assert "goes back" not in window.text
    assert (window.press(ENTER).end(), "nothing changed" in window.text) == (0, True)


def test_the_prompt_of_a_pool_says_where_the_key_goes(office: Office) -> None:
    """Into auth.json, which is not `.env`."""
    window = office.sit("auth", "add", "openrouter").wait("auth.json, which you alone can read")
    assert window.press(CTRL_C).end() == 130


@pytest.mark.parametrize("name", ["nous", "google-gemini-cli"])
def test_a_sign_in_that_no_link_can_use_says_so_first(office: Office, name: str) -> None:
    """As long as its dialect is not spoken."""
    is_spoken = Registry().get(name).api_mode in SPOKEN
    done = office.run("auth", "login", name)
    assert ("no link can use" in done.stderr) is not is_spoken


def test_a_server_that_is_away_is_told_in_words(office: Office) -> None:
    """Numbers of the operating system are for programs."""
    office.move("nous", device_url="http://127.0.0.1:9/device")
    done = office.run("auth", "login", "nous", "--accept-terms")
    assert (done.returncode, "Connection refused" in done.stderr, "Errno" in done.stderr) == (8, True, False)


def test_no_variable_is_offered_that_is_not_sent(office: Office) -> None:
    """Qwen's portal takes tokens of a sign-in alone."""
    done = office.run("auth", "status", "qwen-oauth", QWEN_API_KEY=KEY)
    assert (done.returncode, "QWEN_API_KEY" in done.stdout) == (4, False)
