"""Past turns are found from the newest on, and no more is read than was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from turns import NOON, turn

from hermes_fallback.errors import SystemRefused
from hermes_fallback.journal.reader import receipts, receipts_of, receipts_since
from hermes_fallback.journal.writer import Journal
from hermes_fallback.model.receipt import Receipt


def keep(folder: Path, *turns: Receipt) -> None:
    """Put *turns* into the journal, one group each."""
    journal = Journal(folder)
    for each in turns:
        journal.write(each)
        journal.flush()


def names(found: tuple[Receipt, ...]) -> list[str]:
    """The ids of *found*."""
    return [each.turn for each in found]


def test_a_home_without_a_journal_has_no_turns(tmp_path: Path) -> None:
    """That is no error: it is new."""
    assert list(receipts(tmp_path / "none")) == []


def test_the_latest_turn_is_found_without_reading_what_stands_before(tmp_path: Path) -> None:
    """Though that be a terabyte, which no memory holds."""
    keep(tmp_path, turn("old"))
    path = tmp_path / "turns.jsonl"
    line = path.read_bytes().replace(b"old", b"new")
    with path.open("r+b") as file:
        file.seek(2**40)
        file.write(b"\n" + line)
    assert next(receipts(tmp_path)).turn == "new"


def test_lines_longer_than_a_block_are_read_whole(tmp_path: Path) -> None:
    """As those of turns of hundreds of attempts are."""
    long = [
        Receipt(turn=str(n), attempts=turn("x", detail="so it is. " * 25).attempts * 400) for n in range(3)
    ]
    keep(tmp_path, *long)
    assert list(receipts(tmp_path)) == long[::-1]


def test_a_turn_is_found_by_how_its_id_begins(tmp_path: Path) -> None:
    """Every one that begins so, the newest first."""
    keep(tmp_path, turn("ab1"), turn("ab2"), turn("b"))
    assert names(receipts_of(tmp_path, "ab")) == ["ab2", "ab1"]


def test_a_whole_id_is_its_turn_though_others_begin_with_it(tmp_path: Path) -> None:
    """What is given exactly is not ambiguous."""
    keep(tmp_path, turn("ab"), turn("abc"))
    assert names(receipts_of(tmp_path, "ab")) == ["ab"]


def test_recent_turns_are_those_that_ended_since(tmp_path: Path) -> None:
    """In the order they began; a turn that was under way then counts."""
    under_way, before = turn("under-way", at=NOON - 0.5), turn("before", at=NOON - 2)
    keep(tmp_path, before, turn("second", at=NOON + 9), under_way)
    assert names(receipts_since(tmp_path, NOON)) == ["under-way", "second"]


def test_the_search_for_recent_turns_ends_with_the_first_that_is_old(tmp_path: Path) -> None:
    """What lies behind an hour-old turn is older: a large journal is not read for its last minutes."""
    keep(tmp_path, turn("misplaced", at=NOON + 5), turn("old", at=NOON - 3600), turn("new", at=NOON + 9))
    assert names(receipts_since(tmp_path, NOON)) == ["new"]


@pytest.mark.parametrize(
    "line",
    [b"", b"null", b"{", b"\xff\xfe", b'{"turn": []}', b"[" * 100_000],
    ids=["empty", "null", "cut", "no-text", "no-id", "deep"],
)
def test_lines_that_are_no_receipts_are_passed_over(tmp_path: Path, line: bytes) -> None:
    """Whatever came into the file."""
    keep(tmp_path, turn("a"))
    with (tmp_path / "turns.jsonl").open("ab") as file:
        file.write(line + b"\n")
    keep(tmp_path, turn("b"))
    assert names(tuple(receipts(tmp_path))) == ["b", "a"]


def test_a_journal_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    """Silence would look as if nothing had happened."""
    (tmp_path / "turns.jsonl").mkdir()
    with pytest.raises(SystemRefused, match=r"turns\.jsonl"):
        list(receipts(tmp_path))
