"""Route: a link resolved; and what was passed over on the way."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hermes_fallback.fact import Fact
from hermes_fallback.model.credential import Credential, Problem
from hermes_fallback.model.link import Link
from hermes_fallback.model.origin import Origin

__all__ = ["Considered", "Resolution", "Route"]


class Route(Fact, unshown=("headers",)):
    """Everything needed to send a conversation: endpoint, dialect, credential, headers."""

    provider: str
    """The profile's own name, aliases resolved."""
    model: str
    base_url: str
    api_mode: str
    """The dialect: `chat_completions`, `anthropic_messages`, …"""
    credential: Credential | None = None
    """None where the host needs none."""
    auth_header: str = "Authorization"
    auth_scheme: str = "Bearer"
    """Put before the key; empty for headers that hold the bare key."""
    headers: Mapping[str, str] = MappingProxyType({})
    position: int = 0
    context_length: int | None = None
    """Tokens that fit, where the link or its endpoint says so."""

    @property
    def origin(self) -> Origin:
        """Where requests on this route go."""
        return Origin.of(self.base_url)


class Considered(Fact, kw_only=False):
    """One candidate value that the resolver looked at, and what became of it."""

    candidate: str
    outcome: str


class Resolution(Fact):
    """What became of one link: a route, or the problem that stands in the way; never both."""

    link: Link
    position: int
    route: Route | None = None
    problem: Problem | None = None
    considered: tuple[Considered, ...] = ()
