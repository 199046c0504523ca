"""The checks of failures that no rule matched, and of the rules that the user has written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shlex import split

import pytest

from hermes_fallback.doctor.finding import Finding
from hermes_fallback.failover.pasted import pasted_failure
from hermes_fallback.model.failure import Failure, Transport
from hermes_fallback.state.opened import open_state

Look = Callable[..., tuple[Finding, ...]]


def see(home: Path, text: str, **fields: object) -> None:
    """One failure with *text* that nobody could classify."""
    failure = Failure(transport=Transport.EXCEPTION, provider="acme", body=text, **fields)  # type: ignore[arg-type]
    open_state(str(home / "fallback")).unmatched(failure, text, at=1_800_000_000.0)


def test_without_such_failures_all_is_well(look: Look, home: Path) -> None:
    """And nothing is made to find that out."""
    (finding,) = look("failures.unmatched")
    assert (finding.level, finding.what) == ("ok", "every failure could be classified")
    assert not (home / "fallback").exists()


def test_a_failure_nobody_could_classify_is_shown_with_what_to_try(look: Look, home: Path) -> None:
    """Who said it, how often, its words, and the command that classifies just that."""
    for number in range(3):
        see(home, f"it's frobnicated {number}", exception="FrobError")
    (finding,) = look("failures.unmatched")
    assert finding.level == "warn"
    assert finding.what == "a failure of `acme` could not be classified, 3 times"
    assert "frobnicated" in str(finding.evidence)
    command = split(str(finding.fix).partition("; then report it")[0])
    assert command[:5] == ["hermes", "fallback", "classify", "--provider", "acme"]
    assert pasted_failure(command[-1]).exception == "FrobError"


def test_of_many_the_newest_are_shown_and_the_others_counted(look: Look, home: Path) -> None:
    """A page of them helps nobody."""
    for word in "abcdefg":
        see(home, f"frobnicated {word * 5}", status=418)
    findings = look("failures.unmatched")
    assert len(findings) == 6
    assert findings[-1].what == "2 other failures could not be classified"


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("- {reason: quota, status: 402}\n", "ok", "every rule of yours can be read (1)"),
        ("- {reason: qouta, status: 402}\n", "fail", "`qouta` is no `reason`"),
    ],
    ids=["good", "bad"],
)
def test_the_users_own_rules_are_looked_at(look: Look, home: Path, text: str, level: str, words: str) -> None:
    """A file that cannot be read is a failure with its place and the remedy."""
    folder = home / "fallback" / "classify.d"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(text)
    (finding,) = look("failures.rules")
    assert finding.level == level
    assert words in finding.what
    assert level == "ok" or "mine.yaml:1" in str(finding.evidence)
