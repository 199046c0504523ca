"""One request under way, a conversation's or the list's: who asks for what, and the means to answer it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from hermes_fallback.loopback.asked import Asked
from hermes_fallback.loopback.dialect import Answer, Dialect, Event, Fault, Part
from hermes_fallback.loopback.http import Request, Responder

__all__ = ["USUAL", "Call"]

USUAL: Any = object()
"""An option of a fault that is left as the dialect has it."""

_CHUNKED = {"transfer-encoding": "chunked"}
_KEPT = 256


class Call:
    """What a behaviour works with. *listed* are the models to show where the list is asked for."""

    def __init__(
        self,
        provider: str,
        request: Request,
        responder: Responder,
        dialect: Dialect,
        request_id: str,
        listed: Sequence[str] | None = None,
    ) -> None:
        self.provider = provider
        self.asked = Asked(request.document, request.path)
        self.document = request.document
        """The body of the request."""
        self.out = responder
        self.dialect = dialect
        self._authorization = request.headers.get("authorization", "")
        self._request_id = request_id
        self._listed = listed

    def filled(self, text: str, **more: str) -> str:
        """*text* with `{provider}`, `{model}`, `{messages}` (how many came), `{last}`, `{key}` and *more* filled in."""
        if "{" not in text:
            return text
        texts = self.asked.texts
        values = {
            "provider": self.provider,
            "model": self.asked.model,
            "messages": str(len(texts)),
            "last": texts[-1] if texts else "",
            "key": self._authorization.removeprefix("Bearer "),
            **more,
        }
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        return text

    def answer(self, text: str | None = None, **more: Any) -> Answer:
        """An answer to what is asked that says *text*, filled in."""
        return Answer(
            model=self.asked.model,
            text=None if text is None else self.filled(text),
            asked_tokens=sum(len(each.split()) for each in self.asked.texts),
            wants_usage=self.asked.wants_usage,
            **more,
        )

    def fault(self, name: str, **changes: Any) -> Fault:
        """The dialect's fault of that name, with those *changes* that are not `USUAL`, filled in."""
        given = {key: value for key, value in changes.items() if value is not USUAL}
        fault = replace(self.dialect.faults[name], **given)
        return replace(fault, message=self.filled(fault.message, param=fault.param or ""))

    def body(self, answer: Answer) -> bytes:
        """*answer* as a whole body; the list where that is asked for."""
        if self._listed is not None:
            return json.dumps(self.dialect.models(self._listed)).encode()
        return _whole(self.dialect, answer)

    def half(self, answer: Answer) -> bytes:
        """The body of *answer* up to the middle of what it says."""
        body, heart = self.body(answer), answer.heart
        if self._listed is not None or not heart:
            return body[: len(body) // 2]
        # A tool's arguments stand in some dialects as JSON, in others as a string of JSON.
        at = max(body.rfind(heart.encode()), body.rfind(json.dumps(heart)[1:-1].encode()))
        return body[: at + len(heart) // 2]

    def whole(self, answer: Answer) -> None:
        """Send *answer* whole."""
        self.out.whole(200, self.body(answer), kind="application/json")

    def begin_whole(self, headers: Mapping[str, str] | None = None) -> None:
        """Begin an answer of JSON whose length is not said, or is said in *headers*."""
        self.out.head(200, {"content-type": "application/json", **(headers or _CHUNKED)})

    def begin(self) -> None:
        """Begin a stream."""
        self.out.head(
            200, {"content-type": self.dialect.stream_type, "cache-control": "no-cache", **_CHUNKED}
        )

    def events(self, answer: Answer, *, done: bool = True) -> tuple[Event, ...]:
        """*answer* as a stream, with or without what follows its evidence."""
        events = _events(self.dialect, answer)
        return events if done else tuple(event for event in events if event.part is not Part.DONE)

    def send(self, events: Iterable[Event]) -> None:
        """Send *events*, each in a chunk of its own."""
        for event in events:
            self.out.chunk(event.data)

    def end(self) -> None:
        """End a stream as HTTP has it."""
        self.out.chunk(b"")

    def refuse(self, fault: Fault, headers: Mapping[str, str]) -> None:
        """Answer with the error status of *fault*, and *headers*."""
        body = self.dialect.error(fault, self._request_id)
        self.out.json(fault.status, body, {**self.dialect.error_headers(fault), **headers})

    def failed(self, fault: Fault) -> dict[str, Any]:
        """The body that reports *fault* where an answer is expected."""
        return self.dialect.failed(fault, self.answer(), self._request_id)

    def failed_event(self, fault: Fault) -> bytes:
        """The event that reports *fault*."""
        return self.dialect.failed_event(fault, self.answer(), self._request_id)


@lru_cache(_KEPT)
def _whole(dialect: Dialect, answer: Answer) -> bytes:
    return json.dumps(dialect.whole(answer)).encode()


@lru_cache(_KEPT)
def _events(dialect: Dialect, answer: Answer) -> tuple[Event, ...]:
    return dialect.events(answer)
