"""Outlook: what a draft would come to, asked of the home and of the provider. Nothing is written."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from hermes_fallback.catalog.cache import cache_folder
from hermes_fallback.catalog.models import Catalog, Listing, usual
from hermes_fallback.cli.draft import Draft
from hermes_fallback.cli.keys import ENV, STORES, variable_for
from hermes_fallback.cli.offer import listing_of
from hermes_fallback.credentials.keyring_store import KEYRING, KeyringStore
from hermes_fallback.errors import UsageError
from hermes_fallback.model.credential import Problem
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.origin import Origin
from hermes_fallback.model.variable import is_variable_name
from hermes_fallback.probe.probe import Checked, Stage, Verdict, probe
from hermes_fallback.runtime.editor import ChainEdit, Editor

if TYPE_CHECKING:
    from hermes_fallback.cli.invocation import Invocation
    from hermes_fallback.cli.prompts.protocol import Prompts
    from hermes_fallback.providers.profile import ProviderProfile
    from hermes_fallback.secret import Secret
    from hermes_fallback.transport.synchronous import Carrier

__all__ = ["Outlook"]

_PROBE_S = 5.0


class Outlook:
    """What drafts of one home would come to. What a provider was asked once is remembered."""

    def __init__(self, run: Invocation, prompts: Prompts, carrier: Carrier, *, is_primary: bool) -> None:
        self._run, self._prompts, self._carrier = run, prompts, carrier
        self._is_primary = is_primary
        self.reopen()
        self._catalog = Catalog(cache_folder(run.terminal.environ), carrier)
        self._listings: dict[tuple[str, Secret | None], Listing] = {}

    def reopen(self) -> None:
        """Read the home again: somebody has signed in."""
        self.runtime = self._run.runtime()
        self._editor = Editor(self.runtime)

    def profile(self, draft: Draft) -> ProviderProfile:
        """What is known of its provider.

        Raises:
            NotFound: there is no such provider.
        """
        return self.runtime.registry.get(draft.provider)

    def is_custom(self, draft: Draft) -> bool:
        """True for the provider of any address, which has neither an address nor a variable of its own."""
        return self.profile(draft).group == "custom" and self.runtime.registry.named(draft.provider) is None

    def endpoint(self, draft: Draft) -> Endpoint | Problem:
        """Where it leads and with which key, or what is in the way."""
        return draft.endpoint(self.runtime)

    def address(self, draft: Draft) -> str:
        """Its base URL; empty where there is none yet."""
        endpoint = self.endpoint(draft)
        known = "" if isinstance(endpoint, Problem) else endpoint.base_url
        return known or draft.text("base_url") or self.profile(draft).base_url

    def name(self, draft: Draft) -> str:
        """What people call its provider: the title, or the host and port where it is one of their own."""
        profile = self.profile(draft)
        if self.is_custom(draft):
            return str(Origin.of(self.address(draft))).partition("://")[2]
        return profile.display_name or profile.name

    def variable(self, draft: Draft) -> str | None:
        """Where a key for it would be kept; None where a name is to be found for that first."""
        try:
            return variable_for(self.runtime, draft.fields)
        except UsageError:
            return None

    @cached_property
    def keyring_problem(self) -> Problem | None:
        """Why the keyring of the system cannot keep a key, or None."""
        with self._prompts.waiting("asking the keyring"):
            return KeyringStore(self.runtime.home.keyring).problem()

    def refusal(self, draft: Draft) -> Problem | None:
        """Why the keyring, which is to keep its key, does not; None where it does, or is not to."""
        return self.keyring_problem if self._wanted(draft) == KEYRING else None

    def _wanted(self, draft: Draft) -> str | None:
        """The one place that its key is to go to, where that is settled."""
        return draft.store or self.runtime.settings.policy.store

    def stores(self, draft: Draft) -> tuple[str, ...]:
        """Where its key can go; more than one place where that is for somebody to choose."""
        wanted = self._wanted(draft)
        if draft.text("key_env") or wanted == ENV or self.keyring_problem:
            return (ENV,)
        return (wanted,) if wanted else STORES

    def fate(self, draft: Draft) -> str:
        """What becomes of its key, in words."""
        stores = self.stores(draft)
        if len(stores) > 1:
            return "where it is kept is asked next"
        if stores == (KEYRING,):
            return "is kept in the system's keyring"
        return f"is kept as {self.variable(draft)} in {self.runtime.home.env}, which you alone can read"

    def suggestion(self, draft: Draft) -> str:
        """A name for the variable of its key, after the host."""
        host = Origin.of(self.address(draft)).host
        words = host.removeprefix("api.").split(".")[:-1] or [host]
        name = "_".join([*words, "API_KEY"]).upper().replace("-", "_")
        return name if is_variable_name(name) else "MY_API_KEY"

    def listing(self, draft: Draft, *, fresh: bool = False) -> Listing:
        """The models it could be asked for."""
        profile, endpoint = self.profile(draft), self.endpoint(draft)
        if isinstance(endpoint, Problem):
            address = self.address(draft)
            if not address or not (draft.text("base_url") or profile.models_public):
                return usual(profile, address, endpoint)
            endpoint = Endpoint(provider=profile.name, base_url=address)
        asked = endpoint.base_url, endpoint.credential.secret if endpoint.credential else None
        if fresh or asked not in self._listings:
            with self._prompts.waiting(f"asking {self.name(draft)} for its models"):
                self._listings[asked] = listing_of(self._catalog, profile, endpoint, fresh=fresh)
        return self._listings[asked]

    def mended(self, draft: Draft) -> Draft:
        """*draft* at the address where its models are, if that is a neighbour of the one that was typed."""
        if not self.is_custom(draft):
            return draft
        address = self.listing(draft).base_url
        return draft if address in {"", draft.text("base_url")} else draft.having(base_url=address)

    def is_refused(self, draft: Draft) -> bool:
        """True when its provider says that it does not take the key, or that it wants one."""
        problem = self.listing(draft).problem
        return problem is not None and problem.kind == "refused-key"

    def proof(self, draft: Draft) -> Checked:
        """Whether its provider answers, and takes the key."""
        endpoint = self.endpoint(draft)
        if isinstance(endpoint, Problem):
            what, hint = endpoint.what, endpoint.hint
            return Checked(verdict=Verdict.FAILED, stage=Stage.AUTHENTICATE, what=what, hint=hint)
        with self._prompts.waiting(f"asking {self.name(draft)}"):
            return probe(self.profile(draft), endpoint, self._carrier, timeout_s=_PROBE_S)

    def edit(self, draft: Draft) -> ChainEdit:
        """What writing it would do.

        Raises:
            UsageError: it is the primary, and is to be a fallback.
        """
        if self._is_primary:
            return self._editor.set_primary(draft.fields, dry_run=True)
        return self._editor.add(draft.fields, at=draft.at, force=True, dry_run=True)

    def problem(self, draft: Draft) -> Problem | None:
        """Why it would not be ready, though its key were stored."""
        _, resolution = self._editor.prepare(draft.fields)
        link = resolution.link.but(api_key=draft.key) if draft.key else resolution.link
        position = 0 if self._is_primary else resolution.position
        return self.runtime.resolver(self.runtime.settings).resolve(link, position=position).problem

    def tell(self, what: str, hint: str | None) -> None:
        """Say what stands in the way, and what to do about it."""
        self._run.warn(what)
        if hint:
            stderr = self._run.terminal.stderr
            canvas = self._run.canvas(stderr)
            stderr.write(canvas.fold(canvas.plain(hint), first="  hint: ", indent="    ") + "\n")
