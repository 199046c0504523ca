"""Links that fail by script, and callers who are driven by hand: one operation at a time, on the test's own clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hermes_fallback.errors import Unanswered
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.failure import AttemptFailed, Failure, Transport
from hermes_fallback.model.route import Route
from hermes_fallback.secret import Secret
from hermes_fallback.session.flow import Steps
from hermes_fallback.session.ops import Explain, Op, Open, Permit, Read, Show, Sleep
from hermes_fallback.session.turn import Flow, TurnState
from hermes_fallback.wire.exchange import Said

WALL = 1_000_000.0
"""Seconds since the epoch when the clock says 0."""
OP_S = 0.05
"""How long anything takes that does not hang."""
THINKING_S = 100.0
"""How long the user takes to answer."""
MOST_OPS = 500


def route(position: int, host: str, key: str, model: str, **facts: int) -> Route:
    """A route to *model* at *host* with *key*."""
    return Route(
        provider="custom",
        model=model,
        base_url=f"https://{host}.test/v1",
        api_mode="chat_completions",
        credential=Credential(secret=Secret(key), source="test", name=key),
        position=position,
        **facts,
    )


ROUTES = (
    route(0, "a", "key-one", "big"),
    route(1, "a", "key-one", "small", context_length=20),
    route(2, "b", "key-one", "big"),
    route(3, "c", "key-two", "big"),
)
"""Two at one host with one key, one elsewhere with the same key, and one that shares nothing."""

_STATUSES: Mapping[str, tuple[int, dict[str, str], str]] = MappingProxyType(
    {
        "429": (429, {}, "Rate limit reached"),
        "429 for 3 s": (429, {"retry-after": "3"}, "Rate limit reached"),
        "429 for 90 s": (429, {"retry-after": "90"}, "Rate limit reached"),
        "402": (402, {}, "Insufficient credits"),
        "401": (401, {}, "Invalid API key"),
        "404": (404, {}, "The model does not exist"),
        "500": (500, {}, "Internal error"),
        "503": (503, {}, "The server is overloaded"),
        "400": (400, {}, "Invalid value for `messages`"),
    }
)
_RAISED: Mapping[str, Failure] = MappingProxyType(
    {
        "refuses": Failure(
            transport=Transport.EXCEPTION, exception="ConnectError", body="Connection refused"
        ),
        "hangs up": Failure(transport=Transport.EXCEPTION, exception="ReadError", hung_up=True),
        "silent": Failure(transport=Transport.EXCEPTION, exception="ReadTimeout"),
    }
)
_CONTENT = b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"hi"}}]}\n\n'
_END = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
_STREAMS: Mapping[str, tuple[bytes, ...]] = MappingProxyType(
    {"well": (_CONTENT, _END), "empty": (_END,), "cut": (_CONTENT, b"")}
)
"""What is read, piece by piece; an empty piece is the end of the connection."""
BEHAVIOURS = ("well", *_STATUSES, *_RAISED, "empty", "cut")
MOODS = (*BEHAVIOURS, *("429 for 90 s", "429 for 3 s", "500") * 2, *("well",) * 12)
"""The same, each as often as it is to be met."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a response, and what follows it."""

    status: int
    headers: Mapping[str, str]
    pieces: list[bytes]


@dataclass(slots=True)
class World:
    """The clock, and how each link behaves, by position."""

    now: float = 0.0
    draw: float = 0.5
    behaves: dict[int, str] = field(default_factory=lambda: dict.fromkeys(range(len(ROUTES)), "well"))

    def open(self, to: Route, op: Open) -> Head:
        """What comes of a request; raises `AttemptFailed` where no answer does."""
        behaviour = self.behaves[to.position]
        self.now += op.timeouts.first_token_s if behaviour == "silent" else OP_S
        if behaviour in _RAISED:
            raise AttemptFailed(_RAISED[behaviour])
        if behaviour in _STATUSES:
            status, headers, message = _STATUSES[behaviour]
            return Head(status, headers, [json.dumps({"error": {"message": message}}).encode()])
        return Head(200, {"content-type": "text/event-stream"}, list(_STREAMS[behaviour]))


@dataclass(slots=True, kw_only=True)
class Caller:
    """One step of a session, and what can be seen of it from outside."""

    flow: Flow
    world: World
    turn: TurnState
    steps: Steps
    ends_s: float
    """When its deadline is over: a minute, the time that content came and that the user thought left out."""
    op: Op | None = None
    """What it waits for."""
    asked: list[Route] = field(default_factory=list)
    """The links that it has sent to, each as often as it has."""
    opened_s: float = 0.0
    slept_s: float = 0.0
    is_over: bool = False
    error: Unanswered | None = None
    ops: int = 0
    _paused_s: float | None = None

    @property
    def has_answered(self) -> bool:
        """True when it has ended well."""
        return self.is_over and self.error is None

    def begin(self) -> None:
        """Go to the first operation."""
        self._go(lambda: self.steps.send(None))

    def perform(self, *, yes: bool) -> None:
        """Do what it waits for, and let it go on to the next operation. *yes* is the user's answer."""
        self.ops += 1
        assert self.ops < MOST_OPS, "a step does not end"
        try:
            outcome = self._outcome(self.op, yes=yes)
        except AttemptFailed as failed:
            failure = failed
            self._go(lambda: self.steps.throw(failure))
        else:
            self._go(lambda: self.steps.send(outcome))

    def cancel(self) -> None:
        """Hear no more of it."""
        self.steps.close()
        self.is_over = True

    def _outcome(self, op: Op | None, *, yes: bool) -> object:
        match op:
            case Open():
                return self.world.open(self.asked[-1], op)
            case Read(response=Head() as head):
                self.world.now += OP_S
                return head.pieces.pop(0)
            case Explain(response=Head() as head):
                self.world.now += OP_S
                return Failure(
                    transport=Transport.HTTP,
                    status=head.status,
                    headers=head.headers,
                    body=head.pieces[0].decode(),
                )
            case Sleep():
                self.slept_s += op.seconds
                self.world.now += op.seconds
            case Permit():
                self.world.now += THINKING_S
                return yes
        return None

    def _go(self, advance: Callable[[], Op]) -> None:
        was_asking = isinstance(self.op, Permit)
        try:
            self.op = advance()
            while isinstance(self.op, Show):  # whoever listens does so at once
                if isinstance(self.op.event, Said):
                    self._paused_s = self.world.now
                self.op = self.steps.send(None)
        except StopIteration:
            self.is_over = True
        except Unanswered as error:
            self.is_over, self.error = True, error
        self._count_pause(was_asking=was_asking)
        if isinstance(self.op, Open) and not self.is_over:
            self.asked.append(self._route_of(self.op))
            self.opened_s = self.world.now

    def _count_pause(self, *, was_asking: bool) -> None:
        """Leave out of the deadline the time that content came, and that the user thought."""
        if self._paused_s is not None and (was_asking or not isinstance(self.op, Read)):
            self.ends_s += self.world.now - self._paused_s
            self._paused_s = None
        if isinstance(self.op, Permit):
            self._paused_s = self.world.now

    def _route_of(self, op: Open) -> Route:
        model = json.loads(op.request.body)["model"]
        return next(
            each
            for each in self.flow.plan.routes
            if op.request.url.startswith(each.base_url) and each.model == model
        )
