"""The journal keeps receipts whatever happens around it, and never stands in a turn's way."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from turns import FULL, turn

from hermes_fallback.journal.files import _rotate, append
from hermes_fallback.journal.reader import receipts
from hermes_fallback.journal.writer import Journal, open_journal
from hermes_fallback.secret import Secret

PLANTED = "kpl-7Qz!not-of-any-known-make"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a journal goes; nothing of it exists yet."""
    return tmp_path / "home" / "fallback" / "journal"


def program(text: str, folder: Path) -> list[str]:
    """The command that runs *text*, which finds the journal's folder in `folder`."""
    head = f"import os, sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\nfolder = {str(folder)!r}\n"
    imports = "from hermes_fallback.journal.writer import Journal, open_journal\nfrom turns import turn\n"
    return [sys.executable, "-c", head + imports + text]


def kept(folder: Path) -> list[str]:
    """The ids of the turns in *folder*, the newest first."""
    return [each.turn for each in receipts(folder)]


def written(folder: Path) -> str:
    """All that the files of *folder* hold."""
    return "".join(path.read_text() for path in folder.glob("*.jsonl"))


def test_a_receipt_is_one_line_of_json_for_the_user_alone(folder: Path) -> None:
    """Its schema named; folders 0700 and files 0600 from the moment they exist."""
    journal = Journal(folder)
    journal.write(FULL)
    journal.flush()
    (line,) = written(folder).splitlines()
    assert (json.loads(line)["schema"], next(receipts(folder))) == (1, FULL)
    assert {path.stat().st_mode & 0o777 for path in (folder, folder.parent, folder.parent.parent)} == {0o700}
    assert (folder / "turns.jsonl").stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_before_there_is_something_to_write(folder: Path) -> None:
    """An unused home stays as it is."""
    Journal(folder).flush()
    assert not folder.parent.parent.exists()


def test_a_receipt_reaches_the_file_by_itself(folder: Path) -> None:
    """A process that goes on for days need not flush."""
    Journal(folder).write(turn("a"))
    deadline = time.monotonic() + 30
    while not kept(folder) and time.monotonic() < deadline:
        os.sched_yield()
    assert kept(folder) == ["a"]


def test_the_end_of_a_process_loses_nothing(folder: Path) -> None:
    """What waits is written on the way out."""
    subprocess.run(program("open_journal(folder).write(turn('a'))", folder), check=True)
    assert kept(folder) == ["a"]


def test_a_turn_of_several_steps_is_told_as_of_the_last(folder: Path) -> None:
    """In one group and over several."""
    journal = Journal(folder)
    for steps in (1, 2):
        journal.write(turn("a", steps=steps))
    journal.flush()
    journal.write(turn("a", steps=3))
    journal.flush()
    assert [each.steps for each in receipts(folder)] == [3]
    assert written(folder).count("\n") == 2


@pytest.mark.parametrize(
    "secret", ["sk-ant-api03-abcdefghijklmnop", "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6", PLANTED]
)
def test_a_secret_in_use_never_reaches_the_file(folder: Path, secret: str) -> None:
    """Whatever it looks like, in whatever field a provider echoes it."""
    journal = Journal(folder)
    receipt = turn(f"t-{secret}", detail=f"Incorrect API key provided: {secret}.")
    journal.write(receipt, [Secret("ab"), Secret(secret)])
    journal.flush()
    assert kept(folder) == ["t-********"]
    assert secret not in written(folder)


@pytest.mark.parametrize(
    "words",
    [
        "key sk-proj-0123456789abcdefghij is wrong",
        "sent Authorization: Bearer 0123456789abcdefghij",
        "GET https://h.example/v1?key=0123456789abcdefghij",
        "proxy http://ada:0123456789abcdefghij@h.example",
        "token 0123456789abcdefghij0123456789abcdefghij",
    ],
    ids=["key", "bearer", "query", "password", "random"],
)
def test_what_looks_like_a_secret_is_starred_whosoever_it_is(folder: Path, words: str) -> None:
    """Keys that nobody named to the journal: of another account, of a proxy."""
    journal = Journal(folder)
    journal.write(turn("a", detail=words))
    journal.flush()
    assert "0123456789abcdefghij" not in written(folder)
    assert "********" in written(folder)


def test_request_ids_and_names_stay_readable(folder: Path) -> None:
    """They look random too, and are what a provider's support asks for."""
    journal = Journal(folder)
    request = "req_0123456789abcdef0123456789abcdef"
    receipt = turn("a")
    attempt = type(FULL.attempts[0])(position=0, provider="p", model="m", action="stop", request_id=request)
    journal.write(type(receipt)(turn="a", attempts=(attempt,)))
    journal.flush()
    assert next(receipts(folder)).attempts[0].request_id == request


def test_several_processes_write_and_rotate_at_once_and_lose_no_line(folder: Path) -> None:
    """Each line is whole, and every one is there."""
    text = (
        "journal = Journal(folder, file_bytes=120_000)\n"
        "for n in range(150):\n    journal.write(turn(f'{sys.argv[1]}-{n}'))\n    journal.flush()\n"
    )
    writers = [subprocess.Popen([*program(text, folder), str(each)]) for each in range(4)]
    assert [each.wait() for each in writers] == [0, 0, 0, 0]
    assert sorted(kept(folder)) == sorted(f"{writer}-{n}" for writer in range(4) for n in range(150))
    assert len(list(folder.glob("*.jsonl"))) > 2


def test_the_oldest_of_five_files_goes(folder: Path) -> None:
    """So that a journal never grows without bounds."""
    journal = Journal(folder, file_bytes=1)
    for n in range(9):
        journal.write(turn(str(n)))
        journal.flush()
    assert kept(folder) == ["8", "7", "6", "5"]
    journal = Journal(folder)
    journal.write(turn("9"))
    journal.flush()
    assert kept(folder)[:2] == ["9", "8"]
    assert len(list(folder.glob("*.jsonl"))) == 5


@pytest.mark.parametrize("came_since", [b"", b"{}\n"], ids=["nothing", "a-line"])
def test_a_file_that_another_process_has_put_back_stays_in_its_place(folder: Path, came_since: bytes) -> None:
    """Two that find it full at once rotate it once, or files would be dropped before their time."""
    append(folder, b"{}\n" * 9, file_bytes=20)
    if came_since:
        append(folder, came_since, file_bytes=20)
    before = sorted(folder.iterdir())
    _rotate(folder, 20)
    assert sorted(folder.iterdir()) == before


def test_a_torn_line_costs_only_itself(folder: Path) -> None:
    """What a killed writer left in the midst of a line joins nobody else's."""
    journal = Journal(folder)
    journal.write(turn("before"))
    journal.flush()
    with (folder / "turns.jsonl").open("a") as file:
        file.write('{"schema":1,"turn":"torn","atte')
    journal.write(turn("after"))
    journal.flush()
    assert kept(folder) == ["after", "before"]


def test_a_killed_writer_leaves_a_journal_that_goes_on(folder: Path) -> None:
    """At whatever moment it dies."""
    text = "journal = Journal(folder)\nfor n in range(10**9):\n    journal.write(turn(str(n)))\n    journal.flush()\n    print(n, flush=True)\n"
    with subprocess.Popen(program(text, folder), stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(50)][-1]
        writer.send_signal(signal.SIGKILL)
    journal = Journal(folder)
    journal.write(turn("after"))
    journal.flush()
    assert kept(folder)[0] == "after"
    assert set(map(str, range(acknowledged + 1))) <= set(kept(folder))


def _take_its_folder(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("not a folder")


def _take_its_file(folder: Path) -> None:
    (folder / "turns.jsonl").mkdir(parents=True)


def _fill_its_disk(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "turns.jsonl").symlink_to("/dev/full")


@pytest.mark.parametrize("spoil", [_take_its_folder, _take_its_file, _fill_its_disk])
def test_a_journal_that_cannot_be_written_says_so_once(
    folder: Path, spoil: object, caplog: pytest.LogCaptureFixture
) -> None:
    """A turn is worth more than its receipt."""
    spoil(folder)  # type: ignore[operator]
    journal = Journal(folder)
    for name in ("a", "b"):
        journal.write(turn(name))
        journal.flush()
    (record,) = caplog.records
    assert (record.levelno, str(folder) in record.getMessage()) == (logging.WARNING, True)


def test_a_forked_child_writes_its_own_receipts_and_not_its_parents(folder: Path) -> None:
    """Each receipt once, though both had a copy of what waited."""
    text = (
        "journal = open_journal(folder)\njournal.write(turn('parent'))\nchild = os.fork()\nif not child:\n"
        "    journal.write(turn('child'))\n    journal.flush()\n    os._exit(0)\nos.waitpid(child, 0)\n"
    )
    subprocess.run([*program(text, folder)[:1], "-W", "ignore", *program(text, folder)[1:]], check=True)
    assert sorted(kept(folder)) == ["child", "parent"]
    assert written(folder).count('"turn":"parent"') == 1


def test_a_process_has_one_journal_for_each_folder(folder: Path) -> None:
    """However its path is written."""
    assert open_journal(folder) is open_journal(str(folder))
    assert open_journal(folder) is not open_journal(folder.parent)


def test_without_a_folder_nothing_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A rehearsal leaves no trace."""
    monkeypatch.chdir(tmp_path)
    journal = open_journal(None)
    journal.write(turn("a"))
    journal.flush()
    assert list(tmp_path.iterdir()) == []


def test_ten_thousand_receipts_are_written_and_read(folder: Path) -> None:
    """The journal of weeks, in one go."""
    journal = Journal(folder)
    for n in range(10_000):
        journal.write(turn(f"{n:05}"))
    journal.flush()
    assert kept(folder) == [f"{n:05}" for n in reversed(range(10_000))]
