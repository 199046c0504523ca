"""`hermes providers`: who can be asked."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from hermes_fallback.cli.command import command, group, invocation_of
from hermes_fallback.cli.views.plugin import NewPlugin, plugin_document, plugin_text
from hermes_fallback.cli.views.providers import (
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
    "hermes providers new acme",
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
    run.show(
        run.runtime().readiness(name),
        text=partial(known_text, with_notes=run.options.verbose),
        document=known_document,
    )


@command(app, "new", "hermes providers new acme", "hermes providers new acme --code")
def new(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="What links will call it.")] = None,
    as_data: Annotated[bool, typer.Option("--data", help="A plugin.yaml alone; so it is anyway.")] = False,
    as_code: Annotated[bool, typer.Option("--code", help="Python, for what has to be worked out.")] = False,
) -> None:
    """Write a plugin for a provider of your own, to be edited; nothing that stands is overwritten."""
    from hermes_fallback.providers.template import variable_stem, write_template  # one command's alone

    run = invocation_of(ctx)
    if name is None:
        raise UsageError("NAME is missing", hint="hermes providers new acme", kind="missing-name")
    if as_data and as_code:
        raise UsageError("a plugin is `--data` or `--code`, not both", hint=f"hermes providers new {name}")
    runtime, form = run.runtime(), "code" if as_code else "data"
    meant = _meaning(runtime.registry, name)
    path = write_template(Path(runtime.home.plugins), name, form=form)
    stem = variable_stem(name)
    made = NewPlugin(name=name, form=form, path=str(path), variable_stem=stem, replaces=meant)
    run.show(made, text=plugin_text, document=plugin_document)


def _meaning(registry: Registry, name: str) -> str | None:
    """The provider that *name* stands for until now, or None.

    Raises:
        UsageError: it is another plugin of the user's; two would cost each other the name.
    """
    found = registry.canonical(name)
    origin = registry.origin(found) if found else None
    if origin and origin.tier == "user":
        raise UsageError(
            f"`{name}` is a provider of yours already; nothing was written",
            why=f"`{origin.path}` brings it",
            hint=f"edit that; what it is: hermes providers show {name}",
            kind="plugin-exists",
        )
    return found
