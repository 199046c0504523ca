"""`hermes model`: the primary."""

from __future__ import annotations

import typer

from hermes_fallback.cli.command import command, group, invocation_of
from hermes_fallback.cli.commands.given import (
    ApiMode,
    BaseUrl,
    ContextLength,
    Cost,
    DryRun,
    KeyEnv,
    KeyFile,
    KeyStdin,
    Model,
    Provider,
    Store,
    Zone,
    need,
)
from hermes_fallback.cli.edits import LinkRequest, set_primary, show_change
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.keys import given_key
from hermes_fallback.cli.views.chain import primary_document, primary_text

__all__ = ["register"]

_SET = "hermes model set"


def _bare(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        _show(invocation_of(ctx))


app = group(
    "model",
    "The primary model, which every turn begins with. Without a command: show.",
    "hermes model show",
    f"{_SET} openrouter anthropic/claude-sonnet-4",
    bare=_bare,
)


def register(root: typer.Typer) -> None:
    """Add the group to *root*."""
    root.add_typer(app)


@command(app, "show", "hermes model show", "hermes model show --json")
def show(ctx: typer.Context) -> None:
    """Show the primary and whether it is ready."""
    _show(invocation_of(ctx))


@command(
    app,
    "set",
    f"{_SET} openrouter anthropic/claude-sonnet-4",
    f"{_SET} openrouter openai/gpt-5 --key-file ~/key.txt",
    f"{_SET} custom qwen3:8b --base-url http://localhost:11434/v1",
)
def set_model(
    ctx: typer.Context,
    provider: Provider = None,
    model: Model = None,
    base_url: BaseUrl = None,
    key_env: KeyEnv = None,
    api_mode: ApiMode = None,
    context_length: ContextLength = None,
    cost: Cost = None,
    zone: Zone = None,
    key_stdin: KeyStdin = False,
    key_file: KeyFile = None,
    store: Store = None,
    dry_run: DryRun = False,
) -> None:
    """Make a provider's model the primary; settings of the old primary that are not given anew go with it."""
    run = invocation_of(ctx)
    provider, model = need(run, provider, model, command=_SET)
    request = LinkRequest(
        given={
            "provider": provider,
            "model": model,
            "base_url": base_url,
            "key_env": key_env,
            "api_mode": api_mode,
            "context_length": context_length,
            "cost": cost,
            "zone": zone,
        },
        key=given_key(run, from_stdin=key_stdin, file=key_file, store=store),
        dry_run=dry_run,
    )
    show_change(run, set_primary(run, request))


def _show(run: Invocation) -> None:
    run.show(run.runtime().report(), text=primary_text, document=primary_document)
