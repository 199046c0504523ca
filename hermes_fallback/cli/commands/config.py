"""`hermes config`: the file itself."""

from __future__ import annotations

from typing import Annotated

import typer

from hermes_fallback.cli.begin import beginning
from hermes_fallback.cli.command import command, group, invocation_of
from hermes_fallback.cli.commands.given import DryRun
from hermes_fallback.cli.config_edits import given_value, migrate_file, set_key, unset_key
from hermes_fallback.cli.edits import show_change, undo_edit
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.setting import unknown_key
from hermes_fallback.cli.views.config import (
    FileText,
    Setting,
    file_document,
    file_text,
    home_document,
    home_text,
    setting_document,
    setting_text,
)
from hermes_fallback.cli.views.differences import Compared, compared_document, compared_text
from hermes_fallback.cli.views.file_edit import (
    KeyEdit,
    edited_text,
    key_edit_document,
    key_edit_text,
    migration_document,
    migration_text,
)
from hermes_fallback.cli.views.findings import unreadable, verdict_document, verdict_text
from hermes_fallback.config.reading import read_document
from hermes_fallback.errors import ExitCode, InvalidFile, UsageError

__all__ = ["register"]

app = group(
    "config",
    "The file config.yaml of the home: where it is, what it says, and the way back.",
    "hermes config path",
    "hermes config get model.provider",
    "hermes config undo",
)


Key = Annotated[
    str | None, typer.Argument(metavar="KEY", help="A dotted key, with [0] for an item of a list.")
]


def register(root: typer.Typer) -> None:
    """Add the group to *root*."""
    root.add_typer(app)


@command(app, "path", "hermes config path", "$EDITOR $(hermes config path)")
def path(ctx: typer.Context) -> None:
    """Print where config.yaml is, whether or not it exists."""
    run = invocation_of(ctx)
    run.show(run.runtime().home, text=home_text, document=home_document)


@command(app, "get", "hermes config get model.provider", "hermes config get 'fallback_providers[0].model'")
def get(
    ctx: typer.Context,
    key: Key = None,
) -> None:
    """Print the value of a key, as it stands in the file; a secret in stars."""
    run = invocation_of(ctx)
    key = _needed(key, "hermes config get model.provider")
    document = run.runtime().store.read()
    located = document.get(key)
    if located is None:
        raise unknown_key(key, document)
    setting = Setting(key=key, value=located.value, line=located.line)
    run.show(setting, text=setting_text, document=setting_document)


@command(
    app,
    "set",
    "hermes config set fallback.patience 5s",
    "hermes config set 'fallback_providers[0].model' gpt-5.4",
    "hermes config set model.base_url '${LLM_URL}' --dry-run",
)
def set_(
    ctx: typer.Context,
    key: Key = None,
    value: Annotated[
        str | None, typer.Argument(metavar="VALUE", help="YAML on one line; `-` reads it from stdin.")
    ] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read VALUE from stdin.")] = False,
    string: Annotated[bool, typer.Option("--string", help="Take VALUE as text, whatever it says.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Set a key, making what it stands in; nothing else in the file changes. A secret is refused."""
    run = invocation_of(ctx)
    key = _needed(key, "hermes config set fallback.patience 5s")
    given = given_value(run, value, from_stdin=stdin, as_string=string)
    _show_key(run, set_key(run, key, given, dry_run=dry_run))


@command(app, "unset", "hermes config unset fallback.patience", "hermes config unset 'fallback_providers[1]'")
def unset(ctx: typer.Context, key: Key = None, dry_run: DryRun = False) -> None:
    """Remove a key, or an item of a list; nothing else in the file changes."""
    run = invocation_of(ctx)
    key = _needed(key, "hermes config unset fallback.patience")
    _show_key(run, unset_key(run, key, dry_run=dry_run))


@command(app, "migrate", "hermes config migrate --dry-run", "hermes config migrate")
def migrate(ctx: typer.Context, dry_run: DryRun = False) -> None:
    """Write older and mistaken shapes the way they are read, in one edit; what is in doubt is left, and said."""
    run = invocation_of(ctx)
    run.show(migrate_file(run, dry_run=dry_run), text=migration_text, document=migration_document)


@command(app, "show", "hermes config show", "hermes config show --json")
def show(ctx: typer.Context) -> None:
    """Print the file with its secrets in stars."""
    run = invocation_of(ctx)
    document = run.runtime().store.read()
    shown = FileText(path=document.path, text=document.source.text)
    run.show(shown, text=file_text, document=file_document)
    if not shown.text:
        run.say(f"`{shown.path}` is empty or does not exist; begin with: {beginning(run)}")


@command(app, "validate", "hermes config validate", "hermes config validate --json")
def validate(ctx: typer.Context) -> int:
    """Say what in the file works otherwise than its owner may think, and where; exit 1 if there is anything."""
    from hermes_fallback.cli.judging import verdict_on  # the description of every key takes 10 ms

    run = invocation_of(ctx)
    runtime = run.runtime()
    try:
        verdict = verdict_on(read_document(runtime.home.config), runtime)
    except InvalidFile as error:
        if run.options.json:
            run.show_document(verdict_document(unreadable(runtime.home.config, error)))
        raise
    run.show(verdict, text=verdict_text, document=verdict_document)
    return ExitCode.PROBLEMS if verdict.findings else ExitCode.OK


@command(app, "schema", "hermes config schema > config.schema.json", "hermes config schema --install")
def schema(
    ctx: typer.Context,
    install: Annotated[
        bool, typer.Option("--install", help="Write it beside the file, and name it there for editors.")
    ] = False,
) -> None:
    """Print the JSON Schema of the file, by which an editor completes and checks it."""
    from hermes_fallback.config.schema.install import install_schema, schema_text  # as above
    from hermes_fallback.config.schema.json_schema import json_schema

    run = invocation_of(ctx)
    if install:
        from hermes_fallback.cli.views.schema import installed_document, installed_text

        runtime = run.runtime()
        installed = install_schema(runtime.store, runtime.home)
        run.show(installed, text=installed_text, document=installed_document)
    elif run.options.json:
        run.show_document(json_schema())
    else:
        run.write(schema_text().rstrip())


@command(app, "diff", "hermes config diff", "hermes config diff --json")
def diff(ctx: typer.Context) -> None:
    """Say where the file is not what counts, and why: other places and names, variables, the managed layer."""
    run = invocation_of(ctx)
    runtime = run.runtime()
    managed = runtime.managed.path if runtime.managed else None
    compared = Compared(path=runtime.home.config, managed=managed, differences=runtime.differences())
    run.show(compared, text=compared_text, document=compared_document)


@command(app, "edit", "hermes config edit", "hermes config edit -p work")
def edit(ctx: typer.Context) -> None:
    """Open the file in your editor; what you save there is checked, and can be undone."""
    from hermes_fallback.cli.editor import edit_by_hand  # it checks by the description of every key, 10 ms

    run = invocation_of(ctx)
    if not run.can_ask:
        raise UsageError(
            "edit opens an editor, and there is no terminal", hint="$EDITOR $(hermes config path)"
        )
    edited = edit_by_hand(run)
    if edited and not run.options.quiet:
        run.write(edited_text(edited, run.canvas(run.terminal.stdout)))


@command(app, "undo", "hermes config undo", "hermes config undo --force")
def undo(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Also over changes that were made since.")] = False,
) -> None:
    """Put the file back as it was before our last edit."""
    run = invocation_of(ctx)
    show_change(run, undo_edit(run.runtime(), force=force))


def _needed(key: str | None, example: str) -> str:
    if key is None:
        raise UsageError("KEY is missing", hint=example, kind="missing-key")
    return key


def _show_key(run: Invocation, change: KeyEdit) -> None:
    """Print what came of it; `--quiet` keeps it to itself unless it was asked for as data."""
    if not run.options.quiet or run.options.json or change.edit.dry_run:
        run.show(change, text=key_edit_text, document=key_edit_document)
