"""The OpenAI chat dialect: what most providers speak, and what gateways translate to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from hermes_fallback.model.route import Route
from hermes_fallback.transcript.conversation import Conversation, Options
from hermes_fallback.wire.chat_readers import SniffingReader
from hermes_fallback.wire.exchange import HttpRequest, Reader

__all__ = ["ChatCompletions"]

_PATH = "/chat/completions"
_HEADERS = {"content-type": "application/json", "accept": "text/event-stream, application/json"}
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


class ChatCompletions:
    """Speaks `POST /chat/completions`, always asking for a stream.

    Source: https://platform.openai.com/docs/api-reference/chat
    """

    def request(self, conversation: Conversation, route: Route, options: Options) -> HttpRequest:
        """The request that continues *conversation* on *route*.

        Fields of `options.extra` win, and one that is None there is left out.
        """
        body = {
            "model": route.model,
            "messages": conversation.to_dicts(to=str(route.origin)),
            "stream": True,
            "stream_options": {"include_usage": True},
            **_chosen(options),
            **options.extra,
        }
        body = {name: value for name, value in body.items() if value is not None}
        own = {name: value for name, value in route.headers.items() if name.lower() not in _HEADERS}
        return HttpRequest(
            method="POST",
            url=_endpoint(route.base_url),
            headers={**_HEADERS, **own},
            body=_encoded(body),
            credential=route.credential,
            auth_header=route.auth_header,
            auth_scheme=route.auth_scheme,
        )

    def reader(self, content_type: str, *, provider: str) -> Reader:
        """A reader for one response of status 200, streamed or whole."""
        return SniffingReader(content_type, provider=provider)


def _endpoint(base_url: str) -> str:
    """*base_url* and the path, before its query; an address that names the endpoint already is kept."""
    base, mark, query = base_url.partition("?")
    base = base.rstrip("/")
    return (base if base.endswith(_PATH) else base + _PATH) + mark + query


def _chosen(options: Options) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "temperature": options.temperature,
        "max_tokens": options.max_tokens,
        "tools": [dict(tool) for tool in options.tools] or None,
        "tool_choice": options.tool_choice,
        "response_format": _response_format(options.json_schema) if options.json_schema is not None else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _response_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The field for a bare JSON Schema, or for one in OpenAI's own wrapping, which may ask for `strict`."""
    if "name" in schema and isinstance(schema.get("schema"), Mapping):
        return {"type": "json_schema", "json_schema": dict(schema)}
    name = _NOT_IN_A_NAME.sub("_", str(schema.get("title") or "")).strip("_")[:64]
    return {"type": "json_schema", "json_schema": {"name": name or "answer", "schema": dict(schema)}}


def _encoded(body: Mapping[str, Any]) -> bytes:
    # Half a surrogate pair, as text from a file may hold, becomes `?`: no JSON parser would take it.
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=dict).encode(
        "utf-8", "replace"
    )
