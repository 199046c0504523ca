"""Whoever watches is told what is waited for, and can end it; others get results alone."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.terminal import Terminal
from hermes_fallback.cli.waiting import waiting
from hermes_fallback.loopback.server import Loopback
from tests.window import CTRL_C, Window

ASKING = {
    "test": (("fallback", "test"), "asking the providers"),
    "doctor": (("doctor",), "asking the providers"),
    "auth": (("auth", "status", "--check"), "asking the providers"),
    "models": (("model", "list", "--fresh"), "asking for the models"),
}


@pytest.fixture
def silent(config: Callable[[str], Path]) -> Iterator[Loopback]:
    """A primary whose host takes requests and never answers."""
    with Loopback([{"name": "acme", "list_script": ["hang"]}]) as running:
        config(f'model: {{provider: custom, default: m, base_url: "{running.base_url("acme")}"}}\n')
        yield running


@pytest.mark.parametrize("term", ["xterm", "dumb"])
@pytest.mark.parametrize(("argv", "words"), ASKING.values(), ids=ASKING)
def test_a_wait_is_shown_and_ctrl_c_ends_it(
    home: Path, silent: Loopback, argv: tuple[str, ...], words: str, term: str
) -> None:
    """With 130, without a traceback; and a terminal without a cursor is sent no escape byte."""
    environ = {"HERMES_HOME": str(home), "HOME": str(home), "TERM": term}
    window = Window([sys.executable, "-m", "hermes_fallback", *argv], environ)
    try:
        status = window.wait(words).press(CTRL_C).end()
    finally:
        window.close()
    assert status == 130, window.text
    assert "Traceback" not in window.text
    assert term != "dumb" or b"\x1b" not in window.received


@pytest.fixture
def well(config: Callable[[str], Path]) -> Iterator[Loopback]:
    """A primary that answers."""
    with Loopback([{"name": "acme", "models": ["a"]}]) as running:
        config(f'model: {{provider: custom, default: m, base_url: "{running.base_url("acme")}"}}\n')
        yield running


@pytest.mark.parametrize("option", ["-q", "--json"])
@pytest.mark.parametrize(("argv", "_words"), ASKING.values(), ids=ASKING)
def test_who_wants_results_alone_gets_no_word_of_it(
    hermes: Hermes, well: Loopback, argv: tuple[str, ...], _words: str, option: str
) -> None:
    """On a terminal where it would be a line of its own, too."""
    assert hermes(*argv, option, tty=True, env={"TERM": "dumb"}).err == ""


def test_a_ctrl_c_that_was_dropped_on_the_way_still_ends_the_wait() -> None:
    """Python drops what is raised inside a callback of its import system; the wait ends all the same."""
    run = Invocation(Terminal(stdin=io.StringIO(), stdout=io.StringIO(), stderr=io.StringIO(), environ={}))
    with pytest.raises(KeyboardInterrupt), waiting(run, "asking"), suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
