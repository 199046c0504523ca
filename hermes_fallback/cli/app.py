"""The Typer application: everything that `cli.front` does not answer by itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer

from hermes_fallback.cli.answers import show_version
from hermes_fallback.cli.command import group, invocation_of
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.errors import ExitCode

__all__ = ["COMMANDS", "PROGRAM", "program", "run"]

PROGRAM = "hermes"
COMMANDS = ("fallback", "model", "chat", "auth", "doctor", "resolve", "providers", "config", "completion")
"""The modules of `cli.commands`, in the order the help lists them; each registers what it is named for."""


def run(argv: Sequence[str], invocation: Invocation) -> int:
    """The exit status of the command in *argv*.

    Raises:
        FallbackError: as the command does; *argv* being no command is a `UsageError`.
    """
    named = argv[0] if argv else ""
    root = program(*([named] if named in COMMANDS else COMMANDS))
    try:
        with root.make_context(PROGRAM, list(argv), obj=invocation) as ctx:
            status = root.invoke(ctx)
    except typer.Exit as done:
        return done.exit_code
    return ExitCode.OK if status is None else int(status)


@cache
def program(*names: str) -> Any:
    """The tree of the commands *names*, for the parser and for the generator of the documentation.

    One that is not named is not imported, which takes half of the time of a short command.
    """
    app = group(
        PROGRAM,
        "Keeps an LLM session alive when a provider fails.",
        "hermes model set openrouter anthropic/claude-sonnet-4",
        "hermes fallback add openrouter anthropic/claude-sonnet-4",
        'hermes chat -q "Are you there?"',
        bare=_bare,
    )
    for name in names:
        import_module(f"hermes_fallback.cli.commands.{name}").register(app)
    root: Any = typer.main.get_command(app)
    root.commands = {name: root.commands[name] for name in names}
    return root


def _bare(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    invocation = invocation_of(ctx)
    if version:
        show_version(invocation)
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        invocation.write(ctx.get_help())
