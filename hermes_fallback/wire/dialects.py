"""The dialects we speak, by the name that a profile or link gives as `api_mode`."""

from __future__ import annotations

from hermes_fallback.wire.anthropic_messages import AnthropicMessages
from hermes_fallback.wire.bedrock_converse import BedrockConverse
from hermes_fallback.wire.chat_completions import ChatCompletions
from hermes_fallback.wire.code_assist import CodeAssist
from hermes_fallback.wire.codex_responses import CodexResponses
from hermes_fallback.wire.exchange import Dialect

__all__ = ["dialect", "spoken"]

_DIALECTS: dict[str, Dialect] = {
    "anthropic_messages": AnthropicMessages(),
    "bedrock_converse": BedrockConverse(),
    "chat_completions": ChatCompletions(),
    "code_assist": CodeAssist(),
    "codex_responses": CodexResponses(),
}


def dialect(api_mode: str) -> Dialect:
    """The dialect called *api_mode*.

    Raises:
        KeyError: it is not spoken here; a route that was resolved names one that is.
    """
    return _DIALECTS[api_mode]


def spoken() -> frozenset[str]:
    """The names of the dialects we speak."""
    return frozenset(_DIALECTS)
