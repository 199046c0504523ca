"""Edits of the file as `hermes config` makes them: one key, or all that an older shape needs."""

from __future__ import annotations

from collections.abc import Callable

from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.reading import read_whole
from hermes_fallback.cli.setting import parsed_value, refuse_secret, unknown_key
from hermes_fallback.cli.views.file_edit import FileEdit, KeyEdit, MigrationEdit
from hermes_fallback.config import keypath
from hermes_fallback.config.document import Document
from hermes_fallback.config.finding import Level
from hermes_fallback.config.key_edit import set_value, unset_value
from hermes_fallback.errors import NotFound, UsageError
from hermes_fallback.runtime.migration import migrate_config
from hermes_fallback.runtime.runtime import Runtime

__all__ = ["given_value", "migrate_file", "set_key", "unset_key"]


def given_value(run: Invocation, text: str | None, *, from_stdin: bool, as_string: bool) -> object:
    """The value that was handed over: *text*, or what comes on stdin where *text* is `-` or *from_stdin* is set.

    Raises:
        UsageError: there is none, there are two, or it is no value.
    """
    if from_stdin and text not in {None, "-"}:
        raise UsageError("VALUE and --stdin were both given", hint="give one of them")
    if text is None and not from_stdin:
        raise UsageError(
            "VALUE is missing", hint="hermes config set fallback.patience 5s", kind="missing-value"
        )
    if from_stdin or text == "-":
        text = read_whole(run).removesuffix("\n").removesuffix("\r")
    return parsed_value(text or "", as_string=as_string)


def set_key(run: Invocation, key: str, value: object, *, dry_run: bool) -> KeyEdit:
    """Set *key* to *value*.

    Raises:
        InvalidFile: it cannot be set in place; says where.
        NotFound: it is none of our keys where only ours can stand, or an item that is not in its list.
        UsageError: *value* is a secret, or cannot be the value of that key.
    """
    refuse_secret(key, value)
    runtime = run.runtime()

    def change(document: Document) -> bytes:
        runtime.refuse_managed(document, key)
        data = set_value(document, key, value)
        if data != document.data:
            _check(run, keypath.join(keypath.split(key)), Document.parse(data, document.path))
        return data

    return KeyEdit(edit=_edit(runtime, change, dry_run=dry_run), key=key, value=value)


def unset_key(run: Invocation, key: str, *, dry_run: bool) -> KeyEdit:
    """Remove *key*, or an item of a list.

    Raises:
        InvalidFile: it cannot be removed in place; says where.
        NotFound: it is not set.
    """

    def change(document: Document) -> bytes:
        if document.get(key) is None:
            raise unknown_key(key, document)
        return unset_value(document, key)

    return KeyEdit(edit=_edit(run.runtime(), change, dry_run=dry_run), key=key, is_gone=True)


def migrate_file(run: Invocation, *, dry_run: bool) -> MigrationEdit:
    """Migrate all that can be, in one edit.

    Raises:
        InvalidFile: the file cannot be loaded, or a chain key stands twice.
    """
    edited, migration = migrate_config(run.runtime(), dry_run=dry_run)
    edit = FileEdit(edited=edited, dry_run=dry_run)
    return MigrationEdit(edit=edit, migrated=migration.migrated, left=migration.left)


def _edit(runtime: Runtime, change: Callable[[Document], bytes], *, dry_run: bool) -> FileEdit:
    """What *change* does to the file; a dry run shows no edit that the managed layer would refuse."""
    edited = runtime.store.edit(change, dry_run=dry_run)
    if runtime.managed:
        runtime.managed.refuse_edit(edited.old, edited.new, edited.path)
    return FileEdit(edited=edited, dry_run=dry_run)


def _check(run: Invocation, key: str, after: Document) -> None:
    """Nothing, when *key* is known and can hold what it holds; a `${VAR}` may become anything."""
    from hermes_fallback.config.schema.faults import find_faults  # the description of every key takes 10 ms

    for each in find_faults(after, run.runtime().registry_of(after)):
        if not each.key.startswith(key) or each.key.removeprefix(key)[:1] not in {"", ".", "["}:
            continue
        if each.level is Level.FAIL:
            meant = each.hint if each.hint and "did you mean" in each.hint else "give another VALUE"
            raise UsageError(each.what, hint=f"nothing was changed; {meant}", kind="bad-value")
        if each.what.endswith("is not a key we know"):
            raise NotFound(each.what, hint=each.hint, kind="unknown-key")
        run.warn(f"{each.what}: {each.hint}")
