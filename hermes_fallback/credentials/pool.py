"""Pool: the credentials of a provider in auth.json, its sign-in among them."""

from __future__ import annotations

from collections.abc import Iterator
from time import time

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.dressing import dressed, worn
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.placeholder import fault_of
from hermes_fallback.credentials.pool_entry import PoolEntry
from hermes_fallback.credentials.scope import is_home_of, is_own
from hermes_fallback.credentials.source import Answer
from hermes_fallback.model.credential import Credential, Grant
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.credentials.provider import Provider

__all__ = ["PoolSource"]

_VARIABLE = "env:"
_NO_SIGN_IN = OAuth()


class PoolSource:
    """A `Source`: the pools of *auth*, each in the order of its priorities.

    Entries that only name a variable are filled from *environment*. A provider with a pool in *nearer*, which is that of
    a profile within this home, is passed over.
    """

    def __init__(
        self,
        auth: AuthFile,
        environment: Environment,
        *,
        nearer: AuthFile | None = None,
    ) -> None:
        self._auth, self._nearer = auth, nearer
        self._environment = environment

    def look(self, provider: Provider, origin: Origin) -> Iterator[Answer]:
        """The credentials of *provider*, each once, to be sent to *origin*; and why the others are none."""
        if self._nearer and self._nearer.read().pool(provider.name):
            return
        content = self._auth.read()
        if content.fault:
            yield Answer(f"`{self._auth.path}`", content.fault.why or content.fault.what, is_broken=True)
            return
        entries = content.pool(provider.name)
        if not entries:
            yield Answer(f"`{self._auth.path}`", f"holds nothing for `{provider.name}`")
        first: dict[str, PoolEntry] = {}
        for entry in entries:
            outcome = self._outcome(entry, provider, origin, content.suppressed(provider.name))
            if isinstance(outcome, Credential):
                same = first.setdefault(outcome.account or outcome.secret.digest(16), entry)
                outcome = outcome if same is entry else f"the same as `{same.label}`"
            yield Answer(f"`{entry.label}` in `{self._auth.path}`", outcome)

    def _outcome(
        self, entry: PoolEntry, provider: Provider, origin: Origin, suppressed: tuple[str, ...]
    ) -> Credential | str:
        if entry.source in suppressed:
            return "was removed, and is not used"
        if entry.source.startswith(_VARIABLE):
            return self._of_variable(entry.source.removeprefix(_VARIABLE), provider, origin)
        if entry.secret is None and entry.is_borrowed:
            return f"holds no key of its own: it stands for `{entry.source}`"
        if entry.auth_type == "oauth":
            return self._of_sign_in(entry, provider, origin)
        if entry.secret is None:
            return "holds no key"
        fault = fault_of(entry.secret.reveal())
        found = Credential(secret=entry.secret, source="pool", name=entry.label, origins=frozenset([origin]))
        return fault.what if fault else dressed(found, provider)

    def _of_variable(self, variable: str, provider: Provider, origin: Origin) -> Credential | str:
        if variable not in provider.env_vars:
            return f"`{variable}` is no variable of `{provider.name}`"
        if not is_home_of(variable, origin):
            return f"not sent to `{origin}`"
        found = self._environment.get(variable)
        if found is None:
            return f"`{variable}` is not set"
        value = found.value.strip()
        fault = fault_of(value)
        if fault:
            return f"`{variable}` {fault.what}"
        key = Credential(
            secret=Secret(value), source=found.source, name=variable, origins=frozenset([origin])
        )
        return dressed(key, provider)

    def _of_sign_in(self, entry: PoolEntry, provider: Provider, origin: Origin) -> Credential | str:
        oauth = provider.oauth or _NO_SIGN_IN
        grant = self._grant(entry, provider, oauth)
        if not is_own(provider, origin):
            return f"a sign-in is not sent to `{origin}`"
        if grant is None and entry.secret is None:
            return "holds no token: sign in again"
        if grant is None and entry.expires_at and entry.expires_at <= time():
            return "its token has ended: sign in again"
        base_url = entry.base_url if entry.base_url and oauth.believes(entry.base_url) else None
        found = Credential(
            secret=entry.secret or Secret(""),
            source="pool",
            name=entry.label,
            origins=frozenset([Origin.of(base_url) if base_url else origin]),
            account=entry.account,
            expires_at=entry.expires_at,
            grant=grant,
            base_url=base_url,
            project=str(entry.raw.get("project_id") or ""),
        )
        return worn(found, oauth)

    def _grant(self, entry: PoolEntry, provider: Provider, oauth: OAuth) -> Grant | None:
        if entry.refresh_token is None or not (oauth.token_url or oauth.discovery_url):
            return None
        return Grant(
            kind="oauth",
            provider=provider.name,
            path=self._auth.path,
            entry=entry.id,
            oauth=oauth,
            skew_s=oauth.skew_s,
        )
