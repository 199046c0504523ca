"""`hermes fallback reset`: what is benched is tried again at once."""

from __future__ import annotations

from typing import Annotated

import typer

from hermes_fallback.cli.command import command, invocation_of
from hermes_fallback.errors import UsageError
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.runtime import Runtime, error_of
from hermes_fallback.runtime.selector import select

__all__ = ["register"]

_EVERY = "hermes fallback reset --all"


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    command(app, "reset", "hermes fallback reset openrouter", "hermes fallback reset 0", _EVERY)(reset)


def reset(
    ctx: typer.Context,
    link: Annotated[
        str | None,
        typer.Argument(metavar="LINK", help="A position (0 is the primary), a provider, or provider:model."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Forget everything that is known of every link.")
    ] = False,
) -> None:
    """Forget why a link is not to be used: what is benched for it is tried again at once."""
    from hermes_fallback.cli.views.reset import Reset, reset_document, reset_text

    run = invocation_of(ctx)
    if (link is None) is not every:
        said = "LINK and --all were both given" if every else "LINK is missing"
        raise UsageError(said, hint=_EVERY, kind="usage" if every else "missing-link")
    runtime = run.runtime()
    route = None if link is None else _route(runtime, link)
    gone = runtime.state.reset(route.subject if route else None)
    routes = tuple(each.route for each in runtime.report().resolutions if each.route)
    run.show(Reset(gone=gone, routes=routes, only=route), text=reset_text, document=reset_document)


def _route(runtime: Runtime, word: str) -> Route:
    """The route of the link that *word* names.

    Raises:
        FallbackError: there is no such link, or it is not ready, so that nobody could have tried it.
    """
    found = runtime.report().resolutions
    position = select(word, [(each.position, each.link) for each in found], runtime.registry.canonical)
    problems = {each.position: each.problem for each in found if each.problem}
    if problem := problems.get(position):
        raise error_of(problem, why="a link that is not ready is not tried, so nothing is benched for it")
    return next(each.route for each in found if each.route and each.position == position)
