"""The bench of a credential stands with it in auth.json, where Hermes Agent reads it, and in one place only."""

from __future__ import annotations

import json
import math
import multiprocessing
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.errors import SystemRefused
from hermes_fallback.model.bench import Bench, Grain, Subject
from hermes_fallback.model.reason import Reason
from hermes_fallback.runtime.credential_states import AuthPools, open_shared_state
from hermes_fallback.secret import Secret
from hermes_fallback.state.kept import KeptState
from hermes_fallback.state.memory import MemoryStore
from hermes_fallback.state.protocol import State
from hermes_fallback.state.sqlite import SqliteStore

KEY, SIGN_IN, LOOSE = Secret("sk-pooled-0001"), "acme:00ff00", Secret("sk-loose-0001")
POOLED = Subject(credential=KEY.digest(16))
SIGNED_IN = Subject(credential=SIGN_IN)
IN_NO_POOL = Subject(credential=LOOSE.digest(16))
WHOLE = Subject("https://api.acme.example", KEY.digest(16), "m", "link")
ENTRIES: list[dict[str, Any]] = [
    {"id": "a1a1a1", "label": "key", "auth_type": "api_key", "access_token": KEY.reveal()},
    {
        "id": "00ff00",
        "label": "me",
        "auth_type": "oauth",
        "source": "manual:device_code",
        "access_token": "at-1",
        "priority": 1,
    },
]


def arrange(home: Path, **status: object) -> AuthFile:
    """An auth.json with a key, with *status*, and a sign-in."""
    key, sign_in = ENTRIES
    document = {"providers": {}, "credential_pool": {"acme": [{**key, **status}, sign_in]}}
    (home / "auth.json").write_text(json.dumps(document))
    return AuthFile(home / "auth.json")


def opened(home: Path) -> State:
    """The state of *home*, as a process of its own would see it."""
    pools = AuthPools(AuthFile(home / "auth.json", lock_timeout_s=0.0))
    return KeptState(SqliteStore(home / "fallback" / "state.db"), pools)


def bench(
    subject: Subject = POOLED,
    since: float = 1000.0,
    until: float = 1300.0,
    *,
    reason: Reason = Reason.AUTH,
    is_given: bool = False,
    strikes: int = 1,
) -> Bench:
    return Bench(subject=subject, reason=reason, since=since, until=until, is_given=is_given, strikes=strikes)


def raw(home: Path, at: int = 0) -> dict[str, Any]:
    """Entry number *at* of the pool, as it stands in the file."""
    found: dict[str, Any] = json.loads((home / "auth.json").read_text())["credential_pool"]["acme"][at]
    return found


@pytest.mark.parametrize(
    ("found", "status"),
    [
        pytest.param(
            bench(reason=Reason.RATE_LIMIT, is_given=True),
            ("exhausted", 1000.0, 429, "rate_limit", 1300.0),
            id="the-provider-named-the-time",
        ),
        pytest.param(bench(strikes=3), ("exhausted", 1000.0, 401, "auth", 1300.0), id="a-doubled-guess"),
        pytest.param(
            bench(reason=Reason.QUOTA, until=4600.0), ("exhausted", 1000.0, 402, "quota", 4600.0), id="quota"
        ),
        pytest.param(bench(until=math.inf), ("dead", 1000.0, 401, "auth", None), id="dead"),
        pytest.param(
            bench(SIGNED_IN, until=math.inf), ("dead", 1000.0, 401, "auth", None), id="a-dead-sign-in"
        ),
    ],
)
def test_a_bench_is_written_as_hermes_agent_reads_it_and_comes_back_whole(
    home: Path, found: Bench, status: tuple[object, ...]
) -> None:
    """Status, time, code, reason and end in the entry; and every other process sees the bench as it was."""
    arrange(home)
    opened(home).bench(found, generation=0)
    entry = raw(home, at=int(found.subject == SIGNED_IN))
    keys = ("last_status", "last_status_at", "last_error_code", "last_error_reason", "last_error_reset_at")
    assert tuple(entry[key] for key in keys) == status
    assert opened(home).health().benches == {found.subject: found}


def test_a_credential_in_no_pool_is_benched_in_the_state_alone(home: Path) -> None:
    """And one in a pool in auth.json alone: there is one truth for each."""
    arrange(home)
    state = opened(home)
    state.bench(bench(IN_NO_POOL), generation=0)
    state.bench(bench(), generation=0)
    assert opened(home).health().benches == {IN_NO_POOL: bench(IN_NO_POOL), POOLED: bench()}
    assert "loose" not in (home / "auth.json").read_text()
    assert list(SqliteStore(home / "fallback" / "state.db").read().credentials) == [IN_NO_POOL]


@pytest.mark.parametrize(
    "grain", [each for each in Grain if each is not Grain.CREDENTIAL], ids=lambda grain: grain.name.lower()
)
def test_what_is_not_the_credentials_alone_stays_in_the_state(home: Path, grain: Grain) -> None:
    """Hermes Agent would leave the key alone for every model."""
    arrange(home)
    opened(home).bench(bench(WHOLE.at(grain)), generation=0)
    assert "last_status" not in raw(home)
    assert list(opened(home).health().benches) == [WHOLE.at(grain)]


@pytest.mark.parametrize(
    ("status", "until", "reason"),
    [
        pytest.param({"last_error_code": 401}, 1300.0, Reason.AUTH, id="401"),
        pytest.param({"last_error_code": 429}, 4600.0, Reason.RATE_LIMIT, id="429"),
        pytest.param({"last_error_code": 402}, 4600.0, Reason.QUOTA, id="402"),
        pytest.param({}, 4600.0, Reason.UNKNOWN, id="no-code"),
        pytest.param(
            {"last_error_code": 429, "last_error_reset_at": 2000000},
            2000000.0,
            Reason.RATE_LIMIT,
            id="a-time-that-was-given",
        ),
        pytest.param(
            {"last_error_code": 429, "last_error_reset_at": "1970-01-01T01:00:00+00:00"},
            3600.0,
            Reason.RATE_LIMIT,
            id="as-iso-text",
        ),
        pytest.param(
            {"last_status": "dead", "last_error_code": 401, "last_error_reason": "token_revoked"},
            math.inf,
            Reason.AUTH,
            id="dead",
        ),
    ],
)
def test_what_hermes_agent_has_benched_is_benched_here(
    home: Path, status: dict[str, object], until: float, reason: Reason
) -> None:
    """Until the time it would wait itself."""
    arrange(home, **{"last_status": "exhausted", "last_status_at": 1000.0, **status})
    (found,) = opened(home).health().benches.values()
    assert (found.subject, found.since, found.until, found.reason) == (POOLED, 1000.0, until, reason)


@pytest.mark.parametrize("status", [None, "ok", "exhausted", "something-new"])
def test_a_status_without_a_time_benches_nothing(home: Path, status: str | None) -> None:
    """Hermes Agent takes such an entry too."""
    arrange(home, last_status=status)
    assert opened(home).health().benches == {}


def test_what_hermes_agent_writes_over_ours_counts(home: Path) -> None:
    """What we remember of an older bench says nothing of a newer one."""
    auth = arrange(home)
    opened(home).bench(bench(strikes=5), generation=0)
    with auth.locked() as edit:
        edit.put("acme", "a1a1a1", {"last_status_at": 2000.0, "last_error_reset_at": 2060.0})
    (found,) = opened(home).health().benches.values()
    assert (found.since, found.until, found.strikes, found.is_given) == (2000.0, 2060.0, 1, True)


def test_a_dead_credential_lives_again_with_another_secret(home: Path) -> None:
    """And with no other change: not with time, not by what happens to other entries."""
    auth = arrange(home)
    opened(home).bench(bench(SIGNED_IN, until=math.inf), generation=0)
    with auth.locked() as edit:
        edit.put("acme", "00ff00", {"label": "renamed"})
    assert opened(home).health().benches[SIGNED_IN].is_dead
    with auth.locked() as edit:
        edit.put("acme", "00ff00", {"access_token": Secret("at-2")})
    assert opened(home).health().benches == {}


def test_a_shorter_bench_shortens_nothing(home: Path) -> None:
    """Of two the later end counts, as everywhere."""
    arrange(home, last_status="exhausted", last_status_at=1000.0, last_error_reset_at=9000.0)
    opened(home).bench(bench(since=1001.0, until=1301.0), generation=0)
    assert opened(home).health().benches[POOLED].until == 9000.0


def test_the_same_health_while_nothing_changes(home: Path) -> None:
    """Asking before every request costs next to nothing."""
    arrange(home)
    state = opened(home)
    state.bench(bench(), generation=0)
    assert state.health() is state.health()


def test_an_answer_lifts_the_bench_that_is_older(home: Path) -> None:
    """The entry is `ok` then, as Hermes Agent writes it; what came later stays."""
    arrange(home)
    state = opened(home)
    state.bench(bench(since=1000.0), generation=0)
    state.lift(WHOLE, at=999.0)
    assert POOLED in state.health().benches
    state.lift(WHOLE, at=1000.0)
    assert state.health().benches == {}
    assert (raw(home)["last_status"], raw(home)["last_error_reset_at"]) == ("ok", None)


def test_a_lift_with_nothing_to_lift_writes_nothing(home: Path) -> None:
    """Every answer asks for one."""
    arrange(home)
    before = (home / "auth.json").read_bytes()
    opened(home).lift(WHOLE, at=2000.0)
    assert (home / "auth.json").read_bytes() == before


@pytest.mark.parametrize("whole", [WHOLE, None], ids=["of-one-link", "of-everything"])
def test_a_reset_forgets_the_bench_and_beats_older_writers(home: Path, whole: Subject | None) -> None:
    """What began before it and is written afterwards comes to nothing, whoever benched first."""
    arrange(home, last_status="exhausted", last_status_at=1000.0, last_error_code=429)
    state, late = opened(home), opened(home)
    begun = late.health().generation
    assert [each.subject for each in state.reset(whole)] == [POOLED]
    late.bench(bench(since=1001.0), generation=begun)
    assert opened(home).health().benches == {}
    late.bench(bench(since=1002.0), generation=late.health().generation)
    assert POOLED in opened(home).health().benches


def test_a_reset_waits_for_who_is_writing(home: Path) -> None:
    """Also where nothing is benched yet: what is written at that moment began before."""
    arrange(home)
    entered, go = Event(), Event()

    def write(benches: Mapping[Subject, Bench]) -> Mapping[Subject, Bench]:
        entered.set()
        go.wait()
        return {**benches, POOLED: bench()}

    class Releasing(AuthPools):
        def change(self, change: Callable[[Mapping[Subject, Bench]], Mapping[Subject, Bench]]) -> bool:
            go.set()
            return super().change(change)

    writer = Thread(target=AuthPools(AuthFile(home / "auth.json")).change, args=(write,))
    writer.start()
    entered.wait()
    store = SqliteStore(home / "fallback" / "state.db")
    state = KeptState(store, Releasing(AuthFile(home / "auth.json")))
    state.bench(bench(IN_NO_POOL), generation=0)
    state.reset(None)
    go.set()
    writer.join()
    assert opened(home).health().benches == {}


def _hold(path: str, said: Any, let_go: Any) -> None:
    with AuthFile(path).locked():
        said.put("held")
        let_go.get()


def test_a_locked_file_degrades_to_the_state_and_a_reset_says_so(home: Path) -> None:
    """No turn fails or waits long for it; what cannot be removed is not said to be."""
    arrange(home, last_status="exhausted", last_status_at=1000.0, last_error_code=429)
    context = multiprocessing.get_context("forkserver")
    said, let_go = context.SimpleQueue(), context.SimpleQueue()
    holder = context.Process(target=_hold, args=(str(home / "auth.json"), said, let_go))
    holder.start()
    assert said.get() == "held"
    state = opened(home)
    state.bench(bench(SIGNED_IN), generation=0)
    state.bench(bench(since=5000.0, until=6000.0), generation=0)
    state.lift(WHOLE, at=4000.0)
    ends = {subject: each.until for subject, each in opened(home).health().benches.items()}
    assert ends == {POOLED: 6000.0, SIGNED_IN: 1300.0}
    with pytest.raises(SystemRefused, match="cannot be removed") as caught:
        state.reset(None)
    assert "remove it" not in str(caught.value.hint), "auth.json holds the keys"
    let_go.put(None)
    holder.join()
    assert opened(home).reset(None)
    assert opened(home).health().benches == {}


def test_a_file_that_is_broken_benches_in_the_state(home: Path) -> None:
    """It stays as it is, and nothing fails."""
    (home / "auth.json").write_text("{")
    opened(home).bench(bench(), generation=0)
    assert POOLED in opened(home).health().benches
    assert (home / "auth.json").read_text() == "{"


def test_without_auth_json_nothing_is_made(home: Path) -> None:
    """The state alone is enough."""
    opened(home).bench(bench(), generation=0)
    assert POOLED in opened(home).health().benches
    assert not (home / "auth.json").exists()
    assert not (home / "auth.lock").exists()


def test_two_entries_of_one_key_share_its_bench(home: Path) -> None:
    """One that only has the fingerprint, because the key stands in a variable, is of the same key."""
    auth = arrange(home)
    with auth.locked() as edit:
        edit.add("other", {"label": "v", "source": "env:V", "secret_fingerprint": KEY.digest(16)})
    opened(home).bench(bench(), generation=0)
    assert auth.read().pool("other")[0].last_status == "exhausted"
    opened(home).reset(None)
    assert auth.read().pool("other")[0].last_status == "ok"


def test_one_process_has_one_state_for_a_home(home: Path) -> None:
    """Sessions and commands share what they know; a plan without a home keeps it to itself."""
    folder = str(home / "fallback")
    assert open_shared_state(folder) is open_shared_state(folder, "sqlite")
    assert open_shared_state(None) is not open_shared_state(None, "sqlite")


def test_a_state_without_pools_keeps_credentials_like_all_else() -> None:
    """The drill has no auth.json."""
    state = KeptState(MemoryStore())
    state.bench(bench(), generation=0)
    assert state.reset(None) == (bench(),)
    assert state.health().benches == {}


def signed_in(home: Path) -> None:
    """An auth.json that holds a sign-in in its state alone."""
    state = {"access_token": "at-1", "refresh_token": "r", "mine": 1}
    (home / "auth.json").write_text(json.dumps({"providers": {"acme": state}}))


@pytest.mark.parametrize("until", [1300.0, math.inf], ids=["for-a-while", "dead"])
def test_a_sign_in_without_an_entry_has_its_bench_in_its_state(home: Path, until: float) -> None:
    """Beside its tokens; whatever else stands there stays."""
    signed_in(home)
    found = bench(Subject(credential="acme:"), until=until)
    opened(home).bench(found, generation=0)
    assert opened(home).health().benches == {found.subject: found}
    assert not SqliteStore(home / "fallback" / "state.db").read().credentials
    assert AuthFile(home / "auth.json").read().state("acme")["mine"] == 1
    assert opened(home).reset(None) == (found,)
    assert opened(home).health().benches == {}


def test_signing_in_again_ends_the_death_of_a_sign_in(home: Path) -> None:
    """Whoever does so, Hermes Agent among them: it knows nothing of our mark, and leaves it where it is."""
    signed_in(home)
    opened(home).bench(bench(Subject(credential="acme:"), until=math.inf), generation=0)
    with AuthFile(home / "auth.json").locked() as edit:
        edit.put_state("acme", {"access_token": Secret("at-2"), "refresh_token": Secret("r-2")})
    assert opened(home).health().benches == {}


@pytest.mark.parametrize("subject", ["claude:claude_code", "entra:scope"])
def test_a_sign_in_that_is_kept_elsewhere_is_asked_again_within_the_hour(home: Path, subject: str) -> None:
    """Nothing here tells when somebody has signed in again there."""
    opened(home).bench(bench(Subject(credential=subject), until=math.inf), generation=0)
    (found,) = opened(home).health().benches.values()
    assert found.until == 1000.0 + 3600.0
