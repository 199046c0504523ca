"""Edits as the commands make them: what may be asked is asked, then one edit is made and put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.keys import StoredKey, store_key
from hermes_fallback.cli.views.edit import Change, edit_document, edit_text, names_of
from hermes_fallback.errors import CredentialError, FallbackError, UsageError
from hermes_fallback.model.chain import Chain
from hermes_fallback.model.route import Resolution
from hermes_fallback.runtime.editor import ChainEdit, Editor
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.secret import Secret

__all__ = [
    "LinkRequest",
    "add_link",
    "apply_list",
    "clear_links",
    "move_link",
    "remove_links",
    "set_primary",
    "show_change",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequest:
    """A link as it was asked for; *key* is to be stored for it first."""

    given: Mapping[str, object | None]
    key: Secret | None = None
    at: int | None = None
    force: bool = False
    dry_run: bool = False

    def __str__(self) -> str:
        return f"{self.given['provider']}:{self.given['model']}"


def add_link(run: Invocation, request: LinkRequest) -> Change | None:
    """Add a link; None when somebody was asked about one that is not ready, and did not want it.

    Raises:
        FallbackError: as `Editor.add` does; a key that was stored before is kept, and the error says so.
    """
    editor = Editor(run.runtime())
    # A dry run stores no key, and with the key the link would be ready.
    force = request.force or (request.dry_run and request.key is not None)
    if not (force or request.dry_run or request.key) and run.can_ask:
        force = _is_wanted(run, editor, request)
        if not force:
            return None
    stored = _stored(run, editor, request)
    if stored:
        editor = Editor(run.runtime())
    try:
        edit = editor.add(request.given, at=request.at, force=force, dry_run=request.dry_run)
    except FallbackError as error:
        _explain(error, stored)
        raise
    link, place = _link_at(edit, edit.position), f"at position {edit.position}"
    return Change(
        edit=edit,
        done=f"added `{link}` {place}",
        standing=f"`{link}` stands {place} already; nothing changed",
        notes=_not_ready(edit, edit.position),
        stored=stored,
    )


def set_primary(run: Invocation, request: LinkRequest) -> Change:
    """Make a link the primary; its readiness is told, not asked for.

    Raises:
        FallbackError: as `Editor.set_primary` does; a key that was stored before is kept, and the error says so.
    """
    editor = Editor(run.runtime())
    stored = _stored(run, editor, request)
    try:
        edit = Editor(run.runtime()).set_primary(request.given, dry_run=request.dry_run)
    except FallbackError as error:
        _explain(error, stored)
        raise
    link = _link_at(edit, 0)
    return Change(
        edit=edit,
        done=f"the primary is `{link}`",
        standing=f"the primary is `{link}` already; nothing changed",
        notes=_not_ready(edit, 0),
        stored=stored,
    )


def remove_links(run: Invocation, words: Sequence[str], *, dry_run: bool) -> Change:
    """Remove the links that *words* name.

    Raises:
        UsageError: there are no words; the hint shows what could be named.
        FallbackError: as `Editor.remove` does.
    """
    runtime = run.runtime()
    chain = runtime.settings.chain
    if not words:
        raise _missing_link(chain)
    edit = Editor(runtime).remove(words, dry_run=dry_run)
    return Change(edit=edit, done=f"removed {names_of(chain, edit.report.chain)}")


def move_link(run: Invocation, word: str, to: int, *, dry_run: bool) -> Change:
    """Move the link that *word* names to position *to*."""
    edit = Editor(run.runtime()).move(word, to, dry_run=dry_run)
    moved = _link_at(edit, to)
    return Change(
        edit=edit,
        done=f"moved `{moved}` to position {to}",
        standing=f"`{moved}` stands at position {to} already; nothing changed",
    )


def clear_links(run: Invocation, *, yes: bool, dry_run: bool) -> Change | None:
    """Empty the chain; None when somebody was asked and said no.

    Raises:
        UsageError: nobody can be asked, and *yes* was not given.
    """
    runtime = run.runtime()
    chain = runtime.settings.chain
    if not (yes or dry_run) and (chain.links or chain.no_links):
        if not run.can_ask:
            raise UsageError(
                "clear empties the whole chain, and nobody can be asked",
                hint="hermes fallback clear --yes",
                kind="needs-yes",
            )
        if not run.confirm(f"remove {len(chain)} link(s) and {len(chain.no_links)} ignored entries?"):
            return None
    edit = Editor(runtime).clear(dry_run=dry_run)
    return Change(
        edit=edit,
        done=f"the chain is empty; removed {names_of(chain, edit.report.chain)}",
        standing="the chain is empty already; nothing changed",
        notes=tuple(f"also removed: {each.origin} ({each.what})" for each in edit.dropped),
    )


def apply_list(run: Invocation, wanted: object, *, source: str, dry_run: bool) -> Change:
    """Make the chain equal to *wanted*, which came from *source*."""
    edit = Editor(run.runtime()).apply(wanted, source=source, dry_run=dry_run)
    return Change(
        edit=edit,
        done=f"the chain is as in {source}: {len(edit.report.links)} link(s)",
        standing=f"the chain is as in {source} already; nothing changed",
    )


def show_change(run: Invocation, change: Change | None) -> None:
    """Print what came of an edit; `--quiet` keeps it to itself unless it was asked for as data."""
    if change is None:
        run.say("nothing was changed")
    elif not run.options.quiet or run.options.json or change.edit.dry_run:
        run.show(change, text=edit_text, document=edit_document)


def _missing_link(chain: Chain) -> UsageError:
    links = ", ".join(f"{placed.position} {placed.link}" for placed in chain)
    return UsageError(
        "LINK is missing",
        why=f"the chain has {links}" if links else "and the chain is empty",
        hint="hermes fallback remove 1" if links else "hermes fallback list",
        kind="missing-link",
    )


def _stored(run: Invocation, editor: Editor, request: LinkRequest) -> StoredKey | None:
    if request.key is None or request.dry_run:
        return None
    editor.prepare(request.given)  # a mistake in the link leaves `.env` alone
    return store_key(run.runtime(), request.key, request.given)


def _explain(error: FallbackError, stored: StoredKey | None) -> None:
    """Let *error* say also what stands in spite of it, and how to have the link all the same."""
    if isinstance(error, CredentialError) and error.hint:
        error.hint = f"{error.hint}; or add it all the same with --force"
    if stored:
        kept = f"the key is kept as `{stored.variable}` in `{stored.path}`"
        error.why = f"{error.why}; {kept}" if error.why else kept


def _is_wanted(run: Invocation, editor: Editor, request: LinkRequest) -> bool:
    """True when the link is ready or stands already, or somebody wants it all the same."""
    _, resolution = editor.prepare(request.given)
    problem = resolution.problem
    if problem is None or _stands(run.runtime(), request):
        return True
    run.warn(f"`{request}` is not ready: {problem.what}")
    if problem.hint:
        run.warn(f"  hint: {problem.hint}")
    return run.confirm("add it all the same?")


def _stands(runtime: Runtime, request: LinkRequest) -> bool:
    return any(str(placed.link) == str(request) for placed in runtime.settings.chain)


def _resolution_at(edit: ChainEdit, position: int | None) -> Resolution | None:
    found = [edit.report.primary, *(resolution for _, resolution in edit.report.links)]
    return next((each for each in found if each and each.position == position), None)


def _link_at(edit: ChainEdit, position: int | None) -> str:
    found = _resolution_at(edit, position)
    return str(found.link) if found else "the link"


def _not_ready(edit: ChainEdit, position: int | None) -> tuple[str, ...]:
    found = _resolution_at(edit, position)
    if found is None or found.problem is None:
        return ()
    hint = f"; {found.problem.hint}" if found.problem.hint else ""
    return (f"it is not ready: {found.problem.what}{hint}",)
