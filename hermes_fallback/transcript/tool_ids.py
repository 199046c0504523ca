"""Ids of tool calls, made to fit the providers that are strict about them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256

from hermes_fallback.transcript.conversation import Conversation, Message, ToolCall

__all__ = ["PLAIN_IDS", "IdForm", "with_fitting_ids"]

_UNFIT = re.compile(r"[^A-Za-z0-9_-]")
_NUMBER_CHARS = 16
"""Room for what tells two ids apart that begin alike."""
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdForm:
    """What the id of a tool call may be."""

    chars: int = 64
    any_letters: bool = False
    """False: letters, digits, `_` and `-` alone."""
    is_exact: bool = False
    """True: letters and digits alone, and exactly that long."""

    def fitted(self, call_id: str, number: int) -> str:
        """An id that fits and stands for *call_id*; the same as it where it fits and is the first, *number* 1."""
        if self.is_exact:
            return self._exact(call_id, number)
        stem = call_id if self.any_letters else _UNFIT.sub("_", call_id)
        if number == 1 and len(stem) <= self.chars:
            return stem
        stem = stem[: max(self.chars - _NUMBER_CHARS, self.chars // 2)]
        return stem if number == 1 else f"{stem}_{number}"

    def _exact(self, call_id: str, number: int) -> str:
        if number == 1 and len(call_id) == self.chars and call_id.isascii() and call_id.isalnum():
            return call_id
        rest = int.from_bytes(sha256(f"{number}\0{call_id}".encode("utf-8", "replace")).digest())
        letters = []
        for _ in range(self.chars):
            rest, letter = divmod(rest, len(_ALPHABET))
            letters.append(_ALPHABET[letter])
        return "".join(letters)


PLAIN_IDS = IdForm()
"""What most of those that are strict take."""


def with_fitting_ids(
    conversation: Conversation, form: IdForm = PLAIN_IDS, *, to: str | None = None
) -> Conversation:
    """*conversation* with ids of *form*, and no two calls with one id.

    Each result still names its own call, and a history that grows keeps the ids it had. What the origin *to* has
    called so itself stays as it is.
    """
    ids = _Ids(form, to)
    return Conversation(tuple(ids.fitted(message) for message in conversation.messages))


class _Ids:
    """The ids given so far."""

    def __init__(self, form: IdForm, to: str | None) -> None:
        self._form = form
        self._to = to
        self._taken: set[str] = set()
        self._open: dict[str, list[str]] = {}
        """The ids that results go by, by the id of the call: providers use one again, even for parallel calls."""

    def fitted(self, message: Message) -> Message:
        if message.tool_calls:
            self._open = {}
            is_own = self._to is not None and message.origin == self._to
            calls = tuple(_called(call, self._new(call.id, is_own=is_own)) for call in message.tool_calls)
            return message if calls == message.tool_calls else replace(message, tool_calls=calls)
        if message.tool_call_id is None:
            return message
        fitted = self._answered(message.tool_call_id)
        return message if fitted == message.tool_call_id else replace(message, tool_call_id=fitted)

    def _new(self, call_id: str, *, is_own: bool) -> str:
        number, fitted = 1, call_id if is_own and call_id else self._form.fitted(call_id or "call", 1)
        while fitted in self._taken:
            number += 1
            fitted = self._form.fitted(call_id or "call", number)
        self._taken.add(fitted)
        self._open.setdefault(call_id, []).append(fitted)
        return fitted

    def _answered(self, call_id: str) -> str:
        waiting = self._open.get(call_id) or [self._form.fitted(call_id, 1)]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


def _called(call: ToolCall, fitted: str) -> ToolCall:
    return call if call.id == fitted else replace(call, id=fitted)
