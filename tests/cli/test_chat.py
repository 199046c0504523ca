"""`hermes chat`: answers through the chain, with real sockets to misbehaving providers."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.loopback.server import Loopback

MAIN, BACKUP = "main-key-0123456789", "backup-key-0123456789"
SAYS = {"main": "main got {messages}", "backup": "backup got {messages}"}


@pytest.fixture
def providers(home: Path) -> Iterator[Loopback]:
    """Two providers, `main` and `backup`, in a chain, with their keys in `.env`."""
    specs = [
        {"name": name, "key": key, "script": [{"behaviour": "ok", "text": SAYS[name]}]}
        for name, key in (("main", MAIN), ("backup", BACKUP))
    ]
    with Loopback({"providers": specs}) as running:
        (home / ".env").write_text(f"MAIN_KEY={MAIN}\nBACKUP_KEY={BACKUP}\n")
        (home / "config.yaml").write_text(
            "model:\n  provider: custom\n  default: big\n"
            f"  base_url: {running.base_url('main')}\n  key_env: MAIN_KEY\n"
            "fallback_providers:\n  - provider: custom\n    model: small\n"
            f"    base_url: {running.base_url('backup')}\n    key_env: BACKUP_KEY\n"
        )
        yield running


def test_a_question_is_answered_on_stdout(hermes: Hermes, providers: Loopback) -> None:
    """The answer alone, with a final line break; nothing on stderr."""
    result = hermes("chat", "-q", "hi")
    assert (result.status, result.out, result.err) == (0, "main got 1\n", "")


FAILURES = [
    "rate_limit",
    "unauthorized",
    "model_not_found",
    "server_error",
    "overloaded",
    "empty_choices",
    "html",
]


@pytest.mark.parametrize("failure", FAILURES)
def test_when_the_primary_fails_the_next_link_answers(
    hermes: Hermes, providers: Loopback, failure: str
) -> None:
    """The answer is on stdout all the same, and the switch is told on stderr."""
    providers.script("main", failure)
    result = hermes("chat", "-q", "hi")
    assert (result.status, result.out) == (0, "backup got 1\n")
    assert result.err.startswith("custom:big ")
    assert result.err.endswith("going on with custom:small\n")


def test_quiet_tells_no_switch(hermes: Hermes, providers: Loopback) -> None:
    """--quiet leaves the answer."""
    providers.script("main", "unauthorized")
    result = hermes("chat", "-q", "hi", "--quiet")
    assert (result.out, result.err) == ("backup got 1\n", "")


def test_verbose_tells_every_attempt(hermes: Hermes, providers: Loopback) -> None:
    """Who was tried, why it moved on, who answered, and how long it took."""
    providers.script("main", "unauthorized")
    err = hermes("chat", "-q", "hi", "-v").err
    assert "0  custom:big  auth (HTTP 401) after " in err
    assert "1  custom:small  answered after " in err
    assert "answered by custom:small in " in err


def test_a_broken_stream_is_told_and_begun_anew(hermes: Hermes, providers: Loopback) -> None:
    """Into a pipe goes the whole answer and no half one; the break is told on stderr."""
    providers.script("main", {"behaviour": "cut", "text": "half of it is lost"})
    result = hermes("chat", "-q", "hi")
    assert result.status == 0
    assert result.out == "backup got 1\n"
    assert "the answer broke off; it begins anew" in result.err


def test_nothing_of_a_broken_answer_goes_into_a_pipe(hermes: Hermes, providers: Loopback) -> None:
    """When no link answers, stdout stays empty."""
    for name in ("main", "backup"):
        providers.script(name, {"behaviour": "cut", "text": "half of it is lost"})
    result = hermes("chat", "-q", "hi")
    assert (result.status, result.out) == (7, "")


def test_json_is_as_the_contract_has_it(hermes: Hermes, providers: Loopback) -> None:
    """Text, turn, who served, what was asked for, every attempt, the usage."""
    providers.script("main", "rate_limit")
    result = hermes("chat", "-q", "hi", "--json")
    document = result.document
    assert (result.err, document["schema"], document["text"]) == ("", 1, "backup got 1")
    assert document["turn"]
    assert document["served_by"] == {
        "position": 1,
        "provider": "custom",
        "model": "small",
        "base_url": providers.base_url("backup"),
        "credential": "BACKUP_KEY",
    }
    assert document["requested"]["model"] == "big"
    first, second = document["attempts"]
    assert (first["position"], first["reason"], first["status"], first["action"]) == (
        0,
        "rate_limit",
        429,
        "advance",
    )
    assert (second["position"], second["reason"], second["action"]) == (1, None, "answer")
    assert set(first) >= {"provider", "model", "waited_s", "ms"}
    assert document["usage"]["total_tokens"] > 0
    assert BACKUP not in result.out
    assert MAIN not in result.out


def test_nobody_answers_is_exit_7_with_every_attempt(hermes: Hermes, providers: Loopback) -> None:
    """In JSON the attempts are in the error, alone on stderr; in text each is a line."""
    for name in ("main", "backup"):
        providers.script(name, "unauthorized")
    result = hermes("chat", "-q", "hi", "--json")
    assert (result.status, result.out) == (7, "")
    assert result.error["code"] == 7
    assert [each["reason"] for each in result.error["attempts"]] == ["auth", "auth"]
    hermes("fallback", "reset", "--all")
    text = hermes("chat", "-q", "hi")
    assert (text.status, text.out) == (7, "")
    assert "error: no link answered" in text.err
    assert "1  custom:small  auth (HTTP 401)" in text.err


def test_a_refused_request_is_exit_7_and_asks_nobody_else(hermes: Hermes, providers: Loopback) -> None:
    """What is wrong with the request itself would be wrong everywhere."""
    providers.script("main", "context_overflow")
    assert hermes("chat", "-q", "hi").status == 7
    assert providers.received("backup") == ()


def test_a_providers_words_cannot_steer_the_terminal(hermes: Hermes, providers: Loopback) -> None:
    """Answers and errors are shown with their escapes written out; a pipe gets the answer as it is."""
    providers.script("main", {"behaviour": "ok", "text": "a\x1b[2Jb\ttab\nline"})
    assert hermes("chat", "-q", "hi", tty=True).out == "a\\x1b[2Jb\ttab\nline\n"
    assert hermes("chat", "-q", "hi").out == "a\x1b[2Jb\ttab\nline\n"
    for name in ("main", "backup"):
        providers.script(name, {"behaviour": "error_in_200", "message": "no\x1b]0;pwned\x07"})
    result = hermes("chat", "-q", "hi", tty=True, env={"NO_COLOR": "1"})
    assert "no\\x1b]0;pwned\\x07" in result.err
    assert "\x1b" not in result.err
    hermes("fallback", "reset", "--all")
    attempts = hermes("chat", "-q", "hi", "--json").error["attempts"]
    assert attempts[0]["detail"] == "no\\x1b]0;pwned\\x07"


def test_no_fallback_asks_the_primary_alone(hermes: Hermes, providers: Loopback) -> None:
    """--no-fallback is for those who want this one or none."""
    providers.script("main", "unauthorized")
    assert hermes("chat", "-q", "hi", "--no-fallback").status == 7
    assert providers.received("backup") == ()


@pytest.mark.parametrize("word", ["0", "custom:big"])
def test_skip_passes_over_a_link(hermes: Hermes, providers: Loopback, word: str) -> None:
    """Position 0 is the primary here."""
    assert hermes("chat", "-q", "hi", "--skip", word, "--quiet").out == "backup got 1\n"
    assert providers.received("main") == ()


def test_skipping_everything_is_a_usage_error(hermes: Hermes, providers: Loopback) -> None:
    """There must be somebody to ask; an unknown link is exit 5."""
    assert hermes("chat", "-q", "hi", "--skip", "0", "--skip", "1").status == 2
    assert hermes("chat", "-q", "hi", "--skip", "zai").status == 5


def test_a_question_may_come_from_stdin(hermes: Hermes, providers: Loopback) -> None:
    """`-q -` reads all of it."""
    assert hermes("chat", "-q", "-", stdin="two\nlines\n").status == 0
    assert providers.received("main")[0].body["messages"] == [{"role": "user", "content": "two\nlines"}]


def test_options_reach_the_provider(hermes: Hermes, providers: Loopback, tmp_path: Path) -> None:
    """System prompt, temperature, length and schema are in the request."""
    schema = tmp_path / "schema.json"
    schema.write_text('{"title": "Place", "type": "object"}')
    words = (
        "--system",
        "be brief",
        "--temperature",
        "0.5",
        "--max-tokens",
        "9",
        "--json-schema",
        str(schema),
    )
    assert hermes("chat", "-q", "hi", "--model", "other", *words).status == 0
    body = providers.received("main")[0].body
    assert body["messages"][0] == {"role": "system", "content": "be brief"}
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("other", 0.5, 9)
    assert body["response_format"]["json_schema"]["schema"] == {"title": "Place", "type": "object"}


def test_a_picture_goes_along(hermes: Hermes, providers: Loopback, tmp_path: Path) -> None:
    """A file is sent as data of its own type, an address as it is."""
    png = b"\x89PNG\r\n\x1a\nrest"
    file = tmp_path / "picture"
    file.write_bytes(png)
    words = ("--image", str(file), "--image", "https://example.test/x.jpg")
    assert hermes("chat", "-q", "what is it?", *words).status == 0
    parts = providers.received("main")[0].body["messages"][0]["content"]
    assert parts[0] == {"type": "text", "text": "what is it?"}
    assert parts[1]["image_url"]["url"] == f"data:image/png;base64,{base64.b64encode(png).decode()}"
    assert parts[2]["image_url"]["url"] == "https://example.test/x.jpg"


REFUSED = {
    "no-question": ((), 2, "-q TEXT is missing"),
    "empty": (("-q", "  "), 2, "empty"),
    "hot": (("-q", "x", "--temperature", "nan"), 2, "--temperature"),
    "short": (("-q", "x", "--max-tokens", "0"), 2, "--max-tokens"),
    "schema": (("-q", "x", "--json-schema", "{"), 2, "--json-schema"),
    "no-schema": (("-q", "x", "--json-schema", "/nowhere.json"), 8, "/nowhere.json"),
    "no-picture": (("-q", "x", "--image", __file__), 2, "is no picture"),
    "lost-picture": (("-q", "x", "--image", "/nowhere.png"), 8, "/nowhere.png"),
}


@pytest.mark.parametrize(("words", "status", "what"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_asked_asks_nobody(
    hermes: Hermes, providers: Loopback, words: tuple[str, ...], status: int, what: str
) -> None:
    """A mistake is told before anything is sent."""
    result = hermes("chat", *words)
    assert (result.status, result.out) == (status, "")
    assert what in result.err
    assert providers.received() == ()


def test_a_missing_key_is_exit_4(hermes: Hermes, providers: Loopback, home: Path) -> None:
    """Nobody is ready: the variable is named."""
    (home / ".env").write_text("")
    config = home / "config.yaml"
    config.write_text(config.read_text().replace("127.0.0.1", "example.test"))
    result = hermes("chat", "-q", "hi")
    assert result.status == 4
    assert "MAIN_KEY" in result.err


def test_a_switch_asks_first_where_auto_activate_is_off(
    hermes: Hermes, providers: Loopback, home: Path
) -> None:
    """Yes goes on; no, or nobody to ask, ends with exit 7."""
    with (home / "config.yaml").open("a") as file:
        file.write("fallback: {auto_activate: false}\n")
    providers.script("main", "unauthorized")
    yes = hermes("chat", "-q", "hi", tty=True, stdin="y\n")
    assert (yes.status, yes.out) == (0, "backup got 1\n")
    assert "go on with custom:small? [y/N]" in yes.err
    assert hermes("chat", "-q", "hi", tty=True, stdin="n\n").status == 7
    assert hermes("chat", "-q", "hi").status == 7
    assert len(providers.received("backup")) == 1


def test_a_conversation_goes_on_until_quit(hermes: Hermes, providers: Loopback) -> None:
    """Each turn carries the history; empty lines are no questions."""
    result = hermes("chat", tty=True, stdin="one\n\ntwo\n/quit\nthree\n")
    assert result.status == 0
    assert result.out == "main got 1\nmain got 3\n"
    assert len(providers.received()) == 2


def test_the_end_of_input_ends_a_conversation(hermes: Hermes, providers: Loopback) -> None:
    """Ctrl-D is 0."""
    assert hermes("chat", tty=True, stdin="one\n").status == 0


def test_a_conversation_survives_a_turn_that_nobody_answers(hermes: Hermes, providers: Loopback) -> None:
    """The error is told, and the next question finds the history as it was."""
    providers.script("main", ["unauthorized", {"behaviour": "ok", "text": "{messages}"}])
    providers.script("backup", "unauthorized")
    result = hermes("chat", tty=True, stdin="one\ntwo\n", env={"NO_COLOR": "1"})
    assert result.status == 0
    assert "error: no link answered" in result.err
    assert result.out == "1\n"


class Typist:
    """`hermes chat` on a terminal of its own."""

    def __init__(self, home: Path) -> None:
        self._seen = ""
        self._master, slave = pty.openpty()
        environ = {"HERMES_HOME": str(home), "HOME": str(home), "TERM": "dumb", "PATH": os.environ["PATH"]}
        command = [sys.executable, "-m", "hermes_fallback", "chat"]
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True
        )
        os.close(slave)

    def until(self, text: str, *, within_s: float = 15.0) -> None:
        """Return when *text* has appeared; what came after it is kept for the next call."""
        ends_s = time.monotonic() + within_s
        while text not in self._seen:
            ready, _, _ = select.select([self._master], [], [], max(ends_s - time.monotonic(), 0))
            assert ready, f"`{text}` did not appear in:\n{self._seen}"
            self._seen += os.read(self._master, 65536).decode(errors="replace")
        self._seen = self._seen.partition(text)[2]

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def status_after_interrupts(self) -> int:
        """The status, pressing again: a press before `input` waits is noticed only at the next key."""
        for _ in range(30):
            self.interrupt()
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._process.wait(0.5)
        pytest.fail("the program does not end")

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        os.close(self._master)


@pytest.fixture
def typist(home: Path, providers: Loopback) -> Iterator[Typist]:
    found = Typist(home)
    yield found
    found.close()


def test_ctrl_c_stops_an_answer_and_then_the_conversation(typist: Typist, providers: Loopback) -> None:
    """During an answer it stops that answer; at the prompt it ends with 130."""
    providers.script("main", [{"behaviour": "stall"}, {"behaviour": "ok", "text": "all {messages}"}])
    typist.until("> ")
    typist.type("one\n")
    typist.until("main heard")
    typist.interrupt()
    typist.until("stopped")
    typist.until("> ")
    typist.type("two\n")
    typist.until("all 1")
    typist.until("> ")
    assert typist.status_after_interrupts() == 130


def test_json_needs_a_question(hermes: Hermes, providers: Loopback) -> None:
    """A conversation is no document."""
    result = hermes("chat", "--json", tty=True)
    assert result.status == 2
    assert json.loads(result.err)["error"]["kind"] == "missing-question"
