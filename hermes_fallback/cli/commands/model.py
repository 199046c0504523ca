"""`hermes model`: the primary."""

from __future__ import annotations

from typing import Annotated

import typer

from hermes_fallback.cli.command import command, group, invocation_of
from hermes_fallback.cli.commands.given import (
    ApiMode,
    AuthMode,
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
)
from hermes_fallback.cli.draft import Draft
from hermes_fallback.cli.edits import set_primary, show_change
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.keys import given_key
from hermes_fallback.cli.views.chain import primary_document, primary_text
from hermes_fallback.cli.waiting import waiting

__all__ = ["register"]

_SET = "hermes model set"


def _bare(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is not None:
        return
    run = invocation_of(ctx)
    if run.is_attended:
        show_change(run, set_primary(run, Draft()))
    else:
        _show(run)


app = group(
    "model",
    "The primary model, which every turn begins with. Without a command: the picker on a terminal, else show.",
    "hermes model",
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
    auth_mode: AuthMode = None,
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
    draft = Draft(key=given_key(run, from_stdin=key_stdin, file=key_file, store=store), store=store).having(
        provider=provider,
        model=model,
        base_url=base_url,
        key_env=key_env,
        api_mode=api_mode,
        auth_mode=auth_mode,
        context_length=context_length,
        cost=cost,
        zone=zone,
    )
    show_change(run, set_primary(run, draft, dry_run=dry_run))


@command(
    app,
    "list",
    "hermes model list",
    "hermes model list openrouter --fresh",
    "hermes model list openrouter | grep claude",
)
def list_models(
    ctx: typer.Context,
    provider: Provider = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask it, however young the list is.")] = False,
) -> None:
    """List the models of a provider, the primary's when none is named: live, or as remembered."""
    from hermes_fallback.catalog.cache import cache_folder
    from hermes_fallback.catalog.models import Catalog  # 13 ms that showing and setting do not pay
    from hermes_fallback.cli.offer import offer_of
    from hermes_fallback.cli.views.models import offer_document, offer_notes, offer_text

    run = invocation_of(ctx)
    catalog = Catalog(cache_folder(run.terminal.environ))
    with waiting(run, "asking for the models"):
        offer = offer_of(run.runtime(), catalog, provider, fresh=fresh)
    run.show(offer, text=offer_text, document=offer_document)
    for note in offer_notes(offer):
        run.say(note)


def _show(run: Invocation) -> None:
    run.show(run.runtime().report(), text=primary_text, document=primary_document)
