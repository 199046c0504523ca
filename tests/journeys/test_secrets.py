"""Planted keys: each goes to its own host, and none to a log, an error, the journal or the state."""

from __future__ import annotations

import json
import traceback

import pytest

from hermes_fallback import Session, Unanswered
from hermes_fallback.drill.catalogue import CATALOGUE
from hermes_fallback.drill.drill import rehearse
from hermes_fallback.journal.writer import open_journal
from hermes_fallback.loopback.server import Loopback
from tests.journeys.conftest import KEYS, World

KEY = KEYS["MAIN_KEY"]
SPLIT = json.dumps(f"key={KEY}")[1:-1]
ECHOES = {
    "refused": {"behaviour": "unauthorized", "message": f"Incorrect API key provided: {KEY}."},
    "in a header's form": {
        "behaviour": "forbidden",
        "message": f"Authorization: Bearer {KEY} is not allowed",
    },
    "not understood": {"behaviour": "server_error", "status": 418, "message": f"teapot says {KEY}"},
    "in a 200": {"behaviour": "error_in_200", "message": f"upstream got {KEY}"},
    "in a stream": {"behaviour": "error_in_stream", "message": f"upstream got {KEY}", "after": 0},
    "in JSON in a string": {
        "behaviour": "server_error",
        "message": json.dumps({"error": {"message": SPLIT}}),
    },
    "in a page": {"behaviour": "html", "status": 502, "title": f"Bad {KEY}"},
    "in garbage": {"behaviour": "garbage", "text": f"%% {KEY} %%"},
    "in a redirect": {"behaviour": "redirect", "to": f"http://127.0.0.1:9/?key={KEY}"},
}


def kept(world: World) -> bytes:
    """Everything that a turn leaves in the home, but for the config and the keys' own file."""
    open_journal(str(world.home / "fallback" / "journal")).flush()
    files = [path for path in (world.home / "fallback").rglob("*") if path.is_file()]
    assert any(path.name == "turns.jsonl" for path in files)
    return b"".join(path.read_bytes() for path in files)


@pytest.mark.parametrize("echo", ECHOES)
def test_a_key_that_a_provider_echoes_is_nowhere_to_be_found(world: World, echo: str) -> None:
    """Not in the error, its traceback or its repr, nor in the journal or the state."""
    for name in ("main", "spare", "third"):
        world.loopback.script(name, ECHOES[echo])
    with Session(world.runtime.plan()) as session, pytest.raises(Unanswered) as caught:
        session.ask("hello")
    error = caught.value
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(error.attempts) + str(vars(error))
    assert KEY not in told
    assert KEY.encode() not in kept(world)


@pytest.mark.parametrize("echo", ECHOES)
def test_a_key_that_is_echoed_on_the_way_is_not_in_the_answers_receipt(world: World, echo: str) -> None:
    """The next link answers; what the first one said is starred out."""
    world.configure(timeouts="{connect: 10s, first_token: 10s, between_tokens: 10s}")
    world.loopback.script("main", ECHOES[echo])
    with Session(world.runtime.plan()) as session:
        answer = session.ask("hello")
    assert answer.served_by.model == "spare-model"
    assert KEY not in repr(answer)
    assert KEY.encode() not in kept(world)
    assert world.keys_are_scoped()


def test_a_redirect_takes_no_key_along(world: World) -> None:
    """Whoever is pointed to gets no request at all."""
    with Loopback([{"name": "elsewhere"}]) as other:
        to = f"{other.base_url('elsewhere')}/chat/completions"
        world.loopback.script("main", {"behaviour": "redirect", "to": to})
        with Session(world.runtime.plan()) as session:
            assert session.ask("hello").served_by.model == "spare-model"
        assert other.received() == ()


def test_every_fault_of_the_catalogue_keeps_the_keys_apart(world: World) -> None:
    """What the drill says of each of its faults, on a chain of three hosts."""
    astray = [
        name for name, fault in CATALOGUE.items() if not rehearse(world.runtime.plan(), fault).keys_scoped
    ]
    assert astray == []
