"""The key that lets one in to a provider, asked for as the picker asks for the key of a link."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hermes_fallback.cli.draft import Draft
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.keys import ENV
from hermes_fallback.cli.prompts.protocol import Back, Prompts
from hermes_fallback.cli.wizard.key import ask_for_key, ask_for_store
from hermes_fallback.cli.wizard.outlook import Outlook
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["ask_to_sign_in"]


def ask_to_sign_in(run: Invocation, draft: Draft) -> Draft:
    """*draft* with a key that its provider took, and the place to keep it in; as it is where somebody goes without.

    Raises:
        UsageError: nobody can be asked.
    """
    prompts = run.prompts()
    with Carrier() as carrier:
        outlook = Outlook(run, prompts, carrier, is_primary=False)
        if problem := outlook.refusal(draft):
            outlook.tell(problem.what, None)
            if not prompts.confirm("Keep the key in .env instead?", default=True):
                return draft
            draft = replace(draft, store=ENV)
        return _asked(run, prompts, outlook, draft)


def _asked(run: Invocation, prompts: Prompts, outlook: Outlook, draft: Draft) -> Draft:
    while True:
        key = ask_for_key(
            run,
            prompts,
            outlook.profile(draft),
            name=outlook.name(draft),
            fate=outlook.fate(draft),
            attempt=lambda key: outlook.proof(draft.keyed(key)),
            is_alone=True,
        )
        if key is None or len(outlook.stores(draft)) == 1:
            return draft.keyed(key)
        with suppress(Back):  # to the key
            return draft.keyed(key).stored_in(ask_for_store(prompts))
