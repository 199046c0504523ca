"""OpenAI's chat, as its reference describes it: https://platform.openai.com/docs/api-reference/chat."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hermes_fallback.loopback import openai
from hermes_fallback.loopback.dialect import (
    CREATED,
    Answer,
    Event,
    Fault,
    Part,
    ServerSent,
    Tool,
    halves,
    words,
)

__all__ = ["ChatCompletions"]

_ID = "chatcmpl-loopback"
_TOOL_ID = "call_loopback_1"
_DONE = Event(Part.DONE, b"data: [DONE]\n\n")


class ChatCompletions(ServerSent):
    """Writes the documents and chunks of a chat."""

    name = "chat_completions"
    key_headers: Sequence[str] = ("authorization",)
    id_header = "x-request-id"
    faults: Mapping[str, Fault] = openai.FAULTS

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A `chat.completion`; without a choice where the answer holds nothing."""
        document = {
            "id": _ID,
            "object": "chat.completion",
            "created": CREATED,
            "model": answer.model,
            "choices": [],
            "usage": _usage(answer),
        }
        if not _is_hollow(answer):
            choice = {
                "index": 0,
                "message": _message(answer),
                "logprobs": None,
                "finish_reason": answer.finish,
            }
            document["choices"] = [choice]
        return document

    def events(self, answer: Answer) -> tuple[Event, ...]:
        """Chunks: a role, the content in pieces, the finish reason, the count if it was asked for, `[DONE]`."""
        if _is_hollow(answer):
            return (Event(Part.FRAME, _chunk(answer)), _DONE)
        return (
            Event(Part.FRAME, _chunk(answer, {"role": "assistant", "content": ""})),
            *(Event(Part.CONTENT, _chunk(answer, delta)) for delta in _deltas(answer)),
            *(Event(Part.END, data) for data in _end(answer)),
            _DONE,
        )

    def idle(self, answer: Answer) -> tuple[bytes, ...]:
        """An event of another kind, and a delta that is empty."""
        return (b"event: ping\ndata: {}\n\n", _chunk(answer, {"role": "assistant", "content": ""}))

    def error(self, fault: Fault, request_id: str) -> dict[str, Any]:  # noqa: ARG002  # the id is in the header
        """An error document."""
        return openai.error(fault)

    def failed(self, fault: Fault, answer: Answer, request_id: str) -> dict[str, Any]:  # noqa: ARG002  # nor these
        """An error document in place of the answer."""
        return openai.error(fault)

    def failed_event(self, fault: Fault, answer: Answer, request_id: str) -> bytes:  # noqa: ARG002  # nor these
        """An error document in place of a chunk."""
        return _sse(openai.error(fault))

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        """The list of models."""
        return openai.models(names)


def _is_hollow(answer: Answer) -> bool:
    return answer.text is None and answer.tool is None


def _message(answer: Answer) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None}
    if answer.reasoning:
        message["reasoning_content"] = answer.reasoning
    if answer.tool:
        message["tool_calls"] = [_call(answer.tool, answer.tool.arguments)]
    return message


def _call(tool: Tool, arguments: str) -> dict[str, Any]:
    return {"id": _TOOL_ID, "type": "function", "function": {"name": tool.name, "arguments": arguments}}


def _deltas(answer: Answer) -> Iterator[dict[str, Any]]:
    if answer.reasoning:
        yield {"reasoning_content": answer.reasoning}
    for word in words(answer.text):
        yield {"content": word}
    if answer.tool:
        yield {"tool_calls": [{"index": 0, **_call(answer.tool, "")}]}
        for piece in halves(answer.tool.arguments):
            yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}


def _end(answer: Answer) -> Iterator[bytes]:
    if answer.finish is not None:
        yield _chunk(answer, {}, finish=answer.finish)
        if answer.wants_usage:
            yield _chunk(answer, counts=_usage(answer))


def _usage(answer: Answer) -> dict[str, int]:
    return {
        "prompt_tokens": answer.asked_tokens,
        "completion_tokens": answer.answered_tokens,
        "total_tokens": answer.asked_tokens + answer.answered_tokens,
    }


def _chunk(
    answer: Answer,
    delta: Mapping[str, Any] | None = None,
    *,
    finish: str | None = None,
    counts: Mapping[str, int] | None = None,
) -> bytes:
    """One event; without *delta*, one that has no choice, as the count of tokens comes."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return _sse(
        {
            "id": _ID,
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": answer.model,
            "choices": [] if delta is None else [choice],
            **({} if counts is None else {"usage": counts}),
        }
    )


def _sse(document: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(document)}\n\n".encode()
