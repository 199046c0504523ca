"""`hermes providers`: who can be asked."""

from __future__ import annotations

from typing import Annotated

import typer

from hermes_fallback.cli.command import command, group, invocation_of
from hermes_fallback.cli.views.providers import (
    Listing,
    known_document,
    known_text,
    listing_document,
    listing_text,
)
from hermes_fallback.errors import UsageError

__all__ = ["register"]

app = group(
    "providers",
    "The providers that links can name: bundled ones, and plugins of your own.",
    "hermes providers list",
    "hermes providers show openrouter",
)


def register(root: typer.Typer) -> None:
    """Add the group to *root*."""
    root.add_typer(app)


@command(app, "list", "hermes providers list", "hermes providers list --json")
def list_providers(ctx: typer.Context) -> None:
    """List every provider, whether it is ready and by which key, or what it needs, and where it comes from."""
    run = invocation_of(ctx)
    runtime = run.runtime()
    broken = runtime.registry.broken
    listing = Listing(known=runtime.all_readiness(), broken=broken)
    run.show(listing, text=listing_text, document=listing_document)
    for each in broken:
        run.say(f"warning: {each.error.what}" + (f": {each.error.why}" if each.error.why else ""))


@command(app, "show", "hermes providers show openrouter", "hermes providers show claude --json")
def show(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="PROVIDER", help="A name or an alias.")] = None,
) -> None:
    """Show what is known of a provider: whether it is ready, endpoint, dialect, variables, models."""
    run = invocation_of(ctx)
    if name is None:
        raise UsageError(
            "PROVIDER is missing", hint="hermes providers show openrouter", kind="missing-provider"
        )
    run.show(run.runtime().readiness(name), text=known_text, document=known_document)
