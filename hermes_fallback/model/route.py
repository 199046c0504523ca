"""Route: a link resolved; and what was passed over on the way."""

from __future__ import annotations

from functools import cached_property

from hermes_fallback.fact import Fact
from hermes_fallback.model.credential import Problem
from hermes_fallback.model.demands import Demands
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.link import Link

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.model.bench import Subject

__all__ = ["Considered", "Resolution", "Route"]


class Route(Endpoint):
    """Everything needed to send a conversation: the endpoint, and what is asked for there."""

    model: str
    api_mode: str
    """The dialect: `chat_completions`, `anthropic_messages`, …"""
    position: int = 0
    context_length: int | None = None
    """Tokens that fit, where the link or its endpoint says so."""
    cost: str | None = None
    """`local`, `free`, `subscription` or `metered`, where the link says so."""
    demands: Demands = Demands()
    """What the endpoint wants of a conversation."""
    zone: str | None = None
    """`device`, `lan`, `region:X` or `any`, where the link says so."""
    insists: bool = False
    """True where the user chose this link by hand: it is tried whatever is benched."""

    @cached_property
    def subject(self) -> Subject:
        """What benches know this route by: host, credential, model, and all that is configured for it."""
        from hashlib import sha256  # only who sends requests asks

        from hermes_fallback.model.bench import Subject

        credential = self.credential.subject.credential if self.credential else ""
        whole = f"{self.provider}\0{self.model}\0{self.base_url}\0{self.api_mode}\0{credential}"
        return Subject(str(self.origin), credential, self.model, sha256(whole.encode()).hexdigest()[:16])


class Considered(Fact, kw_only=False):
    """One candidate value that the resolver looked at, and what became of it."""

    candidate: str
    outcome: str


class Resolution(Fact):
    """What became of one link: a route, or the problem that stands in the way; never both."""

    link: Link
    position: int
    route: Route | None = None
    others: tuple[Route, ...] = ()
    """The same with further credentials, in the order in which they are tried when the first is benched."""
    problem: Problem | None = None
    considered: tuple[Considered, ...] = ()
