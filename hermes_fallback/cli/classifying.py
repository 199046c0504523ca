"""What `hermes fallback classify` does: failures are read, judged, and shown with what would follow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hermes_fallback.cli.reading import read_whole
from hermes_fallback.cli.views.classified import Classified, classified_document, classified_text
from hermes_fallback.cli.views.visible import visible_json
from hermes_fallback.errors import SystemRefused, UsageError
from hermes_fallback.failover.classify import classify, failure_from_row
from hermes_fallback.failover.decide import consequence
from hermes_fallback.failover.pasted import pasted_failure
from hermes_fallback.runtime.classify_rules import read_rules

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from hermes_fallback.cli.invocation import Invocation
    from hermes_fallback.failover.user_rules import UserRule
    from hermes_fallback.model.failure import Failure
    from hermes_fallback.model.limits import Limits, Policy

__all__ = ["show_classified", "show_rows"]


class _Judge:
    """What the home says of failures: the user's rules, the limits and the policy."""

    def __init__(self, run: Invocation) -> None:
        runtime = run.runtime()
        self._limits: Limits = runtime.settings.limits
        self._policy: Policy = runtime.settings.policy
        rules, faults = read_rules(runtime.home.state)
        self._rules: Sequence[UserRule] = rules
        for fault in faults:
            run.warn(f"warning: {fault.what}: none of its rules counts")

    def __call__(self, failure: Failure) -> Classified:
        verdict = classify(failure, now=datetime.now(UTC), rules=self._rules)
        return Classified(verdict, consequence(verdict, limits=self._limits, policy=self._policy))


def show_classified(run: Invocation, text: str | None, *, status: int | None, provider: str | None) -> None:
    """Judge what was pasted and show it.

    Raises:
        UsageError: nothing was pasted, and nobody writes to stdin.
    """
    if text is None and run.terminal.stdin.isatty():
        raise UsageError(
            "there is no failure to classify",
            hint="hermes fallback classify 'the error', or pipe it into stdin",
            kind="missing-text",
        )
    pasted = read_whole(run) if text in {None, "-"} else text or ""
    if not pasted.strip() and status is None:
        raise UsageError("the failure is empty", hint="give its --status at least", kind="empty-text")
    found = _Judge(run)(pasted_failure(pasted, status=status, provider=provider))
    run.show(found, text=classified_text, document=classified_document)


def show_rows(run: Invocation, file: str) -> None:
    """Judge every line of *file* (`-` is stdin) and print one result a line, as soon as it is there.

    Raises:
        UsageError: a line is no JSON object, or no text; those before it have been answered.
        SystemRefused: the file cannot be read.
    """
    judge = _Judge(run)
    with _opened(run, file) as (name, lines):
        for number, line in _numbered(lines, name):
            if line.strip():
                run.terminal.stdout.write(_answer(judge, _object(line, number, name)) + "\n")


def _answer(judge: _Judge, row: dict[str, object]) -> str:
    known = {"id": row["id"]} if "id" in row else {}
    document = {"schema": 1, **known, **classified_document(judge(failure_from_row(row)))}
    return visible_json(json.dumps(document, ensure_ascii=False))


def _object(line: str, number: int, name: str) -> dict[str, object]:
    try:
        row = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise UsageError(f"{name} line {number} is not a JSON object", kind="bad-line")
    return row


def _numbered(lines: Iterable[str], name: str) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        for number, line in enumerate(lines, start=1):
            yield number, line
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8 text after line {number}", hint="save it as UTF-8") from error


@contextmanager
def _opened(run: Invocation, file: str) -> Iterator[tuple[str, TextIO]]:
    if file == "-":
        yield "stdin", run.terminal.stdin
        return
    try:
        stream = Path(file).open(encoding="utf-8")  # noqa: SIM115 closed below, and refused here alone
    except OSError as error:
        raise SystemRefused(f"`{file}` cannot be read", why=error.strerror, hint="check the path") from error
    with stream:
        yield f"`{file}`", stream
