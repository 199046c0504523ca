"""`hermes fallback drill`: outages of the user's own chain, rehearsed offline."""

from __future__ import annotations

from typing import Annotated

import typer

from hermes_fallback.cli.command import command, invocation_of
from hermes_fallback.cli.waiting import waiting
from hermes_fallback.errors import ExitCode

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    command(
        app,
        "drill",
        "hermes fallback drill",
        "hermes fallback drill --fault rate-limit --fault cut",
        "hermes fallback drill --list",
    )(drill)


def drill(
    ctx: typer.Context,
    faults: Annotated[
        list[str] | None,
        typer.Option("--fault", metavar="FAULT", help="Only this fault; may stand repeatedly."),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the faults there are, and play none.")] = False,
) -> int:
    """Rehearse outages of your chain, offline, with planted keys; exit 1 where one does not go as it should."""
    from hermes_fallback.cli.views.drill import (
        Drilled,
        drilled_document,
        drilled_text,
        faults_document,
        faults_text,
    )
    from hermes_fallback.drill.drill import (
        find_faults,
        rehearse_all,
    )  # brings the engine, which an edit of the chain does without

    run = invocation_of(ctx)
    chosen = find_faults(faults or ())
    if listed:
        run.show(chosen, text=faults_text, document=faults_document)
        return ExitCode.OK
    plan = run.runtime().plan()
    with waiting(run, f"rehearsing {len(chosen)} fault{'' if len(chosen) == 1 else 's'}"):
        drills = rehearse_all(plan, chosen)
    drilled = Drilled(plan=plan, drills=drills, is_told=run.options.verbose or len(chosen) == 1)
    run.show(drilled, text=drilled_text, document=drilled_document)
    return ExitCode.OK if all(each.passed for each in drills) else ExitCode.PROBLEMS
