"""`hermes fallback why`: what happened in a past turn."""

from __future__ import annotations

from typing import Annotated

import typer

from hermes_fallback.cli.command import command, invocation_of
from hermes_fallback.errors import UsageError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    command(
        app, "why", "hermes fallback why", "hermes fallback why --since 1h", "hermes fallback why last --json"
    )(why)


def why(
    ctx: typer.Context,
    turn: Annotated[
        str | None,
        typer.Argument(
            metavar="ID", help="A turn's id, or how it begins; `last`, the default, is the latest."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="List the turns of the last 1h, 30m or such."),
    ] = None,
) -> None:
    """Tell what happened in a past turn: each attempt, why it failed, what was passed over, who answered."""
    from hermes_fallback.cli.history import (
        show_turn,
        show_turns,
    )  # 20 ms that an edit of the chain does not pay

    run = invocation_of(ctx)
    if since is None:
        show_turn(run, turn)
    elif turn is None:
        show_turns(run, since)
    else:
        raise UsageError("ID and --since cannot both be given", hint="hermes fallback why --since 1h")
