"""What a request needs of whoever answers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hermes_fallback.failover.fit import Needs
from hermes_fallback.model.bench import Health
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.transcript.conversation import Conversation, Message, Options
from hermes_fallback.transcript.lint import refusal

__all__ = ["needs_of"]

_CHARS_PER_TOKEN = 6
"""More than a token holds on average in any script, so that the estimate stays below the truth."""


def needs_of(conversation: Conversation, options: Options, plan: Plan, health: Health) -> Needs:
    """What the request needs, as far as anything is known of the links of *plan* that it could miss."""
    refused = _refused(conversation, plan.routes)
    candidates = plan.candidates
    if not health.lessons and all(each.context_length is None for each in candidates):
        return Needs(refused=refused)
    return Needs(
        prompt_tokens=_chars(conversation, options) // _CHARS_PER_TOKEN,
        tools=bool(options.tools),
        images=any(_is_image(part) for part in _parts(conversation)),
        refused=refused,
    )


def _refused(conversation: Conversation, routes: Sequence[Route]) -> dict[int, str]:
    found = {route.position: refusal(conversation, route) for route in routes}
    return {position: why for position, why in found.items() if why}


def _chars(conversation: Conversation, options: Options) -> int:
    """The length of all text, tools among it; an image counts nothing here."""
    size = sum(_text_chars(message) for message in conversation.messages)
    return size + sum(len(str(tool)) for tool in options.tools)


def _text_chars(message: Message) -> int:
    content = message.content
    texts = [content] if isinstance(content, str) else [str(part.get("text", "")) for part in content or ()]
    texts += [call.arguments for call in message.tool_calls]
    return sum(map(len, texts))


def _parts(conversation: Conversation) -> Iterator[Mapping[str, Any]]:
    for message in conversation.messages:
        if isinstance(message.content, tuple):
            yield from message.content


def _is_image(part: Mapping[str, Any]) -> bool:
    return part.get("type") in {"image_url", "input_image", "image"}
