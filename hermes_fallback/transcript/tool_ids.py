"""Ids of tool calls, made to fit the providers that are strict about them."""

from __future__ import annotations

import re
from dataclasses import replace

from hermes_fallback.transcript.conversation import Conversation, Message

__all__ = ["with_fitting_ids"]

_UNFIT = re.compile(r"[^A-Za-z0-9_-]")
_STEM_CHARS = 48


def with_fitting_ids(conversation: Conversation) -> Conversation:
    """*conversation* with ids of letters, digits, `_` and `-`, at most 64 long, and no two calls with one id.

    Each result still names its own call, and a history that grows keeps the ids it had.
    """
    ids = _Ids()
    return Conversation(tuple(ids.fitted(message) for message in conversation.messages))


class _Ids:
    """The ids given so far."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._open: dict[str, list[str]] = {}
        """The ids that results go by, by the id of the call: providers use one again, even for parallel calls."""

    def fitted(self, message: Message) -> Message:
        if message.tool_calls:
            self._open = {}
            calls = (replace(call, id=self._new(call.id)) for call in message.tool_calls)
            return replace(message, tool_calls=tuple(calls))
        if message.tool_call_id is not None:
            return replace(message, tool_call_id=self._answered(message.tool_call_id))
        return message

    def _new(self, call_id: str) -> str:
        stem = _UNFIT.sub("_", call_id)[:_STEM_CHARS]
        fitted, number = stem, 1
        while fitted in self._taken:
            number += 1
            fitted = f"{stem}_{number}"
        self._taken.add(fitted)
        self._open.setdefault(call_id, []).append(fitted)
        return fitted

    def _answered(self, call_id: str) -> str:
        waiting = self._open.get(call_id) or [_UNFIT.sub("_", call_id)[:_STEM_CHARS]]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]
