"""The OpenAI chat dialect: what most providers speak, and what gateways translate to."""

from __future__ import annotations

from typing import Any

from hermes_fallback.model.route import Route
from hermes_fallback.transcript.compiling import compiled
from hermes_fallback.transcript.conversation import Conversation, Options
from hermes_fallback.wire.chat_answer import ChatDraft
from hermes_fallback.wire.chat_messages import written, written_tools
from hermes_fallback.wire.exchange import HttpRequest, Reader
from hermes_fallback.wire.posting import endpoint, named_schema, post
from hermes_fallback.wire.readers import SniffingReader

__all__ = ["ChatCompletions"]


class ChatCompletions:
    """Speaks `POST /chat/completions`, always asking for a stream.

    Source: https://platform.openai.com/docs/api-reference/chat
    """

    def request(self, conversation: Conversation, route: Route, options: Options) -> HttpRequest:
        """The request that continues *conversation* on *route*."""
        made = compiled(conversation, route)
        fields = {
            "model": route.model,
            "messages": written(made.conversation.messages, route),
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": options.temperature,
            "max_tokens": options.max_tokens,
            "tools": written_tools(options.tools, route) or None,
            "tool_choice": options.tool_choice,
            "response_format": _response_format(options),
        }
        url = endpoint(route.base_url, "/chat/completions")
        return post(route, url, fields, options, changes=made.changes)

    def reader(self, content_type: str, *, provider: str) -> Reader:
        """A reader for one response of status 200, streamed or whole."""
        return SniffingReader(ChatDraft(), content_type, provider=provider)


def _response_format(options: Options) -> dict[str, Any] | None:
    if options.json_schema is None:
        return None
    return {"type": "json_schema", "json_schema": named_schema(options.json_schema)}
