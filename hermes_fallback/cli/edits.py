"""Edits as the commands make them: what may be asked is asked, then one edit is made and put into words."""

from __future__ import annotations

from collections.abc import Sequence

from hermes_fallback.cli.draft import Draft
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.keys import StoredKey, store_key
from hermes_fallback.cli.views.edit import Change, edit_document, edit_text, names_of
from hermes_fallback.errors import CredentialError, FallbackError, InvalidFile, UsageError
from hermes_fallback.model.chain import Chain
from hermes_fallback.model.credential import Problem
from hermes_fallback.model.route import Resolution
from hermes_fallback.runtime.editor import ChainEdit, Editor
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.runtime.selector import split_link

__all__ = [
    "add_link",
    "apply_list",
    "clear_links",
    "completed",
    "move_link",
    "remove_links",
    "set_primary",
    "show_change",
    "undo_edit",
]

_ADD = "hermes fallback add"
_SET = "hermes model set"


def add_link(
    run: Invocation, draft: Draft, *, check: bool = False, force: bool = False, dry_run: bool = False
) -> Change | None:
    """Add a link; what is missing is asked for, and None means that it was not wanted after all.

    With *check*, its provider is asked first whether it takes the key.

    Raises:
        FallbackError: as `Editor.add` does; a key that was stored before is kept, and the error says so.
    """
    filled = completed(run, draft, _ADD, force=force, dry_run=dry_run)
    if filled is None:
        return None
    if check:
        from hermes_fallback.cli.proving import prove  # imports the transport

        prove(run, filled)
    # A dry run stores no key, and with the key the link would be ready.
    force = force or filled.is_agreed or (dry_run and filled.key is not None)
    stored = None if dry_run else _stored(run, filled)
    try:
        _remember(run, filled, stored)
        edit = Editor(run.runtime()).add(filled.fields, at=filled.at, force=force, dry_run=dry_run)
    except FallbackError as error:
        _explain(error, stored)
        raise
    link, place = _link_at(edit, edit.position), f"at position {edit.position}"
    return Change(
        edit=edit,
        done=f"added `{link}` {place}",
        standing=f"`{link}` stands {place} already; nothing changed",
        notes=() if filled.is_agreed else _not_ready(edit, edit.position),
        stored=stored,
    )


def set_primary(run: Invocation, draft: Draft, *, dry_run: bool = False) -> Change | None:
    """Make a link the primary; what is missing is asked for, and None means that it was not wanted after all.

    Where nobody can be asked, its readiness is told.

    Raises:
        FallbackError: as `Editor.set_primary` does; a key that was stored before is kept, and the error says so.
    """
    filled = completed(run, draft, _SET, is_primary=True, dry_run=dry_run)
    if filled is None:
        return None
    stored = None if dry_run else _stored(run, filled)
    try:
        _remember(run, filled, stored)
        edit = Editor(run.runtime()).set_primary(filled.fields, dry_run=dry_run)
    except FallbackError as error:
        _explain(error, stored)
        raise
    link = _link_at(edit, 0)
    return Change(
        edit=edit,
        done=f"the primary is `{link}`",
        standing=f"the primary is `{link}` already; nothing changed",
        notes=() if filled.is_agreed else _not_ready(edit, 0),
        stored=stored,
    )


def completed(
    run: Invocation,
    draft: Draft,
    command: str,
    *,
    is_primary: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> Draft | None:
    """*draft* when nothing of it is missing; else what somebody answers, or None where that was no.

    With *force*, whether it is ready is not asked for.

    Raises:
        UsageError: something is missing, and nobody can be asked; the hint shows *command* with it.
    """
    if draft.is_agreed:
        return draft
    runtime = run.runtime()
    if draft.provider and not draft.model:
        provider, model = split_link(draft.provider, runtime.registry.canonical)
        draft = draft.having(provider=provider, model=model)
    if not run.can_ask:
        _need(draft, command)
        return draft
    named = bool(draft.provider and draft.model)
    if named and (force or draft.key or not _is_open(runtime, draft, is_primary=is_primary)):
        return draft
    from hermes_fallback.cli.wizard.link import fill_in  # imports the transport

    return fill_in(run, draft, is_primary=is_primary, dry_run=dry_run)


def _is_open(runtime: Runtime, draft: Draft, *, is_primary: bool) -> bool:
    """True where an address or a key is still to be asked for, or whether it is wanted though not ready."""
    _, resolution = Editor(runtime).prepare(draft.fields)
    if resolution.problem is None:
        return False
    return is_primary or runtime.settings.chain.find(resolution.link) is None


def _need(draft: Draft, command: str) -> None:
    if draft.provider and draft.model:
        return
    missing = "MODEL" if draft.provider else "PROVIDER"
    raise UsageError(
        f"{missing} is missing",
        why=f"`{draft.provider}` serves many models" if draft.provider else "both are needed",
        hint=f"{command} {draft.provider} MODEL, with one of: hermes model list {draft.provider}"
        if draft.provider
        else f"{command} openrouter {draft.model or 'anthropic/claude-sonnet-4'}",
        kind=f"missing-{missing.lower()}",
    )


def remove_links(run: Invocation, words: Sequence[str], *, dry_run: bool) -> Change:
    """Remove the links that *words* name; without words somebody is asked for one.

    Raises:
        UsageError: there are no words, and nobody to ask; the hint shows what could be named.
        FallbackError: as `Editor.remove` does.
    """
    runtime = run.runtime()
    chain = runtime.settings.chain
    if not words:
        words = [_chosen_link(run, chain)]
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


def undo_edit(runtime: Runtime, *, force: bool = False) -> Change:
    """Put the file back as it was before our last edit.

    Raises:
        FallbackError: as `ConfigStore.undo` does.
    """
    edited = runtime.store.undo(force=force)
    try:
        report = runtime.report(edited.after)
    except InvalidFile as error:
        error.why = "the edit is undone, and before it the file was no config either"
        raise
    edit = ChainEdit(
        changed=edited.changed,
        dry_run=False,
        diff=edited.diff,
        report=report,
        warnings=edited.warnings,
    )
    done = f"`{runtime.home.config}` is as it was before the last edit, of {_moment(edited.made_at or 0)}"
    return Change(edit=edit, done=done, standing="nothing to undo", way_back=False)


def _moment(at: float) -> str:
    from datetime import UTC, datetime  # only undoing tells it

    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def show_change(run: Invocation, change: Change | None) -> None:
    """Print what came of an edit; `--quiet` keeps it to itself unless it was asked for as data."""
    if change is None:
        run.say("nothing was changed")
    elif not run.options.quiet or run.options.json or change.edit.dry_run:
        run.show(change, text=edit_text, document=edit_document)


def _chosen_link(run: Invocation, chain: Chain) -> str:
    """The position of the link that somebody picks."""
    if not (chain.links and run.can_ask):
        raise _missing_link(chain)
    from hermes_fallback.cli.prompts.protocol import Row  # nobody is asked where a link was named

    rows = [Row(str(placed.position), f"{placed.position} {placed.link}") for placed in chain]
    return run.prompts().choose("Link to remove", rows)


def _missing_link(chain: Chain) -> UsageError:
    links = ", ".join(f"{placed.position} {placed.link}" for placed in chain)
    return UsageError(
        "LINK is missing",
        why=f"the chain has {links}" if links else "the chain is empty",
        hint="hermes fallback remove 1" if links else f"{_ADD} PROVIDER MODEL",
        kind="missing-link",
    )


def _stored(run: Invocation, draft: Draft) -> StoredKey | None:
    if draft.key is None:
        return None
    Editor(run.runtime()).prepare(draft.fields)  # a mistake in the link leaves `.env` alone
    return store_key(run.runtime(), draft.key, draft.fields, draft.store)


def _remember(run: Invocation, draft: Draft, stored: StoredKey | None) -> None:
    """Let the config say where keys go from now on, where somebody has chosen that."""
    if stored and draft.is_remembered:
        Editor(run.runtime()).set_store(stored.store)


def _explain(error: FallbackError, stored: StoredKey | None) -> None:
    """Let *error* say also what stands in spite of it, and how to have the link all the same."""
    if isinstance(error, CredentialError) and error.hint:
        has_key = Problem(error.kind, error.what).lacks_key
        given = "or hand it over with --key-stdin, " if has_key else ""
        error.hint = f"{error.hint}; {given}or add the link all the same with --force"
    if stored:
        kept = f"the key is kept as `{stored.variable}` in {stored.place}"
        error.why = f"{error.why}; {kept}" if error.why else kept


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
