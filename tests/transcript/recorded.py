"""Answers as each dialect's provider gives them whole: reasoning, text and two parallel calls, each with what is its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from hermes_fallback.model.demands import Demands
from hermes_fallback.model.route import Route
from hermes_fallback.transcript.conversation import Conversation, Message, Options
from hermes_fallback.wire.dialects import dialect
from hermes_fallback.wire.exchange import Called, Ended, Said

__all__ = ["TOOL", "answered", "body_for", "route_to", "secret_of"]

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
_MODELS = {
    "anthropic_messages": "claude-sonnet-4-5",
    "chat_completions": "gemini-3-pro",
    "codex_responses": "gpt-5.5",
}


def route_to(api_mode: str, **demands: Any) -> Route:
    """A route to the one provider that speaks *api_mode*."""
    host = api_mode.replace("_", "-")
    return Route(
        provider=host,
        model=_MODELS[api_mode],
        base_url=f"https://{host}.example.com/v1",
        api_mode=api_mode,
        demands=Demands(**demands),
    )


def secret_of(api_mode: str, turn: int) -> str:
    """What the provider alone can read of its answer in *turn*."""
    return f"sealed-{api_mode}-{turn}-"


def body_for(to: Route, conversation: Conversation) -> Any:
    """What *to* is sent."""
    request = dialect(to.api_mode).request(conversation, to, Options(tools=(TOOL,), max_tokens=1000))
    return json.loads(request.body)


def answered(to: Route, turn: int, *, calls: int) -> Message:
    """The answer of *to* in *turn*, read as a session reads it."""
    document = _ANSWERS[to.api_mode](turn, calls)
    reader = dialect(to.api_mode).reader("application/json", provider="p")
    events = [*reader.feed(json.dumps(document).encode()), *reader.finish()]
    (ended,) = [event for event in events if isinstance(event, Ended)]
    return Message(
        role="assistant",
        content="".join(event.text for event in events if isinstance(event, Said)) or None,
        tool_calls=tuple(event.call for event in events if isinstance(event, Called)),
        extra=ended.extra,
        origin=str(to.origin),
    )


def _given(turn: int, call: int) -> dict[str, str]:
    return {"at": f"place {turn}.{call}"}


def _anthropic(turn: int, calls: int) -> dict[str, Any]:
    thinking = {"type": "thinking", "thinking": "hm", "signature": secret_of("anthropic_messages", turn)}
    asked = [
        {"type": "tool_use", "id": f"toolu_{turn}_{n}", "name": "look", "input": _given(turn, n)}
        for n in range(calls)
    ]
    content = [thinking, {"type": "text", "text": f"answer {turn}"}, *asked]
    return {
        "type": "message",
        "role": "assistant",
        "id": f"msg_{turn}",
        "content": content,
        "stop_reason": "tool_use" if calls else "end_turn",
    }


def _chat(turn: int, calls: int) -> dict[str, Any]:
    """Gemini's chat form, whose ids are odd, and which signs calls, or the text where it calls nothing."""
    signed = {"extra_content": {"google": {"thought_signature": secret_of("chat_completions", turn)}}}
    asked = [
        {
            "id": f"functions.look:{n}",
            "type": "function",
            "function": {"name": "look", "arguments": json.dumps(_given(turn, n))},
            **({} if n else signed),
        }
        for n in range(calls)
    ]
    message = {"role": "assistant", "content": f"answer {turn}"}
    message |= {"tool_calls": asked} if calls else signed
    return {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}]}


def _responses(turn: int, calls: int) -> dict[str, Any]:
    sealed = secret_of("codex_responses", turn)
    reasoning = {"type": "reasoning", "id": f"rs_{turn}", "summary": [], "encrypted_content": sealed}
    said = {"type": "message", "content": [{"type": "output_text", "text": f"answer {turn}"}]}
    asked = [
        {
            "type": "function_call",
            "call_id": f"call_{turn}_{n}",
            "name": "look",
            "arguments": json.dumps(_given(turn, n)),
        }
        for n in range(calls)
    ]
    output = [reasoning, said, *asked]
    return {"object": "response", "id": f"resp_{turn}", "status": "completed", "output": output}


_ANSWERS: Mapping[str, Callable[[int, int], dict[str, Any]]] = {
    "anthropic_messages": _anthropic,
    "chat_completions": _chat,
    "codex_responses": _responses,
}
