"""`hermes fallback`: the chain, shown and edited."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hermes_fallback.cli.answers import show_chain
from hermes_fallback.cli.begin import beginning
from hermes_fallback.cli.command import command, group, invocation_of
from hermes_fallback.cli.commands import classify, drill, reset, why
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
from hermes_fallback.cli.edits import (
    add_link,
    apply_list,
    clear_links,
    move_link,
    remove_links,
    show_change,
)
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.keys import given_key
from hermes_fallback.cli.reading import read_bytes, read_data, read_whole
from hermes_fallback.cli.views.auto import Auto, auto_document, auto_text
from hermes_fallback.cli.views.tested import Tested, tested_document, tested_text
from hermes_fallback.cli.waiting import waiting
from hermes_fallback.errors import ExitCode, UsageError
from hermes_fallback.runtime.editor import Editor
from hermes_fallback.runtime.selector import select

__all__ = ["register"]

_ADD = "hermes fallback add"


def _bare(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is not None:
        return
    run = invocation_of(ctx)
    if not run.is_attended:
        show_chain(run)
        return
    from hermes_fallback.cli.manager import manage  # asks, which a script never does

    manage(run)


app = group(
    "fallback",
    "The chain of links that are tried when the primary fails. Without a command: the manager on a terminal, else list.",
    "hermes fallback",
    "hermes fallback list",
    f"{_ADD} openrouter anthropic/claude-sonnet-4",
    bare=_bare,
)


def register(root: typer.Typer) -> None:
    """Add the group to *root*."""
    root.add_typer(app)


@command(app, "list", "hermes fallback list", "hermes fallback list --json", alias="ls")
def list_links(ctx: typer.Context) -> None:
    """Show the primary and the chain: each link, where it came from, whether it is ready (also: ls)."""
    show_chain(invocation_of(ctx))


@command(
    app,
    "add",
    f"{_ADD} openrouter anthropic/claude-sonnet-4",
    f"{_ADD} openrouter anthropic/claude-sonnet-4 --first --key-file ~/key.txt",
    f"{_ADD} custom qwen3:8b --base-url http://localhost:11434/v1",
)
def add(
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
    at: Annotated[
        int | None, typer.Option("--at", metavar="N", help="Its position; last when absent.")
    ] = None,
    first: Annotated[bool, typer.Option("--first", help="The same as --at 1.")] = False,
    key_stdin: KeyStdin = False,
    key_file: KeyFile = None,
    store: Store = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask its provider first whether it takes the key.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Add it though it is not ready.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Add a link to the chain; one that stands already changes nothing. On a terminal, what is missing is asked for."""
    run = invocation_of(ctx)
    draft = Draft(
        key=given_key(run, from_stdin=key_stdin, file=key_file, store=store),
        store=store,
        at=_position(at, first=first),
    ).having(
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
    show_change(run, add_link(run, draft, check=check, force=force, dry_run=dry_run))


@command(
    app,
    "remove",
    "hermes fallback remove 2",
    "hermes fallback remove openrouter",
    "hermes fallback remove openrouter:anthropic/claude-sonnet-4 --dry-run",
    alias="rm",
)
def remove(
    ctx: typer.Context,
    links: Annotated[
        list[str] | None, typer.Argument(metavar="LINK...", help="A position, a provider, or provider:model.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Remove links from the chain (also: rm)."""
    run = invocation_of(ctx)
    show_change(run, remove_links(run, links or (), dry_run=dry_run))


@command(app, "move", "hermes fallback move 3 1", "hermes fallback move openrouter 1")
def move(
    ctx: typer.Context,
    link: Annotated[
        str | None, typer.Argument(metavar="LINK", help="A position, a provider, or provider:model.")
    ] = None,
    to: Annotated[int | None, typer.Argument(metavar="TO", help="The position it shall have.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Move a link to another position; the others close up."""
    run = invocation_of(ctx)
    if link is None or to is None:
        missing = "LINK" if link is None else "TO"
        raise UsageError(
            f"{missing} is missing", hint="hermes fallback move 2 1", kind=f"missing-{missing.lower()}"
        )
    show_change(run, move_link(run, link, to, dry_run=dry_run))


@command(app, "clear", "hermes fallback clear", "hermes fallback clear --yes")
def clear(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Empty the chain, entries that are ignored too."""
    run = invocation_of(ctx)
    show_change(run, clear_links(run, yes=yes, dry_run=dry_run))


@command(
    app,
    "apply",
    "hermes fallback apply -f chain.yaml",
    "hermes fallback apply -f chain.yaml --check",
    "echo '[{provider: openrouter, model: openai/gpt-5}]' | hermes fallback apply -f -",
)
def apply(
    ctx: typer.Context,
    file: Annotated[
        str | None,
        typer.Option("-f", "--file", metavar="FILE", help="A YAML or JSON list of links; - is stdin."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 on a difference.")] = False,
    dry_run: DryRun = False,
) -> int:
    """Make the chain equal to the list in a file; whether its links are ready is not asked."""
    run = invocation_of(ctx)
    if file is None:
        raise UsageError(
            "-f FILE is missing", hint="hermes fallback apply -f chain.yaml", kind="missing-file"
        )
    source, data = _data_of(run, file)
    wanted = read_data(data, source=source)
    change = apply_list(run, wanted, source=f"`{source}`", dry_run=dry_run or check)
    show_change(run, change)
    return ExitCode.PROBLEMS if check and change.edit.changed else ExitCode.OK


@command(app, "auto", "hermes fallback auto", "hermes fallback auto off")
def auto(
    ctx: typer.Context,
    state: Annotated[
        str | None,
        typer.Argument(metavar="on|off", help="The new setting; without it, the present one is shown."),
    ] = None,
) -> None:
    """Show or set whether a failure switches links without asking."""
    run = invocation_of(ctx)
    if state not in {None, "on", "off"}:
        raise UsageError(f"`{state}` is neither on nor off", hint="hermes fallback auto on", kind="bad-value")
    runtime = run.runtime()
    if state is None:
        result = Auto(runtime.settings.auto_activate)
    else:
        result = Auto(state == "on", Editor(runtime).set_auto_activate(on=state == "on"))
    run.show(result, text=auto_text, document=auto_document)


@command(
    app,
    "test",
    "hermes fallback test",
    "hermes fallback test 0 openrouter",
    "hermes fallback test --json",
)
def probe_links(
    ctx: typer.Context,
    links: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LINK...", help="A position (0 is the primary), a provider, or provider:model."
        ),
    ] = None,
) -> int:
    """Ask each link for real whether it answers and takes its key, at no cost; exit 1 where one fails."""
    from hermes_fallback.probe.links import test_links  # brings the transport, 40 ms
    from hermes_fallback.transport.synchronous import Carrier

    run = invocation_of(ctx)
    runtime = run.runtime()
    every = runtime.report().resolutions
    known = [(each.position, each.link) for each in every]
    named = {select(word, known, runtime.registry.canonical) for word in links or ()}
    asked = [each for each in every if not named or each.position in named]
    with waiting(run, "asking the providers"), Carrier() as carrier:
        results = test_links(asked, runtime.registry, carrier, state=runtime.state)
    run.show(Tested(results=results, begin=beginning(run)), text=tested_text, document=tested_document)
    has_failed = any(each.checked.verdict == "failed" for each in results)
    return ExitCode.PROBLEMS if has_failed else ExitCode.OK


drill.register(app)
why.register(app)
reset.register(app)
classify.register(app)


def _position(at: int | None, *, first: bool) -> int | None:
    if first and at not in {None, 1}:
        raise UsageError("--first and --at were both given", hint="give one of them")
    return 1 if first else at


def _data_of(run: Invocation, file: str) -> tuple[str, bytes]:
    if file == "-":
        return "stdin", read_whole(run).encode("utf-8", "surrogateescape")
    return file, read_bytes(Path(file))
