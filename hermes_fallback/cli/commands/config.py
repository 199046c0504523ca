"""`hermes config`: the file itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hermes_fallback.cli.begin import beginning
from hermes_fallback.cli.command import command, group, invocation_of
from hermes_fallback.cli.editor import open_editor
from hermes_fallback.cli.edits import show_change, undo_edit
from hermes_fallback.cli.views.config import (
    FileText,
    Setting,
    Verdict,
    file_document,
    file_text,
    home_document,
    home_text,
    remarks_of,
    setting_document,
    setting_text,
    unreadable,
    verdict_document,
    verdict_text,
)
from hermes_fallback.config.document import Document
from hermes_fallback.errors import ExitCode, InvalidFile, NotFound, UsageError

__all__ = ["register"]

app = group(
    "config",
    "The file config.yaml of the home: where it is, what it says, and the way back.",
    "hermes config path",
    "hermes config get model.provider",
    "hermes config undo",
)


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
    key: Annotated[
        str | None, typer.Argument(metavar="KEY", help="A dotted key, with [0] for an item of a list.")
    ] = None,
) -> None:
    """Print the value of a key, as it stands in the file; a secret in stars."""
    run = invocation_of(ctx)
    if key is None:
        raise UsageError("KEY is missing", hint="hermes config get model.provider", kind="missing-key")
    document = run.runtime().store.read()
    located = document.get(key)
    if located is None:
        raise _unset(key, document)
    setting = Setting(key=key, value=located.value, line=located.line)
    run.show(setting, text=setting_text, document=setting_document)


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
    """Say what in the file works otherwise than its owner may think; exit 1 where there is anything."""
    run = invocation_of(ctx)
    runtime = run.runtime()
    try:
        settings = runtime.settings
    except InvalidFile as error:
        if run.options.json:
            run.show_document(verdict_document(unreadable(runtime.home.config, error)))
        raise
    verdict = Verdict(path=runtime.home.config, remarks=remarks_of(settings))
    run.show(verdict, text=verdict_text, document=verdict_document)
    return ExitCode.PROBLEMS if verdict.remarks else ExitCode.OK


@command(app, "edit", "hermes config edit", "hermes config edit -p work")
def edit(ctx: typer.Context) -> None:
    """Open the file in your editor, and check it afterwards."""
    run = invocation_of(ctx)
    runtime = run.runtime()
    if not run.can_ask:
        raise UsageError(
            "edit opens an editor, and there is no terminal", hint="$EDITOR $(hermes config path)"
        )
    path = runtime.home.config
    open_editor(Path(path), run.terminal.environ)
    runtime.store.read()
    run.say(f"`{path}` can be read; look it over with: hermes config validate")


@command(app, "undo", "hermes config undo", "hermes config undo --force")
def undo(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Also over changes that were made since.")] = False,
) -> None:
    """Put the file back as it was before our last edit."""
    run = invocation_of(ctx)
    show_change(run, undo_edit(run.runtime(), force=force))


def _unset(key: str, document: Document) -> NotFound:
    from difflib import get_close_matches  # only for the hint

    near = get_close_matches(key, list(_keys(document.value())), n=1, cutoff=0.6)
    return NotFound(
        f"`{key}` is not set in `{document.path}`",
        hint=f"did you mean `{near[0]}`?" if near else "hermes config show",
        kind="unknown-key",
    )


def _keys(value: object, path: str = "") -> list[str]:
    """Every dotted key below *value*, two levels deep at most: enough to name a near one."""
    if not isinstance(value, dict) or path.count(".") > 1:
        return []
    here = [f"{path}.{key}" if path else str(key) for key in value]
    below = [found for name, item in zip(here, value.values(), strict=True) for found in _keys(item, name)]
    return [*here, *below]
