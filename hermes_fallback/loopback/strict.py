"""What a vendor that goes by its reference refuses in a request, before any model sees it.

Sources: https://docs.anthropic.com/en/api/messages, https://platform.openai.com/docs/api-reference/chat and
https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

__all__ = ["objection"]

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHAT_ID_CHARS = 40
_FEWEST_TOKENS = 16
_MARKS = 4
_THINKING = ("thinking", "redacted_thinking")
_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_OF_ANTHROPIC = frozenset(
    [
        "model",
        "max_tokens",
        "messages",
        "system",
        "temperature",
        "top_p",
        "top_k",
        "stream",
        "tools",
        "tool_choice",
        "thinking",
        "metadata",
        "stop_sequences",
        "service_tier",
        "output_config",
        "container",
        "cache_control",
    ]
)
_OF_A_BLOCK: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "text": frozenset({"type", "text", "cache_control", "citations"}),
        "image": frozenset({"type", "source", "cache_control"}),
        "thinking": frozenset({"type", "thinking", "signature"}),
        "redacted_thinking": frozenset({"type", "data"}),
        "tool_use": frozenset({"type", "id", "name", "input", "cache_control"}),
        "tool_result": frozenset({"type", "tool_use_id", "content", "is_error", "cache_control"}),
    }
)
_OF_A_CHAT_MESSAGE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "system": frozenset({"role", "content", "name"}),
        "developer": frozenset({"role", "content", "name"}),
        "user": frozenset({"role", "content", "name"}),
        "assistant": frozenset(
            [
                "role",
                "content",
                "name",
                "refusal",
                "tool_calls",
                "reasoning_content",
                "reasoning_details",
                "extra_content",
            ]
        ),
        "tool": frozenset({"role", "content", "tool_call_id"}),
    }
)
_OF_A_CHAT_PART: Mapping[str, frozenset[str]] = MappingProxyType(
    {"text": frozenset({"type", "text"}), "image_url": frozenset({"type", "image_url"})}
)
_OF_AN_ITEM: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "message": frozenset({"type", "role", "content"}),
        "reasoning": frozenset({"type", "id", "summary", "content", "encrypted_content"}),
        "function_call": frozenset({"type", "call_id", "name", "arguments", "id", "status"}),
        "function_call_output": frozenset({"type", "call_id", "output", "id", "status"}),
    }
)
_Document = Mapping[str, Any]


def objection(dialect: str, body: object) -> str | None:
    """The first thing that is wrong with the request *body* of *dialect*; None where it is taken."""
    if not isinstance(body, dict):
        return "the body is no object"
    try:
        return next(_RULES[dialect](body), None) if dialect in _RULES else None
    except (AttributeError, KeyError, TypeError) as error:
        return f"the body is malformed: {error}"


def _listed(content: Any) -> Any:
    """*content* as a list of blocks, where it is plain text."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content or []


def _anthropic(body: _Document) -> Iterator[str]:
    yield from _unknown(body, _OF_ANTHROPIC, "body")
    if not isinstance(body.get("max_tokens"), int):
        yield "max_tokens: Field required"
    if body.get("tool_choice") and not body.get("tools"):
        yield "tool_choice may only be specified while providing tools"
    messages = [{**each, "content": _listed(each["content"])} for each in body.get("messages") or []]
    system = _listed(body.get("system"))
    roles = [message["role"] for message in messages]
    if roles[:1] != ["user"]:
        yield "messages: first message must use the user role"
    if any(one == other for one, other in pairwise(roles)):
        yield "messages: roles must alternate between user and assistant"
    for at, message in enumerate(messages):
        yield from _blocks(message, f"messages.{at}")
    yield from _answered_turns(messages)
    yield from _prefilled(messages)
    blocks = [
        *(body.get("tools") or ()),
        *system,
        *(b for m in messages for b in m["content"]),
    ]
    if sum("cache_control" in block for block in blocks) > _MARKS:
        yield f"a maximum of {_MARKS} blocks with cache_control may be provided"
    yield from _texts(system, "system")


def _blocks(message: _Document, where: str) -> Iterator[str]:
    content = message["content"]
    if not content:
        yield f"{where}: content must not be empty"
    for at, block in enumerate(content):
        if block.get("type") not in _OF_A_BLOCK:
            yield f"{where}.content.{at}: unknown type {block.get('type')}"
            continue
        yield from _unknown(block, _OF_A_BLOCK[block["type"]], f"{where}.content.{at}")
        yield from _block(block, message["role"], f"{where}.content.{at}")
    yield from _texts(content, where)
    kinds = [block.get("type") for block in content]
    first = _THINKING if message["role"] == "assistant" else ("tool_result",)
    if sorted(kinds, key=lambda kind: kind not in first) != kinds:
        yield f"{where}: {first[0]} blocks must come first"


def _block(block: _Document, role: str, where: str) -> Iterator[str]:
    kind = block["type"]
    if kind in {"tool_use", *_THINKING} and role != "assistant":
        yield f"{where}: {kind} is the assistant's alone"
    if kind in {"tool_result", "image"} and role != "user":
        yield f"{where}: {kind} is the user's alone"
    if kind == "tool_use" and not (_ID.fullmatch(block["id"]) and isinstance(block["input"], dict)):
        yield f"{where}: id should match {_ID.pattern}, and input be an object"
    if kind == "thinking" and not block.get("signature"):
        yield f"{where}: signature: Field required"
    source = block.get("source") or {}
    if source.get("type") == "base64" and source.get("media_type") not in _IMAGES:
        yield f"{where}: media_type must be one of {', '.join(_IMAGES)}"


def _texts(content: Sequence[_Document], where: str) -> Iterator[str]:
    if any(block.get("type") == "text" and not block["text"].strip() for block in content):
        yield f"{where}: text content blocks must contain non-whitespace text"


def _answered_turns(messages: Sequence[_Document]) -> Iterator[str]:
    """Each turn's calls are answered in the next turn, all of them and no others, and no id is used again."""
    asked: list[str] = []
    seen: set[str] = set()
    for message in [*messages, {"role": "user", "content": []}]:
        if message["role"] == "user":
            given = [
                block["tool_use_id"] for block in message["content"] if block.get("type") == "tool_result"
            ]
            if sorted(given) != sorted(asked):
                yield f"tool_use ids {sorted(asked)} need tool_result blocks right behind them, not {sorted(given)}"
            asked = []
        else:
            asked = [block["id"] for block in message["content"] if block.get("type") == "tool_use"]
            if seen & {*asked} or len({*asked}) < len(asked):
                yield "tool_use ids must be unique"
            seen |= {*asked}


def _prefilled(messages: Sequence[_Document]) -> Iterator[str]:
    last = messages[-1] if messages else {}
    said = last["content"][-1].get("text", "") if last.get("role") == "assistant" and last["content"] else ""
    if said != said.rstrip():
        yield "final assistant content cannot end with trailing whitespace"


def _chat(body: _Document) -> Iterator[str]:
    messages = body.get("messages") or []
    if not messages:
        yield "messages: at least one is needed"
    for at, message in enumerate(messages):
        where = f"messages[{at}]"
        if message.get("role") not in _OF_A_CHAT_MESSAGE:
            yield f"{where}.role: unknown"
            continue
        yield from _unknown(message, _OF_A_CHAT_MESSAGE[message["role"]], where)
        yield from _chat_content(message, where)
        yield from _chat_calls(message.get("tool_calls") or (), where)
    yield from _answered_calls(messages)


def _chat_content(message: _Document, where: str) -> Iterator[str]:
    content, role = message.get("content"), message["role"]
    if role != "tool" and not message.get("tool_calls") and not str(content or "").strip():
        yield f"{where}.content must not be empty"
    if role == "tool" and not isinstance(content, str):
        yield f"{where}.content must be text"
    for part in content if isinstance(content, list) else ():
        if part.get("type") not in _OF_A_CHAT_PART or (part["type"] == "image_url" and role != "user"):
            yield f"{where}.content: a part of the type {part.get('type')} is not taken from the {role}"
            continue
        yield from _unknown(part, _OF_A_CHAT_PART[part["type"]], f"{where}.content")


def _chat_calls(calls: Sequence[_Document], where: str) -> Iterator[str]:
    for call in calls:
        if not 0 < len(call["id"]) <= _CHAT_ID_CHARS:
            yield f"{where}.tool_calls.id: expected at most {_CHAT_ID_CHARS} characters, got {len(call['id'])}"
        if call.get("type") != "function" or not isinstance(call["function"].get("arguments"), str):
            yield f"{where}.tool_calls: a function with arguments of text is needed"


def _answered_calls(messages: Sequence[_Document]) -> Iterator[str]:
    """Results of tools stand right behind the message with their calls, one for each."""
    waiting: list[str] = []
    for at, message in enumerate([*messages, {"role": "user"}]):
        if message["role"] == "tool":
            if message.get("tool_call_id") not in waiting:
                yield f"messages[{at}]: a result must follow the message with its call"
                return
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            yield f"messages[{at}]: tool_call_ids without a result: {', '.join(waiting)}"
        waiting = [call["id"] for call in message.get("tool_calls") or ()]
        if len({*waiting}) < len(waiting):
            yield f"messages[{at}]: tool_call_ids must be unique"


def _responses(body: _Document) -> Iterator[str]:
    given = body.get("input") or []
    plain = {"type": "message", "role": "user", "content": given}
    items: list[dict[str, Any]] = (
        [plain] if isinstance(given, str) else [{"type": "message", **item} for item in given]
    )
    if not items:
        yield "input: at least one item is needed"
    if body.get("max_output_tokens") is not None and body["max_output_tokens"] < _FEWEST_TOKENS:
        yield f"max_output_tokens: at least {_FEWEST_TOKENS}"
    for at, item in enumerate(items):
        kind = str(item.get("type"))
        if kind not in _OF_AN_ITEM:
            yield f"input[{at}]: unknown type {kind}"
            continue
        yield from _unknown(item, _OF_AN_ITEM[kind], f"input[{at}]")
        yield from _item(item, items[at + 1 :], f"input[{at}]")
    called = [item["call_id"] for item in items if item.get("type") == "function_call"]
    answered = [item["call_id"] for item in items if item.get("type") == "function_call_output"]
    if not {*answered} <= {*called}:
        yield "input: no tool call found for a function call output"
    if len({*called}) < len(called) or not all(map(_ID.fullmatch, called)):
        yield f"input: call_ids must be unique, and match {_ID.pattern}"


def _item(item: _Document, behind: Sequence[_Document], where: str) -> Iterator[str]:
    kind = item["type"]
    if kind == "message":
        yield from _item_content(item, where)
    elif kind == "reasoning":
        if not item.get("encrypted_content"):
            yield f"{where}: nothing is stored here, so encrypted_content is needed"
        if not behind or behind[0].get("role") in {"user", "developer"}:
            yield f"{where}: a reasoning item was provided without its following item"
    elif kind == "function_call":
        answers = [each["call_id"] for each in behind if each.get("type") == "function_call_output"]
        if answers.count(item["call_id"]) != 1:
            yield f"{where}: no tool output found for function call {item['call_id']}"


def _item_content(item: _Document, where: str) -> Iterator[str]:
    role, content = item.get("role"), item.get("content")
    if role not in {"user", "assistant", "developer"}:
        yield f"{where}: messages of the role {role} are not allowed"
    if not content:
        yield f"{where}: content must not be empty"
    taken = {"output_text", "refusal"} if role == "assistant" else {"input_text", "input_image", "input_file"}
    for part in content if isinstance(content, list) else ():
        if part.get("type") not in taken or "cache_control" in part:
            yield f"{where}: the {role} may not say {part.get('type')}"


def _unknown(given: _Document, known: frozenset[str], where: str) -> Iterator[str]:
    yield from (f"{where}.{name}: extra inputs are not permitted" for name in sorted(given.keys() - known))


_RULES: Mapping[str, Callable[[_Document], Iterator[str]]] = MappingProxyType(
    {"anthropic_messages": _anthropic, "chat_completions": _chat, "codex_responses": _responses}
)
