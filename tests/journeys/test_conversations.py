"""A session's conversation moves between strict providers of every dialect; who cannot take it is passed over."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from hermes_fallback import Message, Options, Session
from hermes_fallback.errors import Unanswered
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.runtime.runtime import Runtime

_PROVIDERS = {
    "chat_completions": "custom",
    "anthropic_messages": "anthropic",
    "codex_responses": "openai-api",
}
_TOOL = {"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}
_IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVsbG8="}}


def _link(loopback: Loopback, api_mode: str, **fields: str) -> dict[str, str]:
    link = {
        "provider": _PROVIDERS[api_mode],
        "model": "claude-sonnet-4-5",
        "key_env": f"{api_mode.upper()}_KEY",
    }
    return {**link, "base_url": loopback.base_urls[api_mode], "api_mode": api_mode, **fields}


def _session(home: Path, *links: dict[str, str]) -> Session:
    model, *chain = links
    config = {"model": {**model, "default": model["model"]}, "fallback_providers": chain}
    (home / "config.yaml").write_text(json.dumps(config))
    keys = {f"{each.upper()}_KEY": f"{each}-key-0123456789" for each in _PROVIDERS}
    return Session(Runtime.open(home, environ={"HOME": str(home), **keys}).plan())


@pytest.mark.parametrize("order", list(permutations(_PROVIDERS)), ids="-".join)
def test_a_conversation_tours_strict_providers(home: Path, order: tuple[str, ...]) -> None:
    """With tools, an image and reasoning: each takes what the others said and did."""
    with Loopback({"providers": [{"name": each, "script": "strict"} for each in _PROVIDERS]}) as loopback:
        thinks: Any = {"behaviour": "strict", "reasoning": "hm"}
        loopback.script(order[0], ["tool_call", "unauthorized"])
        loopback.script(order[1], [thinks, "tool_call", "unauthorized"])
        loopback.script(order[2], [thinks, "strict"])
        with _session(home, *(_link(loopback, each) for each in order)) as session:
            seen = Message(role="user", content=({"type": "text", "text": "what is it?"}, _IMAGE))
            (call,) = session.ask(seen, Options(tools=(_TOOL,))).tool_calls
            assert session.resume({call.id: "a cat"}).served_by.position == 1
            (call,) = session.ask("and now?", Options(tools=(_TOOL,))).tool_calls
            assert session.resume({call.id: "a dog"}).served_by.position == 2
            assert session.ask("thanks").text.endswith(": thanks")


def test_a_link_that_cannot_take_the_conversation_is_passed_over(home: Path) -> None:
    """Before anything is sent to it, and the receipt says why."""
    with Loopback({"providers": [{"name": each} for each in _PROVIDERS]}) as loopback:
        newest = _link(loopback, "anthropic_messages", model="claude-opus-4-8")
        with _session(home, newest, _link(loopback, "chat_completions")) as session:
            answer = session.ask(Message(role="assistant", content="{"))
    (skipped,) = answer.receipt.skipped
    assert (skipped.kind, skipped.what) == ("unfit", "does not go on where the assistant's own words end")
    assert (answer.served_by.position, len(answer.receipt.attempts)) == (1, 1)


def test_where_nobody_can_take_it_the_reason_is_told(home: Path) -> None:
    """Nothing is sent."""
    sound = Message(role="user", content=({"type": "input_audio", "input_audio": {}},))
    with Loopback({"providers": [{"name": each} for each in _PROVIDERS]}) as loopback:
        session = _session(home, _link(loopback, "codex_responses"))
        with session, pytest.raises(Unanswered) as caught:
            session.ask(sound)
        assert not loopback.received()
    assert "takes no parts of the type `input_audio`" in str(caught.value.why)


def test_the_receipt_says_what_was_not_sent_as_it_stands(home: Path) -> None:
    """For each attempt, in words; nothing where all was."""
    with Loopback({"providers": [{"name": each} for each in _PROVIDERS]}) as loopback:
        session = _session(home, _link(loopback, "anthropic_messages"))
        with session:
            assert session.ask("a").receipt.attempts[0].changed is None
            answer = session.ask(Message.tool_result("gone", "b"))
    assert answer.receipt.attempts[0].changed == "a tool result that answers no call became text"
