"""Credential: one secret, where it came from, and the origins it may be sent to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from hermes_fallback.fact import Fact
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.model.bench import Subject
    from hermes_fallback.model.oauth import OAuth

__all__ = ["Credential", "Grant", "Missing", "Problem", "Signing"]


_FINGERPRINT = len("sha256:") + 8


class Grant(Fact):
    """What a credential is renewed from. Whoever holds it can do so without knowing the home it came from."""

    kind: str
    """`oauth` (a refresh token in auth.json), `exchange` (a lasting token for a short-lived one), `file` (another
    program's, read again), `entra`, `gcp` (a cloud's library makes a token), `aws` (each request is signed),
    `keyring` (a key that the system's keyring keeps)."""
    provider: str
    """The profile's own name."""
    path: str = ""
    """auth.json, the file of the other program, or the `.env` whose variables a cloud's library is to see."""
    entry: str = ""
    """The id of the pool's entry; empty for the provider's own state in auth.json."""
    oauth: OAuth | None = None
    token: Secret | None = None
    """What is exchanged."""
    scope: str = ""
    skew_s: float = 120.0
    """So many seconds before its end the credential is renewed."""


class Signing(Fact):
    """What a credential signs requests with, beside its secret, where the host wants a signature of AWS's form."""

    key_id: str
    """The name of the secret."""
    token: Secret | None = None
    """Of a session that ends."""
    region: str
    """Where the address does not say it."""
    service: str


class Credential(Fact, unshown=("headers",)):
    """A usable secret. The transport sends it to `origins` and refuses every other."""

    secret: Secret
    """Empty only where `grant` has yet to give the first one."""
    source: str
    """`link`, `config`, `dotenv`, `env`, `pool`, `keyring` …: the kind of place it was found in."""
    name: str | None = None
    """The variable it came from, when it came from one; the label of a pool's entry."""
    origins: frozenset[Origin] = frozenset()
    account: str = ""
    """What stays when the secret is renewed; empty where the secret itself is all there is."""
    expires_at: float | None = None
    """When the secret ends, in seconds since the epoch; None where nobody knows, or never."""
    grant: Grant | None = None
    """None where it cannot be renewed."""
    signing: Signing | None = None
    """None where requests carry the secret itself."""
    project: str = ""
    """What requests are counted on, where the sign-in has such a thing and the dialect says it."""
    auth_header: str | None = None
    """The header that carries it, where it is not the provider's usual one."""
    auth_scheme: str = "Bearer"
    """The word before it in `auth_header`; read only where that is set."""
    headers: Mapping[str, str] = MappingProxyType({})
    """What requests carry beside it."""
    base_url: str | None = None
    """Where requests with it go, where the sign-in says so."""

    def is_due(self, now: float) -> bool:
        """True when it has to be renewed before it is sent, *now* in seconds since the epoch."""
        if self.grant is None:
            return False
        return not self.secret or (self.expires_at is not None and now >= self.expires_at - self.grant.skew_s)

    @property
    def is_sign_in(self) -> bool:
        """True where it came from signing in; False for a key, wherever that is kept."""
        return self.grant is not None and self.grant.kind != "keyring"

    @property
    def fingerprint(self) -> str:
        """Enough to tell it from others and to recognise it again: of the secret, or of what stays of it."""
        if self.account.startswith("sha256:"):
            return self.account[:_FINGERPRINT]
        return self.secret.fingerprint if self.secret else self.account

    @cached_property
    def subject(self) -> Subject:
        """What benches know this credential by, wherever it is sent."""
        from hermes_fallback.model.bench import Subject  # only who sends requests asks

        return Subject(credential=self.account or self.secret.digest(16))

    def allows(self, url: str) -> bool:
        """True when this credential may be sent to *url*."""
        try:
            return Origin.of(url) in self.origins
        except ValueError:
            return False


class Problem(Fact, kw_only=False):
    """Why something is not ready: a stable *kind*, a sentence, and what to type next."""

    kind: str
    what: str
    hint: str | None = None

    @property
    def lacks_key(self) -> bool:
        """True where a key is all that is missing."""
        return self.kind in {"missing-credential", "placeholder-credential", "malformed-credential"}


class Missing(Fact, kw_only=False):
    """No credential, and every place that was asked, in order, with its answer."""

    problem: Problem
    looked_in: tuple[tuple[str, str], ...] = ()
    """(place, answer) pairs, such as (`.env OPENROUTER_API_KEY`, `not set`)."""
