"""The way in, asked where a provider has more than one, or a sign-in alone: that is made on the spot, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hermes_fallback.cli.signing_in import sign_in_to
from hermes_fallback.cli.wizard.choices import Way, entra_rows, is_signed_out, sign_in_rows
from hermes_fallback.credentials.cloud import ENTRA
from hermes_fallback.errors import FallbackError
from hermes_fallback.model.credential import Problem

if TYPE_CHECKING:
    from hermes_fallback.cli.draft import Draft
    from hermes_fallback.cli.invocation import Invocation
    from hermes_fallback.cli.prompts.protocol import Prompts, Row
    from hermes_fallback.cli.wizard.outlook import Outlook

__all__ = ["ask_for_way"]


def ask_for_way(
    run: Invocation, prompts: Prompts, outlook: Outlook, draft: Draft, *, may_sign_in: bool
) -> Draft | None:
    """*draft* let in as somebody chooses; None where nothing was asked, or they have signed in.

    Raises:
        Back: the person wants the question before.
    """
    while rows := _ways(outlook, draft, may_sign_in=may_sign_in):
        way = prompts.choose(f"The way in to {outlook.name(draft)}", rows, can_go_back=True)
        if way is not Way.SIGN_IN:
            return draft.having(auth_mode=ENTRA) if way is Way.ENTRA else draft
        _sign_in(run, outlook, draft)
    return None


def _ways(outlook: Outlook, draft: Draft, *, may_sign_in: bool) -> Sequence[Row[Way]]:
    profile = outlook.profile(draft)
    if draft.key or draft.text("key_env") or draft.text("auth_mode"):
        return ()
    if profile.auth_type == "entra_or_key":
        found = outlook.endpoint(draft.having(auth_mode=ENTRA))
        return entra_rows(profile, found if isinstance(found, Problem) else None)
    found = outlook.endpoint(draft)
    is_open = may_sign_in and isinstance(found, Problem) and is_signed_out(profile, found)
    return sign_in_rows(profile) if is_open else ()


def _sign_in(run: Invocation, outlook: Outlook, draft: Draft) -> None:
    """Sign in, and say what came of it; the question stands until somebody is, or goes on without."""
    try:
        signed_in = sign_in_to(run, outlook.profile(draft))
    except FallbackError as error:
        outlook.tell(str(error), error.hint)
        return
    if signed_in:
        run.say(f"signed in to {outlook.name(draft)}; its tokens are in `{outlook.runtime.home.auth}`")
        outlook.reopen()
