"""Migration of a home's config: one edit, which `config migrate` and the doctor both make."""

from __future__ import annotations

from hermes_fallback.config.document import Document
from hermes_fallback.config.migrate import Migration, migrate
from hermes_fallback.config.store import Edited
from hermes_fallback.runtime.runtime import Runtime

__all__ = ["migrate_config"]


def migrate_config(runtime: Runtime, *, dry_run: bool = False) -> tuple[Edited, Migration]:
    """What the edit did, or with *dry_run* would do, and what was migrated and left.

    Raises:
        InvalidFile: the file cannot be loaded, a chain key stands twice, or the managed layer refuses the edit.
    """

    def migration_of(document: Document) -> Migration:
        return migrate(document, runtime.registry.canonical, expand=runtime.environment.expand)

    edited = runtime.store.edit(lambda document: migration_of(document).data, dry_run=dry_run)
    if runtime.managed:
        runtime.managed.refuse_edit(edited.old, edited.new, edited.path)
    return edited, migration_of(edited.before)
