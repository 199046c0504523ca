"""`hermes auth`: the keys and sign-ins, and whether they are taken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from hermes_fallback.cli.begin import beginning
from hermes_fallback.cli.command import command, group, invocation_of
from hermes_fallback.cli.commands import auth_login, auth_pool
from hermes_fallback.cli.commands.given import Provider
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.views.auth import Standing, standing_document, standing_text
from hermes_fallback.cli.waiting import waiting
from hermes_fallback.errors import ExitCode, UsageError

__all__ = ["register"]


def _bare(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        _show(invocation_of(ctx), None)


app = group(
    "auth",
    "The keys and sign-ins of your providers. Without a command: status.",
    "hermes auth status",
    "hermes auth status openrouter --check",
    bare=_bare,
)


def register(root: typer.Typer) -> None:
    """Add the group to *root*."""
    root.add_typer(app)
    auth_login.register(app)
    auth_pool.register(app)


@command(
    app,
    "status",
    "hermes auth status",
    "hermes auth status openrouter --check",
    "hermes auth status --all --json",
)
def status(
    ctx: typer.Context,
    provider: Provider = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show every provider there is, not only those in use.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Ask the providers whether they take it.")] = False,
) -> int:
    """Show what each provider is used with, or why it cannot be; exit 4 where a named one cannot."""
    run = invocation_of(ctx)
    if provider and every:
        raise UsageError("PROVIDER and --all were both given", hint="give one of them")
    return _show(run, provider, every=every, check=check)


def _show(run: Invocation, provider: str | None, *, every: bool = False, check: bool = False) -> int:
    from hermes_fallback.probe.accounts import accounts, ask  # brings the transport, 40 ms
    from hermes_fallback.transport.synchronous import Carrier

    runtime = run.runtime()
    found = accounts(runtime, provider, every=every)
    if check:
        with waiting(run, "asking the providers"), Carrier() as carrier:
            found = ask(found, carrier, datetime.now(UTC), runtime.state)
    run.show(Standing(accounts=found, begin=beginning(run)), text=standing_text, document=standing_document)
    is_refused = provider is not None and not all(account.is_usable for account in found)
    return ExitCode.CREDENTIAL if is_refused else ExitCode.OK
