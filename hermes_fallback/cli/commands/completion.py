"""`hermes completion`: scripts for the shell."""

from __future__ import annotations

from typing import Annotated

import typer

from hermes_fallback.cli.answers import SHELLS, show_completion
from hermes_fallback.cli.command import command, invocation_of
from hermes_fallback.errors import UsageError

__all__ = ["register"]

_NAMES = "|".join(SHELLS)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    command(
        app,
        "completion",
        'eval "$(hermes completion bash)"',
        "source <(hermes completion zsh)",
        "hermes completion fish | source",
    )(completion)


def completion(
    ctx: typer.Context,
    shell: Annotated[str | None, typer.Argument(metavar=_NAMES, help="The shell to complete in.")] = None,
) -> None:
    """Print the completion script of a shell."""
    if shell not in SHELLS:
        what = "SHELL is missing" if shell is None else f"there is no completion for `{shell}`"
        raise UsageError(what, hint=f"use one of {', '.join(SHELLS)}", kind="bad-value")
    show_completion(invocation_of(ctx), shell)
