"""One attempt without I/O: a request to one route, read to the evidence of its end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

from hermes_fallback.failover.classify import Verdict
from hermes_fallback.model.failure import AttemptFailed, Failure, Transport
from hermes_fallback.model.limits import Timeouts
from hermes_fallback.model.reasoning import thinks
from hermes_fallback.model.receipt import Attempt, Benched, Receipt, ServedBy
from hermes_fallback.model.route import Route
from hermes_fallback.session.events import Answer, Notice
from hermes_fallback.session.ops import Explain, Op, Open, Read, Response, Show
from hermes_fallback.transcript.conversation import Message, ToolCall
from hermes_fallback.wire.dialects import dialect
from hermes_fallback.wire.exchange import Ended, HttpRequest, Reader, Reasoned, Said
from hermes_fallback.wire.exchange import Event as WireEvent

__all__ = ["LiveAttempt"]

_OK = 200
_ERROR_BODY_S = 2.0
"""An error status is worth this long for its body, and no longer: it has said most already."""
_REQUEST_IDS = (
    "x-request-id",
    "request-id",
    "x-amzn-requestid",
    "apim-request-id",
    "x-goog-request-id",
    "x-generation-id",
    "cf-ray",
)


class LiveAttempt:
    """One request to one route, and the answer as far as it has come."""

    def __init__(
        self,
        route: Route,
        timeouts: Timeouts,
        *,
        now: Callable[[], float],
        returns: Callable[[Route], Notice | None],
        waited_s: float = 0.0,
        is_probe: bool = False,
    ) -> None:
        self.route = route
        self.began_s = now()
        self.has_shown = False
        """True once the caller has been handed content of this attempt."""
        self._timeouts = timeouts
        self._now = now
        self._returns = returns
        self._waited_s = waited_s
        self._is_probe = is_probe
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[ToolCall] = []
        self._reader: Reader | None = None
        self._ended: Ended | None = None
        self._content_s: float | None = None
        self._request_id: str | None = None
        self._changes: tuple[str, ...] = ()

    def run(self, request: HttpRequest, *, time_left_s: float) -> Generator[Op, Any, None]:
        """Send, read to the end, and show events as they come. Raises `AttemptFailed`."""
        limits, sent_s = self._timeouts, self._now()  # until here, its credential may have been renewed
        first_s = min(_patience_s(self.route, limits), time_left_s)
        due_s = sent_s + first_s
        timeouts = Timeouts(
            connect_s=min(limits.connect_s, first_s),
            first_token_s=first_s,
            between_tokens_s=limits.between_tokens_s,
        )
        self._changes = request.changes
        response = yield Open(request, timeouts)
        self._request_id = _request_id(response.headers)
        if response.status != _OK:
            raise AttemptFailed((yield Explain(response, _ERROR_BODY_S, self.route.provider)))
        language = dialect(self.route.api_mode)
        content_type = response.headers.get("content-type", "")
        reader = self._reader = language.reader(content_type, provider=self.route.provider)
        if "json" in content_type:  # a whole answer: all of it comes at once, or nothing
            due_s = sent_s + time_left_s
        yield from self._read(response, reader, due_s, limits.between_tokens_s)

    def _read(
        self, response: Response, reader: Reader, due_s: float, between_s: float
    ) -> Generator[Op, Any, None]:
        """Read until the answer is whole. Only content moves the clock on; keep-alives do not."""
        while self._ended is None:
            limit_s = due_s - self._now()
            if limit_s <= 0:
                raise AttemptFailed(_silence(self.route))
            seen = reader.pieces
            for event in (yield from self._next(response, reader, limit_s)):
                yield from self._take(event)
            if self._ended is None:
                reader.feed(b"")  # a failure right behind these events has nothing to wait for
            if reader.pieces > seen:
                due_s = self._now() + between_s

    def _next(
        self, response: Response, reader: Reader, limit_s: float
    ) -> Generator[Op, Any, list[WireEvent]]:
        """The next events. A line that breaks once the answer has begun is a cut answer, not an absent host."""
        try:
            data: bytes = yield Read(response, limit_s)
        except AttemptFailed as failed:
            return _last_words(reader, self.route, failed.failure)
        return reader.feed(data) if data else reader.finish()

    def _take(self, event: WireEvent) -> Generator[Op, Any, None]:
        if isinstance(event, Ended):
            self._ended = event
            return
        if not self.has_shown and (notice := self._returns(self.route)):
            yield Show(notice)
        self._content_s = self._content_s or self._now()
        self.has_shown = True
        if isinstance(event, Said):
            self._text.append(event.text)
        elif isinstance(event, Reasoned):
            self._reasoning.append(event.text)
        else:
            self._calls.append(event.call)
        yield Show(event)

    @property
    def elapsed_s(self) -> float:
        """How long this attempt has taken so far."""
        return self._now() - self.began_s

    @property
    def streamed_s(self) -> float:
        """How long content has been coming."""
        return 0.0 if self._content_s is None else self._now() - self._content_s

    @property
    def has_called(self) -> bool:
        """True once the caller has been handed a tool call, which it may have made by now."""
        return self.has_shown and bool(self._calls)

    @property
    def text(self) -> str:
        """The answer's text, as far as it has come."""
        return "".join(self._text)

    @property
    def served_by(self) -> ServedBy:
        """This attempt's route, as a receipt names it."""
        credential = self.route.credential
        return ServedBy(
            position=self.route.position,
            provider=self.route.provider,
            model=self.route.model,
            base_url=self.route.base_url,
            credential=(credential.name or credential.source) if credential else None,
        )

    def record(
        self,
        action: str,
        *,
        turn_began_s: float,
        verdict: Verdict | None = None,
        status: int | None = _OK,
        benched: Benched | None = None,
    ) -> Attempt:
        """The line of this attempt in the receipt."""
        usage = self._reader.usage if self._reader else None
        return Attempt(
            position=self.route.position,
            provider=self.route.provider,
            model=self.route.model,
            action=action,
            reason=verdict.reason if verdict else None,
            rule=verdict.rule if verdict else None,
            status=status,
            waited_s=self._waited_s,
            began_ms=(self.began_s - turn_began_s) * 1000,
            ms=self.elapsed_s * 1000,
            first_ms=None if self._content_s is None else (self._content_s - self.began_s) * 1000,
            detail=verdict.message if verdict else None,
            request_id=self._request_id,
            credential=self.served_by.credential,
            is_probe=self._is_probe,
            benched=benched,
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
            discarded_chars=len(self.text) if verdict and self.has_shown else 0,
            changed="; ".join(self._changes) or None,
        )

    def answer(self, receipt: Receipt) -> Answer:
        """The whole answer; only after `run` has returned."""
        if self._ended is None:
            msg = "an answer needs evidence of its end"
            raise AssertionError(msg)
        text = self.text
        return Answer(
            message=Message(
                role="assistant",
                content=text or (None if self._calls else ""),
                tool_calls=tuple(self._calls),
                extra=self._ended.extra,
                origin=str(self.route.origin),
            ),
            text=text,
            reasoning="".join(self._reasoning),
            finish_reason=self._ended.finish_reason,
            usage=self._ended.usage,
            served_by=self.served_by,
            receipt=receipt,
        )


def _patience_s(route: Route, limits: Timeouts) -> float:
    """How long the first content may take: longer where a model has to be loaded, or thinks first."""
    if route.origin.is_local:
        return limits.local_first_token_s
    return limits.reasoning_first_token_s if thinks(route.model) else limits.first_token_s


def _request_id(headers: Mapping[str, str]) -> str | None:
    """What the provider calls the request, as far as it says so in the head of its answer."""
    return next((headers[name][:100] for name in _REQUEST_IDS if headers.get(name)), None)


def _silence(route: Route) -> Failure:
    body = "the clock ran out although bytes came: no content in time"
    return Failure(transport=Transport.EXCEPTION, exception="ReadTimeout", body=body, provider=route.provider)


def _last_words(reader: Reader, route: Route, failure: Failure) -> list[WireEvent]:
    """What the answer came to before its line broke: whole, where the evidence of its end had come already."""
    try:
        return reader.finish()
    except AttemptFailed:
        if (failure.exception or "").endswith("Timeout"):
            raise AttemptFailed(failure) from None
        body = f"the answer was cut off: {failure.body or failure.exception}"
        cut = Failure(transport=Transport.SSE, status=_OK, body=body, provider=route.provider)
        raise AttemptFailed(cut) from None
