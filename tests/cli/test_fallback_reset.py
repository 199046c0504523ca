"""`hermes fallback reset`: what is benched is tried again at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.model.bench import Bench, Grain, Lesson, Subject
from hermes_fallback.model.reason import Reason
from hermes_fallback.runtime.credential_states import open_shared_state
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.state.protocol import State

CONFIG = """\
model: {provider: custom, default: big, base_url: "http://127.0.0.1:1/v1", key_env: MAIN_KEY}
fallback_providers:
  - {provider: custom, model: small, base_url: "http://127.0.0.1:1/v1", key_env: MAIN_KEY}
  - {provider: openrouter, model: some/model}
  - {provider: custom, model: spare, base_url: "http://127.0.0.1:2/v1", key_env: SPARE_KEY}
"""
WIDE = {"COLUMNS": "300"}
NOON, EVENING = 1_700_000_000.0, 1_700_020_000.0


@pytest.fixture
def state(home: Path, config: Callable[[str], Path]) -> State:
    """The state of a home with a primary, a link at the same host, one that lacks its key, and one elsewhere."""
    config(CONFIG)
    (home / ".env").write_text("MAIN_KEY=main-key-0123456789\nSPARE_KEY=spare-key-0123456789\n")
    return open_shared_state(str(home / "fallback"))


@pytest.fixture
def subjects(home: Path, state: State) -> dict[int, Subject]:
    """What benches know each ready link by."""
    routes = [each.route for each in Runtime.open(home).report().resolutions if each.route]
    return {route.position: route.subject for route in routes}


def _bench(
    state: State, subject: Subject, reason: Reason, *, until: float = EVENING, given: bool = False
) -> None:
    bench = Bench(subject=subject, reason=reason, since=NOON, until=until, is_given=given)
    state.bench(bench, generation=state.health().generation)


def test_a_link_gets_rid_of_all_that_covers_it(
    hermes: Hermes, state: State, subjects: dict[int, Subject]
) -> None:
    """Its host, its key, its model there; what is benched elsewhere stays."""
    _bench(state, subjects[1].at(Grain.HOST), Reason.CONNECTION)
    _bench(state, subjects[1].at(Grain.CREDENTIAL), Reason.AUTH, until=math.inf)
    _bench(state, subjects[1].at(Grain.ROUTE), Reason.RATE_LIMIT, given=True)
    _bench(state, subjects[3].at(Grain.MODEL), Reason.OVERLOADED)
    state.learn(subjects[1].link, Lesson(tools=False))
    result = hermes("fallback", "reset", "custom:small", env=WIDE)
    guess, given = (f"until {_local(EVENING)} ({who})" for who in ("our guess", "the provider said so"))
    assert (result.status, result.err) == (0, "")
    assert sorted(result.out.splitlines()) == [
        f"  0  custom:big cannot be reached; its host was benched {guess}",
        "  0  custom:big refuses the key; this key was benched until it is changed",
        f"  1  custom:small cannot be reached; its host was benched {guess}",
        f"  1  custom:small is rate limited; this model with this key was benched {given}",
        "  1  custom:small refuses the key; this key was benched until it is changed",
        "forgotten for `custom:small`, and tried again at once:",
    ]
    assert set(state.health().benches) == {subjects[3].at(Grain.MODEL)}
    assert state.health().lessons == {}


def _local(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M:%S %Z}"


def test_all_forgets_everything(hermes: Hermes, state: State, subjects: dict[int, Subject]) -> None:
    """As JSON each bench has its grain, the links it covered, why, and until when."""
    _bench(state, subjects[0].at(Grain.MODEL), Reason.OVERLOADED, given=True)
    _bench(state, Subject(link="of another day"), Reason.MODEL_NOT_FOUND, until=math.inf)
    result = hermes("fallback", "reset", "--all", "--json")
    first, second = result.document["reset"]
    assert (result.status, result.err, result.document["schema"]) == (0, "", 1)
    assert result.document["changed"] is True
    assert first == {
        "grain": "model",
        "positions": [0],
        "provider": "custom",
        "host": "http://127.0.0.1:1",
        "model": "big",
        "credential": None,
        "reason": "overloaded",
        "since": "2023-11-14T22:13:20.000Z",
        "until": "2023-11-15T03:46:40.000Z",
        "is_given": True,
        "strikes": 1,
    }
    assert (second["grain"], second["positions"], second["until"]) == ("link", [], "never")
    assert state.health().benches == {}


@pytest.mark.parametrize(
    ("argv", "said"),
    [(("0",), "nothing was benched for `custom:big`\n"), (("--all",), "nothing was benched\n")],
    ids=["a-link", "all"],
)
def test_where_nothing_is_benched_nothing_changes(
    hermes: Hermes, home: Path, state: State, argv: tuple[str, ...], said: str
) -> None:
    """It is no failure, and no file is made for it."""
    result = hermes("fallback", "reset", *argv)
    assert (result.status, result.out, result.err) == (0, said, "")
    assert hermes("fallback", "reset", *argv, "--json").document == {
        "schema": 1,
        "changed": False,
        "reset": [],
    }
    assert not (home / "fallback").exists()


@pytest.mark.parametrize(
    ("argv", "status", "kind"),
    [
        pytest.param((), 2, "missing-link", id="neither-LINK-nor-all"),
        pytest.param(("0", "--all"), 2, "usage", id="both"),
        pytest.param(("7",), 5, "unknown-link", id="no-such-link"),
        pytest.param(("custom",), 2, "ambiguous-link", id="several-links"),
        pytest.param(("2",), 4, "missing-credential", id="a-link-that-is-not-ready"),
    ],
)
def test_what_names_no_single_link_that_is_tried_is_refused(
    hermes: Hermes, state: State, subjects: dict[int, Subject], argv: tuple[str, ...], status: int, kind: str
) -> None:
    """Also on a terminal; whatever is benched stays so."""
    _bench(state, subjects[0].at(Grain.HOST), Reason.CONNECTION)
    assert hermes("fallback", "reset", *argv, tty=True).status == status
    result = hermes("fallback", "reset", *argv, "--json")
    assert (result.status, result.out, result.error["kind"]) == (status, "", kind)
    assert len(state.health().benches) == 1


def test_a_state_that_cannot_be_written_is_exit_8(
    hermes: Hermes, home: Path, config: Callable[[str], Path]
) -> None:
    """It never says forgotten where nothing was."""
    config(CONFIG)
    (home / "fallback" / "state.db").mkdir(parents=True)
    result = hermes("fallback", "reset", "--all", "--json")
    assert (result.status, result.out, result.error["kind"]) == (8, "", "system")
    assert "state.db" in result.error["why"]


def test_a_link_that_left_the_chain_is_named_by_its_host(hermes: Hermes, state: State) -> None:
    """Nobody looks for it among those that are there."""
    _bench(state, Subject(host="https://a", model="old"), Reason.OVERLOADED)
    out = hermes("fallback", "reset", "--all", env=WIDE).out
    assert "  old at https://a is overloaded; this model at its host was benched until " in out
    assert out.endswith("; no link of the chain\n")


def test_failures_that_are_only_counted_are_told_so(
    hermes: Hermes, state: State, subjects: dict[int, Subject]
) -> None:
    """They keep nothing from being used."""
    _bench(state, subjects[0].at(Grain.MODEL), Reason.INVALID_RESPONSE, until=NOON)
    out = hermes("fallback", "reset", "0", env=WIDE).out
    assert "  0  custom:big gave no valid answer; 1 failure counted, not benched yet\n" in out


def test_names_from_outside_steer_no_terminal(hermes: Hermes, state: State) -> None:
    """Whatever was written into the state as a model's name."""
    _bench(state, Subject(host="https://a", model="evil\x1b[2J"), Reason.OVERLOADED)
    result = hermes("fallback", "reset", "--all", tty=True, env={"NO_COLOR": "1"})
    assert (result.status, "\x1b" in result.out, "evil" in result.out) == (0, False, True)
