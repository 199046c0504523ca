"""`hermes resolve`: what the runtime would use, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from hermes_fallback.cli.command import command, invocation_of
from hermes_fallback.cli.views.resolved import Resolved, resolved_document, resolved_text
from hermes_fallback.model.route import Resolution
from hermes_fallback.runtime.runtime import Runtime, nothing_ready

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    command(
        app, "resolve", "hermes resolve", "hermes resolve openrouter openai/gpt-5", "hermes resolve --json"
    )(resolve)


def resolve(
    ctx: typer.Context,
    provider: Annotated[
        str | None, typer.Argument(metavar="PROVIDER", help="In place of the configured primary.")
    ] = None,
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="The model to ask it for.")] = None,
) -> None:
    """Show the route a conversation would take, the fallbacks behind it, and every candidate passed over."""
    run = invocation_of(ctx)
    runtime = run.runtime()
    resolved = Resolved(_resolutions(runtime, provider, model))
    if resolved.routes or not run.options.json:  # an error has its document for itself
        run.show(resolved, text=resolved_text, document=resolved_document)
    if not resolved.routes:
        raise nothing_ready(resolved.resolutions)


def _resolutions(runtime: Runtime, provider: str | None, model: str | None) -> tuple[Resolution, ...]:
    """The primary and the chain as a conversation would have them, what is not ready included."""
    first = runtime.first(provider, model)
    report = runtime.report()
    chain = tuple(resolution for _, resolution in report.links) if report.settings.enabled else ()
    if first is None:
        return chain
    return (first, *(each for each in chain if each.link.identity != first.link.identity))
