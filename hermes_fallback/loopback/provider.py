"""One provider on its own port of loopback."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from hermes_fallback.loopback.anthropic_messages import AnthropicMessages
from hermes_fallback.loopback.asked import Asked
from hermes_fallback.loopback.bedrock_converse import BedrockConverse
from hermes_fallback.loopback.behaviours import REFUSE
from hermes_fallback.loopback.call import Call
from hermes_fallback.loopback.chat_completions import ChatCompletions
from hermes_fallback.loopback.code_assist import CodeAssist
from hermes_fallback.loopback.codex_responses import CodexResponses
from hermes_fallback.loopback.dialect import Dialect
from hermes_fallback.loopback.http import Request, Responder
from hermes_fallback.loopback.planted import server_context
from hermes_fallback.loopback.port import Port
from hermes_fallback.loopback.record import Record
from hermes_fallback.loopback.spec import ProviderSpec, Step

__all__ = ["CONTROL", "Control", "Provider"]

CONTROL = "/_loopback/"
_CHAT, _MESSAGES, _RESPONSES = ChatCompletions(), AnthropicMessages(), CodexResponses()
_CONVERSATIONS: dict[re.Pattern[str], Dialect] = {
    re.compile(r"/v1/chat/completions"): _CHAT,
    re.compile(r"(/anthropic)?/v1/messages"): _MESSAGES,
    re.compile(r"/v1/responses"): _RESPONSES,
    re.compile(r"(/v1)?/model/[^/]+/converse(-stream)?"): BedrockConverse(),
    re.compile(r"(/v1)?/v1internal:(streamGenerate|generate)Content"): CodeAssist(),
}
"""The dialects by the paths that they are posted to."""
_LISTS = {("GET", "/v1/models"), ("GET", "/anthropic/v1/models")}
_KEY = ("GET", "/v1/key")
"""A second route that takes only the key, and knows no script: it answers with the list, too."""
Control = Callable[[Request, Responder], Awaitable[None]]
"""Answers what is asked about the providers themselves."""


class Provider:
    """Speaks every dialect on its port, as its script says."""

    def __init__(self, spec: ProviderSpec, record: Record, control: Control) -> None:
        self.spec = spec
        self.port = Port(self._serve, host=spec.host, tls=server_context() if spec.tls else None)
        self.base_url = f"{'https' if spec.tls else 'http'}://{spec.host}:{self.port.number}/v1"
        self._record = record
        self._control = control
        self._script = spec.script
        self._next = 0
        self._next_list = 0

    async def follow(self, script: tuple[Step, ...]) -> None:
        """Behave as *script* says from here on."""
        self._script, self._next = script, 0
        await self._settle()

    async def start(self) -> None:
        """Listen, unless the script begins with nobody there."""
        await self._settle()

    async def _settle(self) -> None:
        if self._script[self._next].name == REFUSE:
            self.port.refuse()
        else:
            await self.port.listen()

    async def _serve(self, request: Request, transport: asyncio.Transport) -> Responder:
        if request.path.startswith(CONTROL):
            responder = Responder(transport)
            await self._control(request, responder)
            return responder
        spoken = _spoken(request)
        dialect = spoken or _usual(request)
        step = self._refused(request, dialect) or self._routed(request)
        received = self._record.add(
            self.spec.name, request, behaviour=step.name, dialect=spoken.name if spoken else None
        )
        # Before the answer: whoever has it must find the port as the script leaves it.
        await self._settle()
        responder = Responder(transport, {dialect.id_header: received.request_id})
        listed = self.spec.listed if _where(request) in {*_LISTS, _KEY} else None
        call = Call(self.spec.name, request, responder, dialect, received.request_id, listed)
        await step.behaviour(call, **step.options)
        return responder

    def _refused(self, request: Request, dialect: Dialect) -> Step | None:
        key = self.spec.key
        expected = {"authorization": f"Bearer {key}", "x-api-key": key}
        if key is None or any(request.headers.get(name) == expected[name] for name in dialect.key_headers):
            return None
        if self.spec.public_list and _where(request) in _LISTS:
            return None
        return Step("unauthorized")

    def _routed(self, request: Request) -> Step:
        """The step for *request*. Only conversations move the script on, and only lists that of the list."""
        where = _where(request)
        if where in _LISTS:
            return self._list_step()
        if where == _KEY:
            return Step("ok")
        if _spoken(request) is None:
            return Step("not_found")
        if self.spec.models and Asked(request.document, request.path).model not in self.spec.models:
            return Step("model_not_found")
        step = self._script[self._next]
        self._next = min(self._next + 1, len(self._script) - 1)
        return step

    def _list_step(self) -> Step:
        step = self.spec.list_script[self._next_list]
        self._next_list = min(self._next_list + 1, len(self.spec.list_script) - 1)
        return step


def _where(request: Request) -> tuple[str, str]:
    return request.method, request.path


def _spoken(request: Request) -> Dialect | None:
    """The dialect of a conversation; None for what is none."""
    paths = _CONVERSATIONS if request.method == "POST" else ()
    return next((_CONVERSATIONS[path] for path in paths if path.fullmatch(request.path)), None)


def _usual(request: Request) -> Dialect:
    """The dialect of what is no conversation: Anthropic's, if its header says so, else a chat's."""
    return _MESSAGES if "anthropic-version" in request.headers else _CHAT
