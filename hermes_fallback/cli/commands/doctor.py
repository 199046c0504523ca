"""`hermes doctor`: the health of everything."""

from __future__ import annotations

from typing import Annotated

import typer

from hermes_fallback.cli.answers import completion_script
from hermes_fallback.cli.begin import beginning
from hermes_fallback.cli.command import command, invocation_of
from hermes_fallback.cli.views.doctor import checks_document, checks_text, findings_document, findings_text
from hermes_fallback.cli.waiting import waiting
from hermes_fallback.doctor.checks import choose
from hermes_fallback.doctor.examine import examine
from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Level
from hermes_fallback.doctor.mending import mend
from hermes_fallback.errors import ExitCode

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    command(
        app, "doctor", "hermes doctor", "hermes doctor --offline --json", "hermes doctor --only config --fix"
    )(doctor)


def doctor(
    ctx: typer.Context,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="Only this check, or this group; may stand repeatedly."),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the checks there are, and run none.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Repair first what is safe to repair; `config undo` takes it back.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no provider.")] = False,
) -> int:
    """Check the files, the keys and every link, and say how to mend what is wrong; exit 1 on a failure."""
    run = invocation_of(ctx)
    checks = choose(only or ())
    if listed:
        run.show(checks, text=checks_text, document=checks_document)
        return ExitCode.OK
    mended = mend(run.runtime(), checks) if fix else ()
    facts = Facts(run.runtime(), run.terminal.environ, begin=beginning(run), completion=completion_script)
    with waiting(run, "examining the home" if offline else "asking the providers"):
        findings = (*mended, *examine(facts, checks, is_offline=offline))
    run.show(findings, text=findings_text, document=findings_document)
    return ExitCode.PROBLEMS if any(each.level is Level.FAIL for each in findings) else ExitCode.OK
