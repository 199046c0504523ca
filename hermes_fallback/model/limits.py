"""Limits: how long we wait, and how often we try."""

from __future__ import annotations

from hermes_fallback.fact import Fact

__all__ = ["Limits", "Timeouts"]


class Timeouts(Fact):
    """Three clocks, in seconds; a keep-alive feeds none of them."""

    connect_s: float = 5.0
    first_token_s: float = 30.0
    local_first_token_s: float = 120.0
    """In place of `first_token_s` on this machine or network, where a model may have to be loaded first."""
    between_tokens_s: float = 30.0

    def for_local_host(self) -> Timeouts:
        """The same, with time for a local model to load."""
        return self.but(first_token_s=self.local_first_token_s)


class Limits(Fact):
    """The budget of a step. Times are in seconds."""

    patience_s: float = 5.0
    """Longest wait a provider may ask for that we sit out."""
    deadline_s: float = 180.0
    """Until first content; a stream that progresses is never cut."""
    retries: int = 2
    """Extra tries on the last usable link, for reasons that pass."""
    timeouts: Timeouts = Timeouts()
