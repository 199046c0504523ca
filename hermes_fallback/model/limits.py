"""Limits and policy: how long we wait, how often we try, and where a conversation may go."""

from __future__ import annotations

from hermes_fallback.fact import Fact

__all__ = ["Limits", "Policy", "Timeouts"]


class Timeouts(Fact):
    """The clocks of one attempt, in seconds; a keep-alive feeds none of them."""

    connect_s: float = 5.0
    first_token_s: float = 30.0
    local_first_token_s: float = 120.0
    """In place of `first_token_s` on this machine or network, where a model may have to be loaded first."""
    reasoning_first_token_s: float = 180.0
    """The same for models that think before they speak, and do not show it."""
    between_tokens_s: float = 30.0


class Limits(Fact):
    """The budget of a step. Times are in seconds."""

    patience_s: float = 5.0
    """Longest wait a provider may ask for that we sit out."""
    deadline_s: float = 180.0
    """Until first content; a stream that progresses is never cut."""
    retries: int = 2
    """Extra tries on the last usable link, for reasons that pass."""
    attempts: int = 32
    sleep_s: float = 20.0
    """All waits of a step together."""
    timeouts: Timeouts = Timeouts()


class Policy(Fact):
    """Where a conversation may go, and what is done when it cannot; the words are those of `fallback:` in the config."""

    scope: str = "turn"
    """`turn`: the next turn begins with the primary. `session`: a switch lasts."""
    max_switches: int | None = None
    """In one turn; None for as many as there are links."""
    midstream: str = "restart"
    """`restart` replays an answer that broke off on the next link; `raise` gives the part that came."""
    content_policy: str = "stop"
    """`stop`, or `next`: another provider may answer what one has refused."""
    context_overflow: str = "raise"
    """`raise`, or `larger`: a link that is known to hold the prompt may answer."""
    when_all_benched: str = "probe"
    """`probe` the soonest, `wait` for it within the deadline, or `fail`."""
    metered: str = "auto"
    """Links behind the primary that cost by use: entered, entered after a question (`ask`), or `never`."""
    max_usd_per_day: float | None = None
    """Read, and not kept yet: a plan refuses it, since a cap that is not held is none."""
    zone: str = "any"
    """No request leaves it: `device`, `lan`, `region:X` or `any`."""
    notify: bool = True
    store: str | None = None
    """Where new keys go: `env` or `keyring`; None where nobody has said, which is `env` unless somebody can be asked."""
    state: str = "sqlite"
    """How benches are shared: `sqlite`, or the address of a Redis."""
