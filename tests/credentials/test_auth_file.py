"""auth.json is read as Hermes Agent writes it, and written so that nothing in it is lost."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from auth_files import CONTEXT, KEY, add, die_writing, entry, held, hold, pool, write

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.errors import Conflict, InvalidFile, NotFound, SystemRefused
from hermes_fallback.secret import Secret

NEW = {"label": "new", "auth_type": "api_key", "source": "manual", "access_token": Secret("sk-new-0002")}


def test_a_file_that_is_not_there_is_empty_and_is_not_made(home: Path) -> None:
    """Reading makes nothing, and neither does an edit that changes nothing."""
    auth = AuthFile(home / "auth.json")
    with auth.locked():
        assert auth.read().pool("openrouter") == ()
    assert not (home / "auth.json").exists()


def test_an_unchanged_file_is_read_once(home: Path) -> None:
    """The same object while nothing changes; another after somebody has written."""
    auth = pool(home, entry())
    before = auth.read()
    assert auth.read() is before
    with AuthFile(auth.path).locked() as edit:
        edit.add("openrouter", NEW)
    assert [each.label for each in auth.read().pool("openrouter")] == ["work", "new"]


def test_an_entry_is_read_with_all_that_it_says(home: Path) -> None:
    """Times as seconds or milliseconds, as numbers or ISO 8601; the secret only as a secret."""
    said = {
        "last_status": "exhausted",
        "last_status_at": "2026-11-22T00:00:00+00:00",
        "last_error_code": 429,
        "last_error_reset_at": 1795310000000,
        "expires_at": "2026-11-22T01:00:00Z",
        "request_count": 7,
    }
    found = pool(home, entry(**said)).read().pool("openrouter")[0]
    assert found.secret == Secret("sk-work-0001")
    assert (found.last_status_at, found.last_error_reset_at, found.expires_at) == (
        1795305600.0,
        1795310000.0,
        1795309200.0,
    )
    assert (found.last_error_code, found.request_count, found.subject) == (
        429,
        7,
        Secret("sk-work-0001").digest(16),
    )
    assert "sk-work" not in repr(found)


def test_unknown_keys_are_kept_at_every_depth(home: Path) -> None:
    """What other programs and versions write is theirs: an edit of one entry changes nothing else."""
    document = {
        "version": 1,
        "providers": {"zai": {"detected_endpoint": {"key_hash": "abc"}}},
        "credential_pool": {
            "openrouter": [entry(tls={"insecure": False}), "no entry at all"],
            "other": "no list",
        },
        "suppressed_sources": {"xai": ["env:XAI_API_KEY"]},
        "theirs": [1, 2.5, "ü"],
    }
    with write(home, document).locked() as edit:
        edit.put("openrouter", "a1b2c3", {"last_status": "ok", "label": "renamed"})
    expected = json.loads(json.dumps(document))
    expected["credential_pool"]["openrouter"][0].update(last_status="ok", label="renamed")
    after = held(home)
    assert after.pop("updated_at")
    assert after == expected


def test_the_file_is_written_as_hermes_agent_writes_it(home: Path) -> None:
    """Indented by two, a newline at the end, private, its folder too; nothing stays beside it but the lock."""
    home.chmod(0o755)
    with AuthFile(home / "auth.json").locked() as edit:
        edit.add("openrouter", NEW)
    text = (home / "auth.json").read_text()
    assert text == json.dumps(json.loads(text), indent=2) + "\n"
    assert text.startswith('{\n  "version": 1,')
    assert stat.S_IMODE((home / "auth.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert sorted(each.name for each in home.iterdir()) == ["auth.json", "auth.lock"]
    assert set(KEY) <= set(held(home)["credential_pool"]["openrouter"][0])  # type: ignore[index]


def test_values_that_nobody_writes_hurt_nobody(home: Path) -> None:
    """A number too large for a time, and half a character in a token."""
    said = {"last_status": "exhausted", "last_status_at": 10**400, "last_error_reset_at": 1e300}
    found = pool(home, entry(access_token="sk-\ud800-0001", **said)).read().pool("openrouter")[0]
    assert (found.last_status_at, found.last_error_reset_at) == (None, None)
    assert found.subject.startswith("sha256:")


def test_a_symbolic_link_stays_and_its_target_is_replaced(home: Path, tmp_path: Path) -> None:
    """A file kept elsewhere is written there."""
    (tmp_path / "vault").mkdir()
    write(tmp_path / "vault", {"version": 1, "providers": {}})
    (home / "auth.json").symlink_to(tmp_path / "vault" / "auth.json")
    with AuthFile(home / "auth.json").locked() as edit:
        edit.add("openrouter", NEW)
    assert (home / "auth.json").is_symlink()
    assert AuthFile(tmp_path / "vault" / "auth.json").read().pool("openrouter")[0].label == "new"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"providers": {', id="cut-short"),
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b"\xff\xfe\xfa", id="no-text"),
        pytest.param(b"[" * 100_000, id="too-deep"),
        pytest.param(b'{"version": ' + b"1" * 5000 + b"}", id="a-number-too-long"),
    ],
)
def test_a_file_that_is_no_json_object_reads_as_empty_and_is_never_written(home: Path, data: bytes) -> None:
    """It is copied aside, private; its fault says where; an edit is refused, and not a byte changes."""
    path = home / "auth.json"
    path.write_bytes(data)
    auth = AuthFile(path)
    assert auth.read().providers == ()
    assert isinstance(auth.read().fault, InvalidFile)
    with pytest.raises(InvalidFile, match=r"auth\.json"), auth.locked():
        pytest.fail("the body must not run")
    aside = home / "auth.json.corrupt"
    assert path.read_bytes() == aside.read_bytes() == data
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600


def test_an_error_in_a_broken_file_names_the_line_and_shows_no_secret(home: Path) -> None:
    """Line and column are said; the line itself may hold a key."""
    (home / "auth.json").write_text('{"providers": {},\n "access_token": "sk-planted-1" oops}')
    fault = AuthFile(home / "auth.json").read().fault
    assert isinstance(fault, InvalidFile)
    assert (fault.line, fault.column) == (2, 33)
    assert "sk-planted" not in f"{fault} {fault.text} {fault.hint}"


@pytest.mark.parametrize("content", ["wrong", 3, {"openrouter": "wrong"}], ids=["text", "number", "pool"])
def test_a_part_of_another_shape_reads_as_absent_and_is_not_written_over(home: Path, content: object) -> None:
    """An edit that would have to replace it is refused; what stands there stays."""
    auth = write(home, {"providers": {}, "credential_pool": content})
    assert auth.read().pool("openrouter") == ()
    with pytest.raises(InvalidFile, match="cannot be changed"), auth.locked() as edit:
        edit.add("openrouter", NEW)
    assert held(home)["credential_pool"] == content


def test_the_oldest_layout_is_read_and_moved_to_where_it_stands_today(home: Path) -> None:
    """`systems.nous_portal` is the sign-in of Nous; the rest of the file stays."""
    auth = write(home, {"systems": {"nous_portal": {"access_token": "t", "scope": "s"}, "x": 1}, "y": 2})
    assert auth.read().active_provider == "nous"
    assert auth.read().pool("nous")[0].secret == Secret("t")
    with auth.locked() as edit:
        edit.add("openrouter", NEW)
    after = held(home)
    assert after["providers"] == {"nous": {"access_token": "t", "scope": "s"}}
    assert (after["systems"], after["y"]) == ({"x": 1}, 2)


def test_an_error_in_the_middle_of_an_edit_writes_nothing(home: Path) -> None:
    """Whoever fails half-way has changed nothing, and has let go of the lock."""
    auth = pool(home, entry())
    before = (home / "auth.json").read_bytes()
    with pytest.raises(NotFound), auth.locked() as edit:
        edit.put(edit.add("openrouter", NEW).provider, "none", {"label": "x"})
    assert (home / "auth.json").read_bytes() == before
    with auth.locked(timeout_s=0):
        pass


def test_a_lock_within_a_lock_is_the_same_edit(home: Path) -> None:
    """One thread may ask twice, by whichever path leads to the file; the outer end writes both changes."""
    (home / "other.json").symlink_to(home / "auth.json")
    with AuthFile(home / "auth.json").locked() as outer:
        with AuthFile(home / "other.json").locked(timeout_s=0) as inner:
            inner.add("openrouter", NEW)
        outer.add("openrouter", {**NEW, "label": "second"})
    assert [each.label for each in AuthFile(home / "auth.json").read().pool("openrouter")] == [
        "new",
        "second",
    ]


def test_a_lock_that_another_process_holds_is_waited_for_and_then_named(home: Path) -> None:
    """Reading goes on meanwhile; a write ends with a conflict, and works once the lock is free."""
    auth = pool(home, entry())
    said, let_go = CONTEXT.SimpleQueue(), CONTEXT.SimpleQueue()
    holder = CONTEXT.Process(target=hold, args=(auth.path, said, let_go))
    holder.start()
    assert said.get() == "held"
    assert auth.read().pool("openrouter")
    with pytest.raises(Conflict, match="locked"), auth.locked(timeout_s=0):
        pytest.fail("the body must not run")
    let_go.put(None)
    with auth.locked() as edit:
        edit.add("openrouter", NEW)
    holder.join()
    assert len(auth.read().pool("openrouter")) == 2


def test_a_lock_ends_with_its_edit_though_a_child_was_forked_meanwhile(home: Path) -> None:
    """The child has the handle too, and may live for days."""
    auth = pool(home, entry())
    ear, mouth = os.pipe()
    with auth.locked():
        child = os.fork()
        if not child:
            os.close(mouth)
            os.read(ear, 1)
            os._exit(0)
    with auth.locked(timeout_s=0):
        os.write(mouth, b"!")
    assert os.waitpid(child, 0)[1] == 0
    os.close(ear)
    os.close(mouth)


def test_a_link_and_the_file_that_it_leads_to_have_one_lock(home: Path, tmp_path: Path) -> None:
    """Two homes may keep one file, and each of its refresh tokens is good once."""
    (tmp_path / "vault").mkdir()
    (home / "auth.json").symlink_to(tmp_path / "vault" / "auth.json")
    auth = pool(tmp_path / "vault", entry())
    said, let_go = CONTEXT.SimpleQueue(), CONTEXT.SimpleQueue()
    holder = CONTEXT.Process(target=hold, args=(str(home / "auth.json"), said, let_go))
    holder.start()
    assert said.get() == "held"
    with pytest.raises(Conflict, match="locked"), auth.locked(timeout_s=0):
        pytest.fail("the body must not run")
    let_go.put(None)
    holder.join()


def test_a_home_that_is_a_link_itself_has_one_lock(home: Path, tmp_path: Path) -> None:
    """It is not waited for twice."""
    (tmp_path / "by-link").symlink_to(home)
    with AuthFile(tmp_path / "by-link" / "auth.json").locked(timeout_s=0) as edit:
        edit.add("openrouter", NEW)
    assert AuthFile(home / "auth.json").read().pool("openrouter")


def test_twelve_processes_that_add_at_once_make_twelve_entries_with_twelve_priorities(home: Path) -> None:
    """Nobody's key is lost, and no two stand at one place."""
    path, start = str(home / "auth.json"), CONTEXT.SimpleQueue()
    adders = [CONTEXT.Process(target=add, args=(path, number, start)) for number in range(12)]
    for each in adders:
        each.start()
    for _ in adders:
        start.put(None)
    for each in adders:
        each.join()
    found = AuthFile(path).read().pool("openrouter")
    assert {each.label for each in found} == {f"key-{number}" for number in range(12)}
    assert [each.priority for each in found] == list(range(12))
    assert len({each.id for each in found}) == 12


def test_a_writer_that_is_killed_leaves_the_old_file_and_the_next_one_clears_up(home: Path) -> None:
    """No half file, no lock that stays, and no copy of the secrets beside it."""
    auth = pool(home, entry())
    before = (home / "auth.json").read_bytes()
    writer = CONTEXT.Process(target=die_writing, args=(auth.path,))
    writer.start()
    writer.join()
    assert len(list(home.glob("auth.json.tmp.*"))) == 1
    assert (home / "auth.json").read_bytes() == before
    with auth.locked(timeout_s=0) as edit:
        edit.add("openrouter", NEW)
    assert list(home.glob("auth.json.tmp.*")) == []


def test_a_file_that_cannot_be_written_is_a_refusal_of_the_system(home: Path) -> None:
    """A folder in its place: nothing changes, and reading says why there is nothing."""
    (home / "auth.json").mkdir()
    auth = AuthFile(home / "auth.json")
    assert isinstance(auth.read().fault, SystemRefused)
    with pytest.raises(SystemRefused), auth.locked():
        pytest.fail("the body must not run")


def test_a_named_pipe_in_its_place_does_not_hang(home: Path) -> None:
    """It is no regular file, and is not opened."""
    os.mkfifo(home / "auth.json")
    assert isinstance(AuthFile(home / "auth.json").read().fault, SystemRefused)
