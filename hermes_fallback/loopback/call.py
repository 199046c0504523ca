"""One request under way, a chat's or the list's: who asks for what, and the means to answer it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hermes_fallback.loopback.http import Request, Responder
from hermes_fallback.loopback.openai import Asked, chunk, completion, models, usage, words

__all__ = ["Call"]

_STREAM = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
_CHUNKED = {"transfer-encoding": "chunked"}


class Call:
    """What a behaviour works with. *listed* are the models to show where the list is asked for."""

    def __init__(
        self, provider: str, request: Request, responder: Responder, listed: Sequence[str] | None = None
    ) -> None:
        self.provider = provider
        self.request = request
        self.asked = Asked(request.document)
        self.out = responder
        self._listed = listed

    def filled(self, text: str) -> str:
        """*text* with `{provider}`, `{model}`, `{messages}` (how many came) and `{last}` filled in."""
        values = {
            "provider": self.provider,
            "model": self.asked.model,
            "messages": str(len(self.asked.messages)),
            "last": self.asked.last_text,
        }
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        return text

    async def begin(self, *, role: bool = True) -> None:
        """Begin a stream, with the delta that holds only a role."""
        await self.out.head(200, {**_STREAM, **_CHUNKED})
        if role:
            await self.event(chunk(self.asked, {"role": "assistant", "content": ""}))

    async def begin_whole(self, headers: Mapping[str, str] | None = None) -> None:
        """Begin an answer of JSON whose length is not said, or is said in *headers*."""
        await self.out.head(200, {"content-type": "application/json", **(headers or _CHUNKED)})

    async def event(self, document: object) -> None:
        """One event, of JSON or of text as it is."""
        data = document if isinstance(document, str) else json.dumps(document)
        await self.out.chunk(f"data: {data}\n\n".encode())

    async def say(self, pieces: Iterable[str]) -> None:
        """One delta of text for each piece."""
        for piece in pieces:
            await self.event(chunk(self.asked, {"content": piece}))

    async def finish(self, text: str, *, reason: str = "stop", done: bool = True) -> None:
        """The evidence of the end, the count of tokens if it was asked for, and `[DONE]`."""
        await self.event(chunk(self.asked, {}, finish=reason))
        if self.asked.wants_usage:
            await self.event(chunk(self.asked, None, counts=usage(self.asked, text)))
        if done:
            await self.event("[DONE]")
        await self.out.chunk(b"")

    def part_of_whole(self, text: str) -> bytes:
        """The first half of a whole answer that says *text*."""
        body = self.whole_body({"content": text})
        if self._listed is not None:
            return body[: len(body) // 2]
        return body[: body.index(b'"content"') + len('"content": "') + len(text) // 2]

    def whole_body(self, message: Mapping[str, Any]) -> bytes:
        """A whole answer as bytes: *message*, or the list."""
        document = completion(self.asked, message) if self._listed is None else models(self._listed)
        return json.dumps(document).encode()

    def pieces(self, text: str) -> list[str]:
        """*text* in the pieces it is streamed in."""
        return words(text)
