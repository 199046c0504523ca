"""Every way a provider behaves here, well or badly: a name, a coroutine, and its options with their defaults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from hermes_fallback.loopback.call import Call
from hermes_fallback.loopback.openai import chunk, completion, error, tool_call

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
    """Answer. *text* may hold `{provider}`, `{model}`, `{messages}` and `{last}`."""
    text = call.filled(text)
    if not call.asked.is_stream:
        extra = {"reasoning_content": reasoning} if reasoning else {}
        body = call.whole_body({"content": text, **extra})
        await call.out.whole(200, body, kind="application/json")
        return
    await call.begin()
    if reasoning:
        await call.event(chunk(call.asked, {"reasoning_content": reasoning}))
    for piece in call.pieces(text):
        await call.say([piece])
        await asyncio.sleep(pace_s)
    await call.finish(text, done=done)


async def tool(call: Call, *, name: str | None = None, arguments: dict[str, Any] | None = None) -> None:
    """Call a tool: *name*, or the first on offer."""
    name = name or call.asked.first_tool or "lookup"
    whole = tool_call(name, json.dumps(arguments if arguments is not None else {"query": "weather"}))
    if not call.asked.is_stream:
        message = {"content": None, "tool_calls": [whole]}
        await call.out.json(200, completion(call.asked, message, finish="tool_calls"))
        return
    await call.begin()
    text = whole["function"]["arguments"]
    first = {**whole, "index": 0, "function": {"name": name, "arguments": ""}}
    await call.event(chunk(call.asked, {"tool_calls": [first]}))
    for piece in (text[:5], text[5:]):
        part = {"index": 0, "function": {"arguments": piece}}
        await call.event(chunk(call.asked, {"tool_calls": [part]}))
    await call.finish("", reason="tool_calls")


def _refusal(status: int, message: str, kind: str, code: object) -> Behaviour:
    async def refusal(
        call: Call,
        *,
        status: int = status,
        message: str = message,
        code: object = code,
        retry_after: str | float | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Answer with an error status."""
        own = {} if retry_after is None else {"retry-after": str(retry_after)}
        await call.out.json(
            status, error(call.filled(message), kind=kind, code=code), {**own, **(headers or {})}
        )

    return refusal


async def bad_gateway(call: Call, *, status: int = 502) -> None:
    """Answer as a proxy whose upstream is gone."""
    body = _HTML.format(title=f"{status} Bad Gateway").encode()
    await call.out.whole(status, body, kind="text/html")


async def html(call: Call, *, status: int = 200, title: str = "Sign in") -> None:
    """Answer with a page."""
    await call.out.whole(status, _HTML.format(title=title).encode(), kind="text/html; charset=utf-8")


async def redirect(call: Call, *, to: str, status: int = 307) -> None:
    """Send the client elsewhere."""
    await call.out.whole(status, b"", kind="text/plain", headers={"location": to})


async def hang(call: Call, *, seconds: float = _LONG_S) -> None:
    """Take the request and stay silent."""
    await asyncio.sleep(seconds)
    await call.out.hang_up()


async def slow_first_token(call: Call, *, seconds: float = 1.0, text: str = _ANSWER) -> None:
    """Begin at once, without content; answer after a while."""
    if not call.asked.is_stream:
        await asyncio.sleep(seconds)
        await ok(call, text=text)
        return
    await call.begin()
    await asyncio.sleep(seconds)
    text = call.filled(text)
    await call.say(call.pieces(text))
    await call.finish(text)


async def keepalive_only(call: Call, *, every_s: float = 0.02, seconds: float = _LONG_S) -> None:
    """Send every kind of sign of life, and never content."""
    signs: list[bytes] = [b" \n"]
    if call.asked.is_stream:
        await call.begin()
        empty = json.dumps(chunk(call.asked, {"role": "assistant", "content": ""}))
        signs = [b": keep-alive\n\n", b"event: ping\ndata: {}\n\n", f"data: {empty}\n\n".encode()]
    else:
        await call.begin_whole()
    for turn in range(int(seconds / every_s)):
        await call.out.chunk(signs[turn % len(signs)])
        await asyncio.sleep(every_s)
    await call.out.hang_up()


async def _some(call: Call, after: int, text: str) -> None:
    """The first *after* pieces of an answer, or half of a whole one."""
    text = call.filled(text)
    if call.asked.is_stream:
        await call.begin()
        await call.say(call.pieces(text)[:after])
    else:
        await call.begin_whole({"content-length": str(len(call.whole_body({"content": text})))})
        await call.out.raw(call.part_of_whole(text))


async def stall(call: Call, *, after: int = 3, seconds: float = _LONG_S, text: str = _ANSWER) -> None:
    """Begin to answer, then fall silent."""
    await _some(call, after, text)
    await asyncio.sleep(seconds)
    await call.out.hang_up()


async def cut(call: Call, *, after: int = 3, reset: bool = False, text: str = _ANSWER) -> None:
    """Begin to answer, then drop the connection."""
    await _some(call, after, text)
    await call.out.hang_up(reset=reset)


async def no_evidence(call: Call, *, text: str = _ANSWER, done: bool = False) -> None:
    """Answer without a finish reason."""
    text = call.filled(text)
    if not call.asked.is_stream:
        await call.out.json(200, completion(call.asked, {"content": text}, finish=None))
        return
    await call.begin()
    await call.say(call.pieces(text))
    if done:
        await call.event("[DONE]")
    await call.out.chunk(b"")


async def empty_choices(call: Call) -> None:
    """Answer with no choice at all."""
    if not call.asked.is_stream:
        await call.out.json(200, {**completion(call.asked, {}), "choices": []})
        return
    await call.begin(role=False)
    await call.event(chunk(call.asked, None))
    await call.event("[DONE]")
    await call.out.chunk(b"")


async def null_content(call: Call, *, finish: str = "stop") -> None:
    """Answer with nothing."""
    if not call.asked.is_stream:
        await call.out.json(200, completion(call.asked, {"content": None}, finish=finish))
        return
    await call.begin()
    await call.finish("", reason=finish)


async def garbage(call: Call, *, text: str = "upstream says: %%%") -> None:
    """Answer with something that is no JSON."""
    if not call.asked.is_stream:
        await call.out.whole(200, text.encode(), kind="application/json")
        return
    await call.begin(role=False)
    await call.event(text)
    await call.event(text)
    await call.out.chunk(b"")


async def garbled_event(call: Call, *, text: str = _ANSWER) -> None:
    """Answer well, but for one event that is no JSON."""
    if not call.asked.is_stream:
        await ok(call, text=text)
        return
    text = call.filled(text)
    await call.begin()
    await call.event('{"id": "chatcmpl-')
    await call.say(call.pieces(text))
    await call.finish(text)


async def truncated_json(call: Call, *, text: str = _ANSWER) -> None:
    """Answer with half of the JSON, in an exchange that is otherwise whole."""
    half = call.part_of_whole(call.filled(text))
    if not call.asked.is_stream:
        await call.out.whole(200, half, kind="application/json")
        return
    await call.begin()
    await call.event(half.decode())
    await call.out.chunk(b"")


async def error_in_200(
    call: Call, *, message: str = "Provider returned error", code: object = 502, kind: str = "upstream_error"
) -> None:
    """Answer 200 with an error document."""
    await call.out.json(200, error(message, kind=kind, code=code))


async def error_in_stream(
    call: Call,
    *,
    after: int = 0,
    message: str = "The server had an error",
    code: object = "server_error",
    text: str = _ANSWER,
) -> None:
    """Begin a stream, then put an error into it."""
    if not call.asked.is_stream:
        await error_in_200(call, message=message, code=code)
        return
    await call.begin()
    await call.say(call.pieces(call.filled(text))[:after])
    await call.event(error(message, kind="server_error", code=code))
    await call.out.chunk(b"")


async def _nobody(call: Call) -> None:
    """Nobody listens, so nobody gets here but a request that was already on its way."""
    await call.out.hang_up(reset=True)


BEHAVIOURS: dict[str, Behaviour] = {
    "ok": ok,
    "tool_call": tool,
    "rate_limit": _refusal(
        429,
        "Rate limit reached for {model} on requests per min (RPM): Limit 3, Used 3, Requested 1.",
        "requests",
        "rate_limit_exceeded",
    ),
    "quota": _refusal(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
        "insufficient_quota",
    ),
    "unauthorized": _refusal(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
    "forbidden": _refusal(
        403, "You are not allowed to sample from this model.", "invalid_request_error", "permission_denied"
    ),
    "not_found": _refusal(404, "Not Found", "invalid_request_error", None),
    "model_not_found": _refusal(
        404,
        "The model `{model}` does not exist or you do not have access to it.",
        "invalid_request_error",
        "model_not_found",
    ),
    "server_error": _refusal(
        500, "The server had an error while processing your request.", "server_error", None
    ),
    "overloaded": _refusal(
        503, "The engine is currently overloaded, please try again later.", "overloaded_error", "overloaded"
    ),
    "context_overflow": _refusal(
        400,
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        "invalid_request_error",
        "context_length_exceeded",
    ),
    "content_policy": _refusal(
        400,
        "Your request was rejected as a result of our safety system.",
        "invalid_request_error",
        "content_policy_violation",
    ),
    "bad_gateway": bad_gateway,
    "html": html,
    "redirect": redirect,
    "hang": hang,
    "slow_first_token": slow_first_token,
    "keepalive_only": keepalive_only,
    "stall": stall,
    "cut": cut,
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
