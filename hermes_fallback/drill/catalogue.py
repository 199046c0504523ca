"""The catalogue of faults, and what must come of each: written down here apart from the engine that it judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hermes_fallback.model.bench import Grain
from hermes_fallback.model.reason import Reason

if TYPE_CHECKING:
    from hermes_fallback.model.route import Route
    from hermes_fallback.runtime.plan import Plan

__all__ = ["CATALOGUE", "ELSEWHERE", "KEY", "Fault", "Place", "Then"]

Step = str | Mapping[str, Any]
"""What one request gets, as `loopback.spec` takes it."""
ELSEWHERE, KEY = "{elsewhere}", "{key}"
"""In an option of a step, these stand for the address of another host and for the planted key of the link."""


class Then(Enum):
    """What must come of a fault."""

    SAME = "same"
    """The link itself answers: at once, or when it is asked again."""
    NEXT = "next"
    """The next link answers, of those that do not share what failed."""
    STOP = "stop"
    """The turn ends with the reason, and nobody else is asked: the caller has to change the request."""
    BREAK = "break"
    """The turn ends, and gives the part of the answer that had come."""
    FAIL = "fail"
    """No link answers, and the error tells each attempt."""


class Place(Enum):
    """Where a fault is played."""

    PRIMARY = "primary"
    """At the first link, and at those that share with it what fails."""
    LOOKUP = "lookup"
    """The same, where the name of the host cannot be looked up."""
    TLS = "tls"
    """The same, where the host shows a certificate that nobody has signed."""
    CROWD = "crowd"
    """The same, met by many turns at once."""
    BUT_LAST = "but last"
    """At every link but the last that a turn may switch to."""
    EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of the primary: what it does, request by request, and what must come of it."""

    name: str
    title: str
    script: tuple[Step, ...]
    """The last step holds for ever."""
    then: Then
    reason: Reason | None = None
    """What the failed attempts must be called; None where there is no fault."""
    words: Mapping[str, Reason] = field(default_factory=dict)
    """By dialect, where the words it has for the fault mean another reason."""
    asked: int = 1
    """How many requests the primary must get in the turn."""
    bench: tuple[Grain, float] | None = None
    """What must be benched, and for how many seconds; the next turn must leave that alone."""
    is_given: bool = False
    """True where the provider names the time of the bench."""
    wait_s: float = 0.0
    """What the provider asks for before it is asked again."""
    tools: bool = False
    """True where the request offers a tool, and the answer calls it."""
    shows: bool = False
    """True where content has been handed out before it breaks."""
    was_benched: bool = False
    """True where the primary has been benched before, and the time of that is over."""
    place: Place = Place.PRIMARY
    timed: bool = False
    """True where it takes short clocks to see the fault, and the seconds of its script are counted in them.

    Elsewhere a machine that is busy may take its time.
    """
    deadline: float = 20.0
    """How many clocks the step may take."""
    least_context: int = 0
    """Whoever answers must be known to hold so many tokens."""

    def under(self, plan: Plan, primary: Route) -> Fault:
        """The fault as it must go where the config, or the dialect of *primary*, says other than usual."""
        policy, reason = plan.policy, self.words.get(primary.api_mode)
        if reason is not None:
            return replace(self, reason=reason, bench=_BENCHES[reason], words={}).under(plan, primary)
        if self.reason is Reason.CONTENT_POLICY and policy.content_policy == "next":
            return replace(self, then=Then.NEXT)
        if self.reason is Reason.CONTEXT_OVERFLOW and policy.context_overflow == "larger":
            return self._for_larger(plan, primary)
        if self.shows and policy.midstream == "raise":
            return replace(self, then=Then.BREAK, asked=1)
        if self.wait_s > plan.limits.patience_s:
            return replace(CATALOGUE["rate-limit-hour"], name=self.name, title=self.title)
        return self

    def _for_larger(self, plan: Plan, primary: Route) -> Fault:
        least = max(_PROMPT_TOKENS, primary.context_length or 0)
        is_held = any((route.context_length or 0) > least for route in plan.routes if route is not primary)
        return replace(self, then=Then.NEXT, least_context=least + 1) if is_held else self


_PROMPT_TOKENS = 9000
_HOUR_S, _DAY_S = 3600.0, 86_400.0
_SHORT_S = 0.05
_FOR_AN_HOUR = {"behaviour": "rate_limit", "retry_after": 3600}
_UNTIL_AN_HOUR = {
    "behaviour": "rate_limit",
    "headers": {"date": "Wed, 21 Oct 2026 07:28:00 GMT", "retry-after": "Wed, 21 Oct 2026 08:28:00 GMT"},
}
_BENCHES: Mapping[Reason | None, tuple[Grain, float]] = MappingProxyType(
    {
        Reason.RATE_LIMIT: (Grain.ROUTE, 60.0),
        Reason.QUOTA: (Grain.CREDENTIAL, _HOUR_S),
        Reason.OVERLOADED: (Grain.MODEL, 30.0),
        Reason.SERVER_ERROR: (Grain.MODEL, 15.0),
        Reason.CONNECTION: (Grain.HOST, 15.0),
        Reason.TIMEOUT: (Grain.MODEL, 30.0),
        Reason.AUTH: (Grain.CREDENTIAL, 300.0),
        Reason.MODEL_NOT_FOUND: (Grain.LINK, _HOUR_S),
        Reason.ENDPOINT_NOT_FOUND: (Grain.LINK, _HOUR_S),
    }
)
"""What a reason usually benches, and for how many seconds."""
_BUSY = MappingProxyType({"anthropic_messages": Reason.OVERLOADED})


def _fault(
    name: str, title: str, *script: Step, reason: Reason | None, then: Then = Then.NEXT, **also: Any
) -> Fault:
    also.setdefault("bench", None if then is Then.SAME else _BENCHES.get(reason))
    also.setdefault("timed", reason is Reason.TIMEOUT)
    return Fault(name=name, title=title, script=script, reason=reason, then=then, **also)


_FAULTS = (
    _fault("rate-limit", "429, no time given", "rate_limit", reason=Reason.RATE_LIMIT),
    _fault(
        "rate-limit-short",
        "429, well after a moment",
        {"behaviour": "rate_limit", "retry_after": _SHORT_S},
        "ok",
        reason=Reason.RATE_LIMIT,
        then=Then.SAME,
        asked=2,
        wait_s=_SHORT_S,
    ),
    _fault(
        "rate-limit-hour",
        "429 for an hour",
        _FOR_AN_HOUR,
        reason=Reason.RATE_LIMIT,
        bench=(Grain.ROUTE, _HOUR_S),
        is_given=True,
    ),
    _fault(
        "rate-limit-date",
        "429 until a date",
        _UNTIL_AN_HOUR,
        reason=Reason.RATE_LIMIT,
        bench=(Grain.ROUTE, _HOUR_S),
        is_given=True,
    ),
    _fault("quota", "quota spent", "quota", reason=Reason.QUOTA),
    _fault("payment", "402, credit spent", "payment_required", reason=Reason.QUOTA),
    _fault("unauthorized", "401, key refused", "unauthorized", reason=Reason.AUTH),
    _fault(
        "key-repeated",
        "401 that repeats the key",
        {"behaviour": "unauthorized", "message": f"Incorrect API key provided: {KEY}."},
        reason=Reason.AUTH,
    ),
    _fault(
        "forbidden",
        "403, not allowed",
        {"behaviour": "forbidden", "message": "Access denied."},
        reason=Reason.AUTH,
    ),
    _fault(
        "no-model",
        "404, no such model",
        {"behaviour": "model_not_found", "message": "The model `{model}` does not exist."},
        reason=Reason.MODEL_NOT_FOUND,
    ),
    _fault("no-path", "404, no such path", "not_found", reason=Reason.ENDPOINT_NOT_FOUND),
    _fault("server-error", "500", "server_error", reason=Reason.SERVER_ERROR, asked=2),
    _fault("bad-gateway", "502, a proxy's page", "bad_gateway", reason=Reason.SERVER_ERROR, asked=2),
    _fault("overloaded", "503, overloaded", "overloaded", reason=Reason.OVERLOADED, asked=2),
    _fault("overloaded-529", "529, overloaded", "overloaded_529", reason=Reason.OVERLOADED, asked=2),
    _fault("gateway-timeout", "504, a proxy's page", "gateway_timeout", reason=Reason.TIMEOUT, timed=False),
    _fault("refused", "connection refused", "refuse", reason=Reason.CONNECTION, asked=0),
    _fault("reset", "connection reset", "reset", reason=Reason.CONNECTION, asked=2),
    _fault("reset-head", "reset amid the headers", "cut_head", reason=Reason.CONNECTION),
    _fault("dns", "name not found", "ok", reason=Reason.CONNECTION, asked=0, place=Place.LOOKUP),
    _fault(
        "tls",
        "certificate not trusted",
        "ok",
        reason=Reason.CONNECTION,
        asked=0,
        bench=(Grain.HOST, _DAY_S),
        place=Place.TLS,
    ),
    _fault("silent", "silence", "hang", reason=Reason.TIMEOUT),
    _fault("head-only", "headers, then silence", "headers_then_silence", reason=Reason.TIMEOUT),
    _fault(
        "slow",
        "first token too late",
        {"behaviour": "slow_first_token", "seconds": 40.0},
        reason=Reason.TIMEOUT,
    ),
    _fault("keep-alives", "keep-alives, no content", "keepalive_only", reason=Reason.TIMEOUT),
    _fault(
        "slow-in-time",
        "late, but in time",
        {"behaviour": "slow_first_token", "seconds": 0.1},
        reason=None,
        then=Then.SAME,
        timed=True,
    ),
    _fault(
        "trickle",
        "slow, word by word",
        {"behaviour": "ok", "pace_s": 0.15},
        reason=None,
        then=Then.SAME,
        timed=True,
    ),
    _fault("empty", "200, empty answer", "null_content", reason=Reason.INVALID_RESPONSE, asked=2),
    _fault("no-choices", "200, no choices", "empty_choices", reason=Reason.INVALID_RESPONSE, asked=2),
    _fault("malformed", "200, not JSON", "garbage", reason=Reason.INVALID_RESPONSE, asked=2),
    _fault("page", "200, a page for people", "html", reason=Reason.ENDPOINT_NOT_FOUND),
    _fault("half-json", "200, half a document", "truncated_json", reason=Reason.INVALID_RESPONSE, asked=2),
    _fault(
        "error-in-200", "200, error inside", "error_in_200", reason=Reason.SERVER_ERROR, words=_BUSY, asked=2
    ),
    _fault(
        "error-in-stream",
        "error in the stream",
        {"behaviour": "error_in_stream", "after": 0},
        reason=Reason.SERVER_ERROR,
        words=_BUSY,
        asked=2,
    ),
    _fault(
        "error-mid-stream",
        "error after content",
        {"behaviour": "error_in_stream", "after": 3},
        reason=Reason.SERVER_ERROR,
        words=_BUSY,
        asked=2,
        shows=True,
    ),
    _fault("cut-early", "cut before content", "cut_before_content", reason=Reason.INVALID_RESPONSE, asked=2),
    _fault("cut", "cut after content", "cut", reason=Reason.INVALID_RESPONSE, asked=2, shows=True),
    _fault(
        "reset-mid-stream",
        "reset after content",
        {"behaviour": "cut", "reset": True},
        reason=Reason.INVALID_RESPONSE,
        asked=2,
        shows=True,
    ),
    _fault(
        "cut-tool",
        "cut in a tool call",
        "cut_in_tool_call",
        reason=Reason.INVALID_RESPONSE,
        asked=2,
        tools=True,
    ),
    _fault("cut-late", "cut after the end", "cut_after_end", reason=None, then=Then.SAME),
    _fault("stall", "silence after content", "stall", reason=Reason.TIMEOUT, shows=True),
    _fault("stall-tool", "silence in a tool call", "stall_in_tool_call", reason=Reason.TIMEOUT, tools=True),
    _fault(
        "truncated", "no finish reason", "no_evidence", reason=Reason.INVALID_RESPONSE, asked=2, shows=True
    ),
    _fault("no-done", "finished, no [DONE]", {"behaviour": "ok", "done": False}, reason=None, then=Then.SAME),
    _fault("garbled", "one garbled event", "garbled_event", reason=None, then=Then.SAME),
    _fault(
        "redirect",
        "redirect to another host",
        {"behaviour": "redirect", "to": ELSEWHERE},
        reason=Reason.ENDPOINT_NOT_FOUND,
    ),
    _fault("refusal", "200, content refused", "refusal", reason=Reason.CONTENT_POLICY, then=Then.STOP),
    _fault("content", "400, content refused", "content_policy", reason=Reason.CONTENT_POLICY, then=Then.STOP),
    _fault(
        "too-long",
        "prompt too long",
        {
            "behaviour": "context_overflow",
            "message": f"prompt is too long: {_PROMPT_TOKENS} tokens > 8192 maximum",
        },
        reason=Reason.CONTEXT_OVERFLOW,
        then=Then.STOP,
    ),
    _fault(
        "too-large",
        "413, request too large",
        "payload_too_large",
        reason=Reason.PAYLOAD_TOO_LARGE,
        then=Then.STOP,
    ),
    _fault(
        "bad-request",
        "400, unknown parameter",
        "unsupported_parameter",
        reason=Reason.BAD_REQUEST,
        then=Then.STOP,
    ),
    _fault(
        "flapping",
        "well every second time",
        *("server_error", "ok") * 4,
        reason=Reason.SERVER_ERROR,
        then=Then.SAME,
        asked=2,
    ),
    _fault("recovered", "well again after a bench", "ok", reason=None, then=Then.SAME, was_benched=True),
    _fault(
        "half-open",
        "bench over, dead, a crowd",
        {"behaviour": "hang", "seconds": 0.2},
        reason=Reason.CONNECTION,
        asked=2,
        was_benched=True,
        place=Place.CROWD,
    ),
    _fault(
        "storm",
        "429 for an hour, a crowd",
        _FOR_AN_HOUR,
        reason=Reason.RATE_LIMIT,
        bench=(Grain.ROUTE, _HOUR_S),
        is_given=True,
        place=Place.CROWD,
    ),
    _fault(
        "last-resort",
        "all but the last are dead",
        "unauthorized",
        reason=Reason.AUTH,
        place=Place.BUT_LAST,
    ),
    _fault(
        "all-dead",
        "every key is refused",
        "unauthorized",
        reason=Reason.AUTH,
        then=Then.FAIL,
        place=Place.EVERYWHERE,
    ),
    _fault(
        "all-silent",
        "silence everywhere",
        "hang",
        reason=Reason.TIMEOUT,
        then=Then.FAIL,
        place=Place.EVERYWHERE,
        deadline=1.5,
    ),
)

CATALOGUE: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in _FAULTS})
"""Every fault by its name."""
