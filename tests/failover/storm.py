"""Links that fail by script, and callers who are driven by hand: one operation at a time, on the test's own clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hermes_fallback.errors import CredentialError, Unanswered
from hermes_fallback.model.credential import Credential, Grant
from hermes_fallback.model.failure import AttemptFailed, Failure, Transport
from hermes_fallback.model.route import Route
from hermes_fallback.secret import Secret
from hermes_fallback.session.flow import Steps
from hermes_fallback.session.ops import Explain, Op, Open, Permit, Read, Renew, Show, Sleep
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


def signed_in(position: int, host: str, account: str, model: str) -> Route:
    """A route to *model* at *host* with a sign-in that can be renewed."""
    plain = route(position, host, f"token-of-{account}", model)
    grant = Grant(kind="oauth", provider="custom")
    credential = Credential(
        secret=Secret(f"token-of-{account}"), source="test", name=account, account=account, grant=grant
    )
    return plain.but(credential=credential)


KEYED = (
    route(0, "a", "key-one", "big"),
    signed_in(0, "a", "nous:1", "big"),
    route(0, "a", "key-three", "big"),
    route(1, "b", "key-one", "big"),
    route(1, "b", "key-two", "big"),
    signed_in(2, "c", "nous:1", "small").but(context_length=20),
    signed_in(2, "c", "nous:2", "small").but(context_length=20),
)
"""Three links, each with several credentials; some of these go to two of them."""

_STATUSES: Mapping[str, tuple[int, dict[str, str], str]] = MappingProxyType(
    {
        "429": (429, {}, "Rate limit reached"),
        "429 for 3 s": (429, {"retry-after": "3"}, "Rate limit reached"),
        "429 for 90 s": (429, {"retry-after": "90"}, "Rate limit reached"),
        "402": (402, {}, "Insufficient credits"),
        "401": (401, {}, "Invalid API key"),
        "stale": (401, {}, "The token has expired"),
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
RENEWALS: Mapping[str, float | None] = MappingProxyType({"works": 0.05, "drags": 25.0, "fails": None})
"""How long a renewal takes; None for one that fails."""
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
    """The clock, and how each of *routes* behaves, by its place among them."""

    routes: tuple[Route, ...] = ROUTES
    now: float = 0.0
    draw: float = 0.5
    renews: str = "works"
    behaves: dict[int, str] = field(default_factory=dict)

    def place(self, to: Route) -> int:
        """Which of the routes *to* is."""
        return next(
            n
            for n, each in enumerate(self.routes)
            if (each.position, each.subject) == (to.position, to.subject)
        )

    def open(self, to: Route, op: Open) -> Head:
        """What comes of a request; raises `AttemptFailed` where no answer does."""
        behaviour = self.behaves.get(self.place(to), "well")
        if behaviour == "stale" and to.credential != op.request.credential:
            behaviour = "well"
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
    renewed: list[tuple[str, bool]] = field(default_factory=list)
    """The accounts whose sign-ins it had renewed, and whether they had been refused."""
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

    def _renewed(self, op: Renew) -> Credential | CredentialError:
        self.renewed.append((op.credential.account, op.refused))
        took_s = RENEWALS[self.world.renews]
        self.world.now += took_s or OP_S
        if took_s is None:
            return CredentialError("the sign-in could not be renewed", kind="renewal-failed")
        return op.credential.but(secret=Secret(f"{op.credential.account} at {self.world.now}"))

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
            case Renew():
                return self._renewed(op)
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
        if isinstance(self.op, Renew) and not self.is_over:
            assert self.world.now < self.ends_s, "a renewal begins after the deadline"
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
        model, credential = json.loads(op.request.body)["model"], op.request.credential
        return next(
            each
            for each in self.flow.plan.routes
            if op.request.url.startswith(each.base_url)
            and each.model == model
            and each.credential
            and credential
            and each.credential.subject == credential.subject
        )
