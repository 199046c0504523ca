"""`hermes providers`: who can be asked."""

from __future__ import annotations

from typing import Annotated

import typer

from hermes_fallback.cli.command import command, group, invocation_of
from hermes_fallback.cli.views.providers import (
    Known,
    Listing,
    known_document,
    known_text,
    listing_document,
    listing_text,
)
from hermes_fallback.errors import UsageError
from hermes_fallback.providers.registry import Registry

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
    """List every provider, the variables its key is looked for in, and where its profile comes from."""
    run = invocation_of(ctx)
    registry = run.runtime().registry
    known = tuple(_known(registry, profile.name) for profile in registry.profiles())
    run.show(Listing(known=known, broken=registry.broken), text=listing_text, document=listing_document)
    for each in registry.broken:
        run.say(f"warning: {each.error.what}" + (f": {each.error.why}" if each.error.why else ""))


@command(app, "show", "hermes providers show openrouter", "hermes providers show claude --json")
def show(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="PROVIDER", help="A name or an alias.")] = None,
) -> None:
    """Show what is known of a provider: endpoint, dialect, variables, models."""
    run = invocation_of(ctx)
    if name is None:
        raise UsageError(
            "PROVIDER is missing", hint="hermes providers show openrouter", kind="missing-provider"
        )
    run.show(_known(run.runtime().registry, name), text=known_text, document=known_document)


def _known(registry: Registry, name: str) -> Known:
    return Known(profile=registry.get(name), origin=registry.origin(name))
