"""A strict provider refuses what its vendor's reference forbids, and says what."""

from __future__ import annotations

from typing import Any

import pytest

from hermes_fallback.loopback.strict import objection

_ASK = {"role": "user", "content": [{"type": "text", "text": "a"}]}
_USE = {"type": "tool_use", "id": "c", "name": "look", "input": {}}
_GOT = {"type": "tool_result", "tool_use_id": "c", "content": []}
_THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "s"}
_MARKED = {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
_CALL = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
_ITEM = {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"}
_OUTPUT = {"type": "function_call_output", "call_id": "c", "output": "b"}
_SEALED = {"type": "reasoning", "summary": [], "encrypted_content": "x"}


def _said(*blocks: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def _asked(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def _messages(*messages: Any, **fields: Any) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 5, "messages": list(messages), **fields}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (_messages(_ASK), None),
        (_messages(_ASK, _said(_THOUGHT, _USE), _asked(_GOT, *_ASK["content"])), None),
        (_messages(), "must use the user role"),
        (_messages(_said(*_ASK["content"])), "must use the user role"),
        (_messages(_ASK, _ASK), "must alternate"),
        (_messages(_ASK, stream_options={}), "body.stream_options: extra inputs"),
        (_messages(_ASK, _said(_USE)), "need tool_result blocks"),
        (_messages(_ASK, _said(_USE), _ASK), "need tool_result blocks"),
        (_messages(_asked(_GOT)), "need tool_result blocks"),
        (_messages(_ASK, _said(_USE, _THOUGHT), _asked(_GOT)), "thinking blocks must come first"),
        (_messages(_ASK, _said(_USE), _asked(*_ASK["content"], _GOT)), "tool_result blocks must come first"),
        (_messages(_ASK, _said({**_USE, "id": "a.b"}), _asked({**_GOT, "tool_use_id": "a.b"})), "should match"),
        (_messages(_ASK, _said(_USE, _USE), _asked(_GOT, _GOT)), "must be unique"),
        (_messages(_ASK, _said({**_THOUGHT, "signature": ""}, *_ASK["content"])), "signature: Field required"),
        (_messages(_asked({"type": "text", "text": " "})), "non-whitespace"),
        (_messages(_asked({"type": "image_url"})), "unknown type image_url"),
        (_messages(_ASK, _said({"type": "text", "text": "a "})), "trailing whitespace"),
        (_messages(_asked(*[_MARKED] * 5)), "a maximum of 4"),
        (_messages(_ASK, tool_choice={"type": "any"}), "while providing tools"),
    ],
)  # fmt: skip
def test_anthropic_is_strict(body: Any, why: str | None) -> None:
    """Turns, ids, results behind their calls, thinking first, marks, blanks."""
    assert (found := objection("anthropic_messages", body)) == why or why in (found or "")


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        ([{"role": "user", "content": "a"}], None),
        ([{"role": "assistant", "content": None, "tool_calls": [_CALL]}, {"role": "tool", "content": "", "tool_call_id": "c"}], None),
        ([], "at least one"),
        ([{"role": "user", "content": "", }], "must not be empty"),
        ([{"role": "user", "content": "a", "cache_control": 1}], "cache_control: extra inputs"),
        ([{"role": "user", "content": [_MARKED]}], "cache_control: extra inputs"),
        ([{"role": "assistant", "content": None, "tool_calls": [_CALL]}], "without a result: c"),
        ([{"role": "tool", "content": "b", "tool_call_id": "c"}], "must follow"),
        ([{"role": "assistant", "tool_calls": [{**_CALL, "id": "x" * 41}]}], "at most 40"),
        ([{"role": "assistant", "tool_calls": [_CALL, _CALL]}], "must be unique"),
        ([{"role": "assistant", "content": [{"type": "image_url", "image_url": {}}]}], "not taken from the assistant"),
    ],
)  # fmt: skip
def test_a_chat_is_strict(messages: list[Any], why: str | None) -> None:
    """Fields, blanks, ids, and results behind their calls."""
    assert (found := objection("chat_completions", {"messages": messages})) == why or why in (found or "")


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ([_SEALED, _ITEM, _OUTPUT], None),
        ([], "at least one"),
        ([_ITEM], "no tool output found"),
        ([_OUTPUT], "no tool call found"),
        ([_OUTPUT, _ITEM], "no tool output found"),
        ([_SEALED], "without its following item"),
        ([{**_SEALED, "encrypted_content": ""}, _ITEM, _OUTPUT], "encrypted_content is needed"),
        ([{**_ITEM, "call_id": "a b"}, {**_OUTPUT, "call_id": "a b"}], "match"),
        ([{"type": "message", "role": "system", "content": "a"}], "not allowed"),
        ([{"type": "message", "role": "user", "content": ""}], "must not be empty"),
        ([{"type": "message", "role": "user", "content": [{"type": "text", "text": "a"}]}], "may not say text"),
        ([{"type": "tool_use"}], "unknown type tool_use"),
    ],
)  # fmt: skip
def test_responses_are_strict(items: list[Any], why: str | None) -> None:
    """Items, their pairs, and what each role may say."""
    assert (found := objection("codex_responses", {"input": items})) == why or why in (found or "")
