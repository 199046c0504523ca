"""Past turns, found in the journal and shown."""

from __future__ import annotations

import time
from itertools import islice

from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.views.why import Told, story_text, told_document, turns_text
from hermes_fallback.config.schema.near import nearest
from hermes_fallback.config.settings import seconds
from hermes_fallback.errors import NotFound, UsageError
from hermes_fallback.journal.reader import receipts, receipts_of, receipts_since
from hermes_fallback.model.receipt import Receipt

__all__ = ["show_turn", "show_turns"]

_LAST = "last"
_NEAR = 200
"""So many of the latest turns are looked at for the one that was meant."""
_SHOWN = 5
_NOTHING = 'no turn has been recorded yet; ask something: hermes chat -q "Are you there?"'


def show_turn(run: Invocation, turn: str | None) -> None:
    """Tell the story of *turn*, an id or how one begins; of the latest where that is `last` or None.

    Raises:
        NotFound: there is no such turn.
        UsageError: several begin so.
    """
    folder = run.runtime().home.journal
    found = islice(receipts(folder), 1) if turn in {None, _LAST} else (_named(folder, turn or ""),)
    told = Told(receipts=tuple(found), is_verbose=run.options.verbose, empty=_NOTHING)
    run.show(told, text=story_text, document=told_document)


def show_turns(run: Invocation, since: str) -> None:
    """List the turns that ended within the time *since*, such as `1h`.

    Raises:
        UsageError: it is no length of time.
    """
    folder = run.runtime().home.journal
    recent = receipts_since(folder, time.time() - _length(since))
    is_new = next(receipts(folder), None) is None
    empty = _NOTHING if is_new else f"no turn in the last {since}; the latest before: hermes fallback why"
    run.show(Told(receipts=recent, empty=empty), text=turns_text, document=told_document)


def _length(since: str) -> float:
    try:
        return seconds(since)
    except ValueError as error:
        raise UsageError(
            f"`{since}` cannot be --since",
            why=f"it is not {error}",
            hint="hermes fallback why --since 1h",
            kind="bad-value",
        ) from None


def _named(folder: str, turn: str) -> Receipt:
    found = receipts_of(folder, turn) if turn else ()
    if not found:
        known = {each.turn[: len(turn)]: each.turn for each in islice(receipts(folder), _NEAR)}
        near = known.get(nearest(turn, known) or "")
        raise NotFound(
            f"there is no turn `{turn}`",
            hint=f"did you mean `{near}`?" if near else "hermes fallback why --since 24h",
            kind="unknown-turn",
        )
    if len(found) > 1:
        latest = ", ".join(f"`{each.turn}`" for each in found[:_SHOWN])
        raise UsageError(
            f"{len(found)} turns begin with `{turn}`", why=f"the latest: {latest}", hint="give more of the id"
        )
    return found[0]
