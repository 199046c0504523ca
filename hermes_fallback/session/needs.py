"""What a request needs of whoever answers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hermes_fallback.failover.candidate import Candidate
from hermes_fallback.failover.fit import Needs
from hermes_fallback.model.bench import Health
from hermes_fallback.transcript.conversation import Conversation, Message, Options

__all__ = ["needs_of"]

_CHARS_PER_TOKEN = 6
"""More than a token holds on average in any script, so that the estimate stays below the truth."""
_UNKNOWN = Needs()


def needs_of(
    conversation: Conversation, options: Options, candidates: tuple[Candidate, ...], health: Health
) -> Needs:
    """What the request needs, as far as anything is known of *candidates* that it could miss."""
    if not health.lessons and all(each.context_length is None for each in candidates):
        return _UNKNOWN
    return Needs(
        prompt_tokens=_chars(conversation, options) // _CHARS_PER_TOKEN,
        tools=bool(options.tools),
        images=any(_is_image(part) for part in _parts(conversation)),
    )


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
