"""Credential: one secret, where it came from, and the origins it may be sent to."""

from __future__ import annotations

from functools import cached_property

from hermes_fallback.fact import Fact
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.model.bench import Subject

__all__ = ["Credential", "Missing", "Problem"]


class Credential(Fact):
    """A usable secret. The transport sends it to `origins` and refuses every other."""

    secret: Secret
    source: str
    """`link`, `config`, `dotenv`, `env` …: the kind of place it was found in."""
    name: str | None = None
    """The variable it came from, when it came from one."""
    origins: frozenset[Origin] = frozenset()

    @cached_property
    def subject(self) -> Subject:
        """What benches know this credential by, wherever it is sent."""
        from hermes_fallback.model.bench import Subject  # only who sends requests asks

        return Subject(credential=self.secret.digest(16))

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
