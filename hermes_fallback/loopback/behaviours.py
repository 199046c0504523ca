"""Every way a provider behaves here, well or badly: a name, a coroutine, and its options with their defaults.

A behaviour says what happens; the dialect of the request says how it is written. Where a request asks for a whole
answer, what concerns a stream happens to the body, as far as it can.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from hermes_fallback.loopback.call import USUAL, Call
from hermes_fallback.loopback.dialect import Answer, Part, Tool, first
from hermes_fallback.loopback.strict import objection

__all__ = ["BEHAVIOURS", "REFUSE", "Behaviour"]

Behaviour = Callable[..., Awaitable[None]]
"""Called with the `Call` and the options of its step."""

REFUSE = "refuse"
"""While a script stands here, nobody listens on the port."""

_ANSWER = "{provider} heard {messages} messages, the last of them: {last}"
_HTML = (
    "<!doctype html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1>"
    "<p>This is a page for people.</p></body></html>\n"
)
_LONG_S = 60.0


async def ok(
    call: Call, *, text: str = _ANSWER, reasoning: str = "", pace_s: float = 0.0, done: bool = True
) -> None:
    """Answer. *text* may hold `{provider}`, `{model}`, `{messages}` and `{last}`.

    A stream waits *pace_s* after each piece, and without *done* it ends with the finish reason: no `[DONE]`, no
    `message_stop`.
    """
    await _give(call, call.answer(text, reasoning=reasoning), pace_s=pace_s, done=done)


async def tool(call: Call, *, name: str | None = None, arguments: dict[str, Any] | None = None) -> None:
    """Call a tool: *name*, or the first on offer."""
    await _give(call, _tool_call(call, name, arguments))


async def strict(call: Call, *, text: str = _ANSWER, reasoning: str = "") -> None:
    """Answer, or refuse with 400 what a vendor that goes by its reference would refuse, in our words."""
    if (wrong := objection(call.dialect.name, call.document)) is None:
        await _give(call, call.answer(text, reasoning=reasoning))
    else:
        call.refuse(call.fault("unsupported_parameter", message=wrong), {})


async def refusal(call: Call, *, text: str = "") -> None:
    """Answer 200 and decline: a filtered chat, a message stopped by a refusal, a response left incomplete."""
    await _give(call, call.answer(text, finish="content_filter"))


async def null_content(call: Call, *, finish: str = "stop") -> None:
    """Answer with a place for text, and nothing in it."""
    await _give(call, call.answer("", finish=finish))


async def empty_choices(call: Call) -> None:
    """Answer with no choice, no block, no item at all."""
    await _give(call, call.answer())


async def no_evidence(call: Call, *, text: str = _ANSWER, done: bool = False) -> None:
    """Answer without a finish reason; with *done*, `[DONE]` or `message_stop` follows all the same."""
    await _give(call, call.answer(text, finish=None), done=done)


async def slow_first_token(call: Call, *, seconds: float = 1.0, text: str = _ANSWER) -> None:
    """Begin at once, without content; answer after a while."""
    answer = call.answer(text)
    if not call.asked.is_stream:
        await call.out.pause(seconds)
        call.whole(answer)
        return
    events = call.events(answer)
    opening = first(events, 0)
    call.begin()
    call.send(opening)
    await call.out.pause(seconds)
    call.send(events[len(opening) :])
    call.end()


async def hang(call: Call, *, seconds: float = _LONG_S) -> None:
    """Take the request and stay silent."""
    await call.out.pause(seconds)
    await call.out.hang_up()


async def headers_then_silence(call: Call, *, seconds: float = _LONG_S) -> None:
    """Send the head at once, and then nothing."""
    if call.asked.is_stream:
        call.begin()
    else:
        call.begin_whole()
    await hang(call, seconds=seconds)


async def keepalive_only(call: Call, *, every_s: float = 0.02, seconds: float = _LONG_S) -> None:
    """Send every kind of sign of life, and never content."""
    signs: tuple[bytes, ...] = (b" \n",)
    if call.asked.is_stream:
        answer = call.answer("x")
        call.begin()
        call.send(first(call.events(answer), 0))
        signs = (*call.dialect.comments, *call.dialect.idle(answer))
    else:
        call.begin_whole()
    for turn in range(int(seconds / every_s)):
        call.out.chunk(signs[turn % len(signs)])
        await call.out.pause(every_s)
    await call.out.hang_up()


async def stall(call: Call, *, after: int = 3, seconds: float = _LONG_S, text: str = _ANSWER) -> None:
    """Begin to answer, then fall silent."""
    _some(call, call.answer(text), after)
    await hang(call, seconds=seconds)


async def stall_in_tool_call(call: Call, *, seconds: float = _LONG_S) -> None:
    """Begin to call a tool, and fall silent in the middle of its arguments."""
    _some(call, _tool_call(call), 2)
    await hang(call, seconds=seconds)


async def cut(call: Call, *, after: int = 3, reset: bool = False, text: str = _ANSWER) -> None:
    """Begin to answer, then drop the connection."""
    _some(call, call.answer(text), after)
    await call.out.hang_up(reset=reset)


async def cut_head(call: Call, *, reset: bool = True) -> None:
    """Drop the connection in the middle of the head."""
    call.out.raw(b"HTTP/1.1 200 OK\r\ncontent-ty")
    await call.out.hang_up(reset=reset)


async def cut_after_end(call: Call, *, reset: bool = False, text: str = _ANSWER) -> None:
    """Stream a whole answer, the evidence of its end too, and drop the connection where the stream should end."""
    if not call.asked.is_stream:
        await ok(call, text=text)
        return
    call.begin()
    call.send(call.events(call.answer(text), done=False))
    await call.out.hang_up(reset=reset)


async def cut_before_content(call: Call, *, reset: bool = False) -> None:
    """Begin to answer, and drop the connection before there is content."""
    await cut(call, after=0, reset=reset)


async def cut_in_tool_call(call: Call, *, reset: bool = False) -> None:
    """Begin to call a tool, and drop the connection in the middle of its arguments."""
    _some(call, _tool_call(call), 2)
    await call.out.hang_up(reset=reset)


async def reset(call: Call) -> None:
    """Reset the connection before any byte of an answer."""
    await call.out.hang_up(reset=True)


async def garbage(call: Call, *, text: str = "upstream says: %%%") -> None:
    """Answer with something that is no JSON."""
    if not call.asked.is_stream:
        call.out.whole(200, text.encode(), kind="application/json")
        return
    call.begin()
    for _ in range(2):
        call.out.chunk(call.dialect.framed(text.encode()))
    call.end()


async def garbled_event(call: Call, *, text: str = _ANSWER) -> None:
    """Answer well, but for one event too many, that is half of one."""
    if not call.asked.is_stream:
        await ok(call, text=text)
        return
    answer = call.answer(text)
    events = call.events(answer)
    opening = first(events, 0)
    call.begin()
    call.send(opening)
    call.out.chunk(call.dialect.framed(call.half(answer)))
    call.send(events[len(opening) :])
    call.end()


async def truncated_json(call: Call, *, text: str = _ANSWER) -> None:
    """Answer with half of the JSON, in an exchange that is otherwise whole."""
    half = call.half(call.answer(text))
    if not call.asked.is_stream:
        call.out.whole(200, half, kind="application/json")
        return
    call.begin()
    call.out.chunk(call.dialect.framed(half))
    call.end()


async def error_in_200(
    call: Call, *, message: str = USUAL, code: object = USUAL, kind: str | None = USUAL
) -> None:
    """Answer 200 with an error document, or a response that has failed."""
    call.out.json(200, call.failed(call.fault("error_in_200", message=message, code=code, kind=kind)))


async def error_in_stream(
    call: Call, *, after: int = 0, message: str = USUAL, code: object = USUAL, text: str = _ANSWER
) -> None:
    """Begin a stream, then put an error into it: a document, an `error` event, a response that has failed."""
    fault = call.fault("error_in_stream", message=message, code=code)
    if not call.asked.is_stream:
        call.out.json(200, call.failed(fault))
        return
    call.begin()
    call.send(first(call.events(call.answer(text)), after))
    call.out.chunk(call.failed_event(fault))
    call.end()


async def bad_gateway(call: Call, *, status: int = 502) -> None:
    """502: answer as a proxy whose upstream is gone."""
    await html(call, status=status, title=f"{status} Bad Gateway")


async def gateway_timeout(call: Call, *, status: int = 504) -> None:
    """504: answer as a proxy whose upstream is silent."""
    await html(call, status=status, title=f"{status} Gateway Time-out")


async def html(call: Call, *, status: int = 200, title: str = "Sign in") -> None:
    """Answer with a page."""
    call.out.whole(status, _HTML.format(title=title).encode(), kind="text/html; charset=utf-8")


async def redirect(call: Call, *, to: str, status: int = 307) -> None:
    """Send the client elsewhere."""
    call.out.whole(status, b"", kind="text/plain", headers={"location": to})


async def _nobody(call: Call) -> None:
    """Nobody listens, so nobody gets here but a request that was already on its way."""
    await reset(call)


async def _give(call: Call, answer: Answer, *, pace_s: float = 0.0, done: bool = True) -> None:
    if not call.asked.is_stream:
        call.whole(answer)
        return
    call.begin()
    for event in call.events(answer, done=done):
        call.send([event])
        if pace_s and event.part is Part.CONTENT:
            await call.out.pause(pace_s)
    call.end()


def _some(call: Call, answer: Answer, after: int) -> None:
    """The first *after* pieces of *answer*, or half of a whole one, or nothing but the head where it is none."""
    if call.asked.is_stream:
        call.begin()
        call.send(first(call.events(answer), after))
    else:
        call.begin_whole({"content-length": str(len(call.body(answer)))})
        call.out.raw(call.half(answer) if after else b"")


def _tool_call(call: Call, name: str | None = None, arguments: dict[str, Any] | None = None) -> Answer:
    given = json.dumps({"query": "weather"} if arguments is None else arguments)
    called = Tool(name or call.asked.first_tool or "lookup", given)
    return call.answer(tool=called, finish="tool_calls")


def _fault(name: str, sentence: str) -> Behaviour:
    async def fault(
        call: Call,
        *,
        status: int = USUAL,
        message: str = USUAL,
        code: object = USUAL,
        param: str | None = USUAL,
        retry_after: str | float | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        wait = {} if retry_after is None else {"retry-after": str(retry_after)}
        told = call.fault(name, status=status, message=message, code=code, param=param)
        call.refuse(told, {**wait, **(headers or {})})

    fault.__doc__ = sentence
    return fault


_FAULTS = {
    "rate_limit": "429: too many requests; for how long, only where *retry_after* says it.",
    "quota": "429 where OpenAI, 400 where Anthropic: the credit is spent.",
    "payment_required": "402: the credit is spent.",
    "unauthorized": "401: the key is wrong.",
    "forbidden": "403: the key may not do this.",
    "not_found": "404: there is nothing at this path.",
    "model_not_found": "404: there is no such model.",
    "payload_too_large": "413: the request has too many bytes.",
    "context_overflow": "400: the prompt is too long for the model.",
    "content_policy": "400: the prompt is refused by moderation.",
    "unsupported_parameter": "400: the model does not take *param*.",
    "server_error": "500: the server failed.",
    "overloaded": "503: too many others.",
    "overloaded_529": "529: too many others.",
}
"""Answers with an error status, in the words of the dialect unless the step gives others."""

BEHAVIOURS: dict[str, Behaviour] = {
    "ok": ok,
    "tool_call": tool,
    "strict": strict,
    "refusal": refusal,
    **{name: _fault(name, sentence) for name, sentence in _FAULTS.items()},
    "bad_gateway": bad_gateway,
    "gateway_timeout": gateway_timeout,
    "html": html,
    "redirect": redirect,
    "hang": hang,
    "headers_then_silence": headers_then_silence,
    "slow_first_token": slow_first_token,
    "keepalive_only": keepalive_only,
    "stall": stall,
    "stall_in_tool_call": stall_in_tool_call,
    "reset": reset,
    "cut": cut,
    "cut_head": cut_head,
    "cut_after_end": cut_after_end,
    "cut_before_content": cut_before_content,
    "cut_in_tool_call": cut_in_tool_call,
    "no_evidence": no_evidence,
    "empty_choices": empty_choices,
    "null_content": null_content,
    "garbage": garbage,
    "garbled_event": garbled_event,
    "truncated_json": truncated_json,
    "error_in_200": error_in_200,
    "error_in_stream": error_in_stream,
    REFUSE: _nobody,
}
"""Every behaviour by its name; its docstring says what comes, its parameters what can be set."""
