"""The picker: provider, address, key, model, place. What `fallback add`, `model set` and the manager share."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from hermes_fallback.cli.prompts.protocol import Back
from hermes_fallback.cli.views.edit import diff_lines
from hermes_fallback.cli.views.models import source_phrase
from hermes_fallback.cli.wizard.choices import (
    is_asked_for,
    is_signed_out,
    model_rows,
    place_rows,
    provider_rows,
)
from hermes_fallback.cli.wizard.key import ask_for_key, ask_for_store
from hermes_fallback.cli.wizard.outlook import Outlook
from hermes_fallback.cli.wizard.walk import walk
from hermes_fallback.cli.wizard.way import ask_for_way
from hermes_fallback.credentials.keyring_store import KEYRING
from hermes_fallback.errors import UsageError
from hermes_fallback.model.credential import Problem
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.probe.checked import Verdict
from hermes_fallback.runtime.fields import checked_fields
from hermes_fallback.transport.synchronous import Carrier

if TYPE_CHECKING:
    from hermes_fallback.cli.draft import Draft
    from hermes_fallback.cli.invocation import Invocation

__all__ = ["fill_in"]


def fill_in(
    run: Invocation,
    draft: Draft,
    *,
    is_primary: bool = False,
    can_go_back: bool = False,
    dry_run: bool = False,
) -> Draft | None:
    """*draft* with all that was missing asked for, and agreed to; None where the answer was no, or the way back.

    With *can_go_back*, that way is offered at the choice of a provider too. A dry run asks for no consent:
    nothing is written either way.

    Raises:
        FallbackError: what was given already cannot be.
        KeyboardInterrupt: somebody has had enough; nothing was written.
    """
    with Carrier() as carrier:
        questions = _Questions(run, carrier, is_primary=is_primary, can_go_back=can_go_back, dry_run=dry_run)
        try:
            return questions.answered(draft)
        except Back:  # from the first question
            return None


class _Questions:
    """One run through the questions; each skips what is known."""

    def __init__(
        self, run: Invocation, carrier: Carrier, *, is_primary: bool, can_go_back: bool, dry_run: bool
    ) -> None:
        self._run, self._is_primary, self._can_go_back = run, is_primary, can_go_back
        self._dry_run = dry_run
        self._prompts = run.prompts()
        self._outlook = Outlook(run, self._prompts, carrier, is_primary=is_primary)
        self._chosen = ""
        """The provider that was picked, for whoever comes back to that question."""
        self._has_tried_key = False
        self._is_declined = False

    def answered(self, draft: Draft) -> Draft | None:
        """The draft when every question has its answer; None when the last one was no."""
        steps = (
            self._provider,
            self._address,
            self._way,
            self._variable,
            self._key,
            self._store,
            self._respelt,
            self._model,
            self._place,
        )
        if self._dry_run:
            return replace(walk(steps, draft), is_agreed=True)
        filled = walk((*steps, self._consent), draft)
        return None if self._is_declined else filled

    def _provider(self, draft: Draft) -> Draft | None:
        if draft.provider:
            self._outlook.profile(draft)
            return None
        question = "Provider of the primary" if self._is_primary else "Provider of the new link"
        rows = provider_rows(self._outlook.runtime.all_readiness())
        names = [row.value.profile.name for row in rows]
        start = names.index(self._chosen) if self._chosen in names else 0
        chosen = self._prompts.choose(question, rows, start=start, can_go_back=self._can_go_back)
        self._chosen = chosen.profile.name
        if chosen.problem and not is_asked_for(chosen.profile, chosen.problem):
            self._outlook.tell(chosen.problem.what, chosen.problem.hint)
        return draft.having(provider=chosen.profile.name)

    def _address(self, draft: Draft) -> Draft | None:
        if draft.text("base_url"):
            return None
        endpoint = self._outlook.endpoint(draft)
        has_none = isinstance(endpoint, Problem) and endpoint.kind == "missing-base-url"
        if not (has_none or self._outlook.is_custom(draft)):
            return None
        address = self._outlook.address(draft)
        while True:
            address = self._prompts.text(
                "Base URL",
                default=address,
                check=lambda text: _fault("base_url", text),
                can_go_back=True,
                hint="most end in /v1",
            )
            with suppress(Back):  # to the address
                if found := self._answering(draft.having(base_url=address.rstrip("/"))):
                    return found

    def _answering(self, draft: Draft) -> Draft | None:
        """*draft*, its address mended where its neighbour answers; None to ask for another."""
        listing = self._outlook.listing(draft, fresh=True)
        if respelt := self._respelt(draft):
            return respelt
        if listing.problem is None:
            count = len(listing.models)
            self._run.say(f"it answers, and lists {count} model{'' if count == 1 else 's'}")
        elif not self._outlook.is_refused(draft):
            self._outlook.tell(listing.problem.what, listing.problem.hint)
            question = "Use this address all the same?"
            return draft if self._prompts.confirm(question, default=False, can_go_back=True) else None
        return draft

    def _respelt(self, draft: Draft) -> Draft | None:
        """*draft* at the neighbouring address that has its models, if somebody wants that; else None."""
        mended = self._outlook.mended(draft)
        if mended is draft:
            return None
        question = f"Its models are at {mended.text('base_url')}; use that address?"
        return mended if self._prompts.confirm(question, default=True, can_go_back=True) else None

    def _way(self, draft: Draft) -> Draft | None:
        return ask_for_way(self._run, self._prompts, self._outlook, draft, may_sign_in=not self._dry_run)

    def _variable(self, draft: Draft) -> Draft | None:
        if (
            draft.text("key_env")
            or draft.key
            or not (self._outlook.is_custom(draft) or self._lacks_variable(draft))
        ):
            return None
        needs_key = self._outlook.is_refused(draft) or isinstance(self._outlook.endpoint(draft), Problem)
        name = self._prompts.text(
            "Name to keep its key under",
            default=self._outlook.suggestion(draft) if needs_key else "",
            check=lambda text: _fault("key_env", text) if text else None,
            can_go_back=True,
            hint="it asks for a key, which comes next" if needs_key else "Enter alone: it needs no key",
        )
        return draft.having(key_env=name or None)

    def _lacks_variable(self, draft: Draft) -> bool:
        """True where a key is missing, and the provider has no variable of its own to keep one in."""
        endpoint = self._outlook.endpoint(draft)
        if isinstance(endpoint, Endpoint):
            is_lacking = endpoint.credential is None and self._outlook.is_refused(draft)
        else:
            is_lacking = endpoint.lacks_key or endpoint.kind == "untrusted-host"
        return is_lacking and self._outlook.variable(draft) is None

    def _key(self, draft: Draft) -> Draft | None:
        self._has_tried_key = False
        if self._outlook.variable(draft) is None or not self._lacks_key(draft):
            return None
        key = ask_for_key(
            self._run,
            self._prompts,
            self._outlook.profile(draft),
            name=self._outlook.name(draft),
            fate=self._outlook.fate(draft),
            attempt=lambda key: self._outlook.proof(self._outlook.mended(draft.keyed(key))),
        )
        self._has_tried_key = key is not None
        return draft.keyed(key)

    def _store(self, draft: Draft) -> Draft | None:
        stores = self._outlook.stores(draft) if draft.key else ()
        if len(stores) < 2:
            return None
        return draft.stored_in(ask_for_store(self._prompts))

    def _lacks_key(self, draft: Draft) -> bool:
        """True where none is found, or one that is refused, which is told."""
        endpoint = self._outlook.endpoint(draft)
        if isinstance(endpoint, Problem):
            profile = self._outlook.profile(draft)
            return endpoint.lacks_key or (profile.signs_in_by_key and is_signed_out(profile, endpoint))
        credential = endpoint.credential
        if (credential and not credential.name) or not self._outlook.is_refused(draft):
            return False
        if credential:
            self._run.warn(f"the key in `{credential.name}` is refused")
        return True

    def _model(self, draft: Draft) -> Draft | None:
        if draft.model:
            return None
        while True:
            chosen = draft.having(model=self._asked_model(draft))
            try:
                self._outlook.edit(chosen)
            except UsageError as error:  # it is the primary
                self._outlook.tell(error.what, error.hint)
            else:
                return chosen

    def _asked_model(self, draft: Draft) -> str:
        listing = self._outlook.listing(draft)
        rows = model_rows(listing, self._outlook.runtime, draft.provider)
        if rows:
            hint = source_phrase(listing)
            return self._prompts.choose(
                "Model", rows, can_go_back=True, free_text="use `{}` as typed", hint=hint
            )
        hint = f"{listing.problem.what if listing.problem else 'it lists none'}; type a name"
        return self._prompts.text(
            "Model", check=lambda text: _fault("model", text), can_go_back=True, hint=hint
        )

    def _place(self, draft: Draft) -> Draft | None:
        chain = self._outlook.runtime.settings.chain
        is_settled = self._is_primary or draft.at is not None or not chain.links
        if is_settled or not self._outlook.edit(draft).changed:
            return None
        return draft.placed(
            self._prompts.choose("Position in the chain", place_rows(chain), can_go_back=True)
        )

    def _consent(self, draft: Draft) -> Draft | None:
        edit = self._outlook.edit(draft)
        if not edit.changed:
            return None
        stderr = self._run.terminal.stderr
        shown = diff_lines(edit.diff, self._run.canvas(stderr))
        stderr.writelines(f"{line}\n" for line in shown[2:])  # without the names of the files
        if draft.key:
            draft = replace(draft, store=self._kept(draft))
        is_well = self._is_well(draft)
        question = "Write this?" if is_well else "Write it all the same?"
        is_agreed = self._prompts.confirm(question, default=is_well, can_go_back=True)
        self._is_declined = not is_agreed
        return replace(draft, is_agreed=is_agreed)

    def _kept(self, draft: Draft) -> str:
        """Where its key goes, which is told."""
        store, runtime = self._outlook.stores(draft)[0], self._outlook.runtime
        if KEYRING in {draft.store, runtime.settings.policy.store} and store != KEYRING:
            problem = self._outlook.keyring_problem
            self._outlook.tell(
                problem.what if problem else "the keyring keeps no key that `key_env` names", None
            )
        place = "the system's keyring" if store == KEYRING else runtime.home.env
        self._run.say(f"the key goes to {place}, as {self._outlook.variable(draft)}")
        if draft.is_remembered:
            self._run.say(f"keys to come do too: `fallback.store: {store}`")
        return store

    def _is_well(self, draft: Draft) -> bool:
        """True unless something is known that would keep it from working, which is told."""
        if problem := self._outlook.problem(draft):
            self._outlook.tell(f"it will not be ready: {problem.what}", problem.hint)
            return False
        if self._has_tried_key:
            return True
        proof = self._outlook.proof(draft)
        if proof.verdict is Verdict.FAILED:
            self._outlook.tell(proof.what, proof.hint)
            return False
        self._run.say(proof.what)
        return True


def _fault(field: str, text: str) -> str | None:
    """What is wrong with *text* as the *field* of a link, in words for somebody who is asked for it."""
    try:
        checked_fields({field: text})
    except UsageError as error:
        return _SAID.get(field) or error.hint or error.what
    return None


_SAID = {
    "key_env": "use letters, digits and underscores, such as MY_KEY; the key itself is asked for next",
    "model": "type a model's name",
}
