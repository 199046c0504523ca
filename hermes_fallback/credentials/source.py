"""Source: one kind of place that may hold credentials, asked for those of one provider."""

from __future__ import annotations

from collections.abc import Iterator

from hermes_fallback.fact import Fact
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.origin import Origin

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import Protocol

    from hermes_fallback.credentials.provider import Provider
else:
    Protocol = object

__all__ = ["Answer", "Source"]


class Answer(Fact, kw_only=False):
    """What one place came to."""

    place: str
    """How to call it, such as "`auth.json`, entry `work`"; never a secret."""
    outcome: Credential | str
    """A credential, bound to the origin that was asked for; or why there is none, in a few words."""
    is_broken: bool = False
    """True where the place cannot be read, so that nobody knows what it holds."""


class Source(Protocol):
    """One kind of place. Asking it changes nothing, waits 3 seconds at most, and touches no network."""

    def look(self, provider: Provider, origin: Origin) -> Iterator[Answer]:
        """What it holds for *provider*, to be sent to *origin*, the best first.

        The caller has made sure that *origin* is the provider's own.

        Raises:
            InvalidFile, SystemRefused: its file cannot be read.
        """
