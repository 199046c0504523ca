"""What the doctor says of auth.json."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hermes_fallback.doctor.finding import Finding

Look = Callable[..., tuple[Finding, ...]]


@pytest.mark.parametrize("text", [None, '{"version": 1, "providers": {}}'], ids=["missing", "well"])
def test_a_file_that_is_well_or_not_there_is_ok(look: Look, home: Path, text: str | None) -> None:
    """Nobody has to have one."""
    if text is not None:
        (home / "auth.json").touch(mode=0o600)
        (home / "auth.json").write_text(text)
    (finding,) = look("auth.file")
    assert finding.level == "ok"


def test_a_broken_file_is_a_failure_that_names_the_line(look: Look, home: Path) -> None:
    """And the copy that was kept of it; never a line of it, which may hold a key."""
    (home / "auth.json").write_text('{"providers": {},\n "access_token": "sk-planted-1" oops}')
    (finding,) = look("auth.file")
    assert finding.level == "fail"
    assert "line 2" in str(finding)
    assert "auth.json.corrupt" in str(finding.fix)
    assert "sk-planted" not in str(finding)


def test_a_file_that_is_open_to_others_is_found(look: Look, home: Path) -> None:
    """The mode is the evidence, and the fix can be pasted."""
    (home / "auth.json").write_text("{}")
    (home / "auth.json").chmod(0o640)
    (finding,) = look("auth.file")
    assert (finding.level, finding.evidence) == ("warn", "mode 0640")
    assert finding.fix == f"chmod 600 {home / 'auth.json'}"
