"""Claude is told what to keep of a prompt, on Anthropic's form and on the chat form; a caller's own marks win."""

from __future__ import annotations

import json
from typing import Any

import pytest
from anthropic.types.message_create_params import MessageCreateParamsStreaming
from sdk import accepted
from streams import request, route

from hermes_fallback.model.demands import Demands
from hermes_fallback.transcript.conversation import Message, Options, ToolCall

_MARK = {"type": "ephemeral"}
_CALL = Message(role="assistant", tool_calls=(ToolCall("c", "look", "{}"),))
_SAID = (
    Message.system("be kind"),
    Message.user("a"),
    _CALL,
    Message.tool_result("c", "blue"),
    Message(role="assistant", content="so"),
    Message.user("b"),
)
_TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def _body(api_mode: str, *messages: Message, model: str = "claude-x", **options: Any) -> Any:
    to = route(api_mode, model=model, demands=Demands(cache_marks=("claude-",)))
    return request(to, *(messages or _SAID), options=Options(**options))[1]


def _marked(body: Any) -> list[str]:
    """The blocks that bear a mark, in order."""
    blocks = [*(body.get("system") or ())]
    for message in body["messages"]:
        blocks += message["content"] if isinstance(message["content"], list) else []
    assert all(block["cache_control"] == _MARK for block in blocks if "cache_control" in block)
    return [block.get("text") or block["type"] for block in blocks if "cache_control" in block]


def test_anthropic_is_told_of_the_prompt_and_the_last_turns() -> None:
    """Four marks, the most that are taken."""
    body = accepted(MessageCreateParamsStreaming, _body("anthropic_messages", tools=(_TOOL,)))
    assert _marked(body) == ["be kind", "tool_result", "so", "b"]


def test_thinking_bears_no_mark() -> None:
    """It is refused there."""
    blocks = {"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]}
    thought = Message(role="assistant", content="so", extra=blocks)
    body = _body("anthropic_messages", Message.user("a"), thought, Message.user("b"))
    assert _marked(body) == ["a", "so", "b"]
    assert blocks == {"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]}


def test_a_gateways_chat_is_told_in_parts() -> None:
    """Text becomes a part there, which can bear a mark; a message of calls alone bears none."""
    body = _body("chat_completions")
    assert _marked(body) == ["be kind", "blue", "so", "b"]
    assert body["messages"][1]["content"] == [{"type": "text", "text": "a"}]


@pytest.mark.parametrize("api_mode", ["anthropic_messages", "chat_completions"])
def test_other_models_and_other_endpoints_are_told_nothing(api_mode: str) -> None:
    """Who asks for no marks gets none."""
    assert "cache_control" not in json.dumps(_body(api_mode, model="gpt-x"))
    assert "cache_control" not in json.dumps(request(route(api_mode, model="claude-x"), *_SAID)[1])


def _own(text: str) -> Message:
    return Message(role="user", content=({"type": "text", "text": text, "cache_control": _MARK},))


@pytest.mark.parametrize("api_mode", ["anthropic_messages", "chat_completions"])
def test_a_callers_own_marks_are_the_only_ones(api_mode: str) -> None:
    """Of more than are taken, the last."""
    assert _marked(_body(api_mode, _own("a"), *_SAID)) == ["a"]
    said = [message for n in range(6) for message in (_own(f"{n}"), Message(role="assistant", content="so"))]
    assert _marked(_body(api_mode, *said)) == ["2", "3", "4", "5"]


@pytest.mark.parametrize("api_mode", ["codex_responses", "chat_completions"])
def test_a_callers_own_marks_stay_away_from_who_does_not_know_them(api_mode: str) -> None:
    """The field would be refused there; the conversation keeps it for who does."""
    own = _own("a")
    marked_tool = {**_TOOL, "cache_control": _MARK}
    sent = request(route(api_mode), own, options=Options(tools=(marked_tool,)))[1]
    assert "cache_control" not in json.dumps(sent)
    assert "cache_control" in own.parts[0]


def test_a_tools_own_mark_goes_to_anthropic() -> None:
    """It counts as the caller's."""
    body = _body("anthropic_messages", tools=({**_TOOL, "cache_control": _MARK},))
    assert body["tools"][0]["cache_control"] == _MARK
    assert _marked(body) == []
