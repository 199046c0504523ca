"""`hermes config undo`: edit by edit, back through the last ten."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from program import Hermes

from hermes_fallback.config.store import ConfigStore


def test_the_last_ten_edits_come_back_one_by_one(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Whatever command made them; then there is nothing left to undo."""
    path = config("fallback:\n  retries: 0\n")
    texts = []
    for count in range(1, 13):
        texts.append(path.read_text())
        assert hermes("config", "set", "fallback.retries", str(count)).status == 0
    for text in reversed(texts[2:]):
        assert hermes("config", "undo").status == 0
        assert path.read_text() == text
    result = hermes("config", "undo")
    assert result.status == 5
    assert "the last ten edits" in result.err


def test_it_tells_when_the_edit_was_made(hermes: Hermes, config: Callable[[str], Path]) -> None:
    config("fallback: {retries: 0}\n")
    before = datetime.now(UTC) - timedelta(seconds=2)
    hermes("config", "set", "fallback.retries", "1")
    told = re.search(r"of (\S+ \S+) UTC", " ".join(hermes("config", "undo").out.split()))
    assert told
    assert before <= datetime.fromisoformat(f"{told[1]}+00:00") <= datetime.now(UTC)


def test_a_file_that_was_broken_before_is_so_again(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """It is undone all the same, and the error says so."""
    path = config("model: [\n")
    ConfigStore(path, path.parent / "fallback" / "backups").replace(b"model: [\n", b"model: m\n")
    result = hermes("config", "undo")
    assert result.status == 3
    assert "the edit is undone" in result.err
    assert path.read_text() == "model: [\n"
