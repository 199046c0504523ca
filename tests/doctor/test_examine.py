"""An examination ends, whatever its checks do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event

import pytest

from hermes_fallback.doctor.check import Check
from hermes_fallback.doctor.examine import examine
from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Finding, fail, ok
from hermes_fallback.errors import InvalidFile

SECRET = "sk-or-v1-9f8e7d6c5b4a3928"


def crash(_: Facts) -> Iterator[Finding]:
    yield ok("so far")
    raise KeyError(SECRET)


def refuse(_: Facts) -> Iterator[Finding]:
    raise InvalidFile("it is broken", path="/x/y.yaml", line=3, hint="mend it")


def good(_: Facts) -> Iterator[Finding]:
    yield ok("fine")


def bad(_: Facts) -> Iterator[Finding]:
    yield fail("no")


def check(
    name: str, run: Callable[[Facts], Iterator[Finding]], *needs: str, is_online: bool = False
) -> Check:
    return Check(name=name, about=name, run=run, needs=needs, is_online=is_online)


def test_a_check_that_breaks_is_a_finding_and_stops_no_other(facts: Callable[..., Facts]) -> None:
    """It is named with the kind of its error and where it broke; the text, which may quote anything, is not."""
    broken, fine = examine(facts(), [check("a.b", crash), check("a.c", good)])
    assert (broken.check, broken.level, broken.what) == ("a.b", "fail", "this check broke: KeyError")
    assert "`crash`, line" in str(broken.evidence)
    assert SECRET not in str(broken)
    assert (fine.check, fine.level) == ("a.c", "ok")


def test_a_foreseen_error_is_a_failure_with_its_place_and_its_hint(facts: Callable[..., Facts]) -> None:
    """What a command would have ended with."""
    (finding,) = examine(facts(), [check("a.b", refuse)])
    assert (finding.level, finding.what) == ("fail", "it is broken")
    assert (finding.evidence, finding.fix) == ("/x/y.yaml:3", "mend it")


@pytest.mark.parametrize(("first", "level"), [(bad, "skip"), (good, "ok")], ids=["it-failed", "it-is-well"])
def test_a_check_is_skipped_where_what_it_needs_failed(
    facts: Callable[..., Facts], first: Callable[[Facts], Iterator[Finding]], level: str
) -> None:
    """One cause, one failure."""
    findings = examine(facts(), [check("a.file", first), check("b", good, "a.file")])
    assert findings[1].level == level


def test_what_asks_providers_comes_last_and_not_offline(facts: Callable[..., Facts]) -> None:
    """Good news does not wait for slow hosts."""
    checks = [check("net.a", good, is_online=True), check("b", good)]
    assert [each.check for each in examine(facts(), checks)] == ["b", "net.a"]
    assert [each.level for each in examine(facts(), checks, is_offline=True)] == ["ok", "skip"]


def test_a_check_without_end_is_left_at_its_deadline(facts: Callable[..., Facts]) -> None:
    """A host that never ends costs its own finding alone."""
    over = Event()

    def wait(_: Facts) -> Iterator[Finding]:
        over.wait()
        yield ok("at last")

    (finding,) = examine(facts(), [check("net.a", wait, is_online=True)], deadline_s=0.01)
    over.set()
    assert (finding.check, finding.level) == ("net.a", "warn")
    assert "within 0.01 s" in finding.what
