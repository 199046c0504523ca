"""Chains to rehearse: links of several dialects, each at a host of its own unless something else is said."""

from __future__ import annotations

from typing import Any

from hermes_fallback.model.credential import Credential
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.secret import Secret

DIALECTS = (
    "chat_completions",
    "anthropic_messages",
    "codex_responses",
    "bedrock_converse",
    "code_assist",
)
_AUTH = {"anthropic_messages": {"auth_header": "x-api-key", "auth_scheme": ""}}


def link(position: int, *, api_mode: str = DIALECTS[0], key: str | None = None, **own: Any) -> Route:
    """A link that is ready, as a plan has it."""
    fields: dict[str, Any] = {
        "provider": f"p{position}",
        "model": f"m{position}",
        "base_url": f"https://p{position}.example/v1",
        "credential": Credential(secret=Secret(key or f"real-key-{position}-0123456789"), source="env"),
        **_AUTH.get(api_mode, {}),
    }
    return Route(position=position, api_mode=api_mode, **fields | own)


def chain(*api_modes: str) -> Plan:
    """A plan of links that speak *api_modes*; of two chats where none are given."""
    modes = api_modes or DIALECTS[:1] * 2
    return Plan(routes=tuple(link(position, api_mode=mode) for position, mode in enumerate(modes)))
