"""Tool calls and their results, brought together: what is answered late, twice or never."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hermes_fallback.transcript.conversation import Message

__all__ = ["Pairing"]

_UNANSWERED = "There is no result: the call was given up."
_ORPHAN = "The result of an earlier tool call:"


class Pairing:
    """The messages so far, each message that calls tools with the results of its calls right behind it.

    Results keep their order. One that answers no call becomes the user's words, and a call without a result gets one
    that says so: both are refused as they are, wherever they go.
    """

    def __init__(self, messages: Iterable[Message]) -> None:
        self.messages: list[Message] = []
        self.orphans = 0
        self.unanswered = 0
        self.late = 0
        self._place = 0
        self._open: list[str] = []
        for message in messages:
            self._take(message)
        self._close()

    def _take(self, message: Message) -> None:
        if message.role == "tool":
            self._answer(message)
            return
        if message.tool_calls:
            self._close()
        self.messages.append(message)
        if message.tool_calls:
            self._place = len(self.messages)
            self._open = [call.id for call in message.tool_calls]

    def _answer(self, result: Message) -> None:
        if result.tool_call_id not in self._open:
            self.orphans += 1
            self.messages.append(_as_words(result))
            return
        self._open.remove(result.tool_call_id)
        self.late += self._place < len(self.messages)
        self._give(result)

    def _give(self, result: Message) -> None:
        self.messages.insert(self._place, result)
        self._place += 1

    def _close(self) -> None:
        """Answer the calls that nobody has answered."""
        self.unanswered += len(self._open)
        for call_id in self._open:
            self._give(Message.tool_result(call_id, _UNANSWERED))
        self._open = []


def _as_words(result: Message) -> Message:
    content = ({"type": "text", "text": _ORPHAN}, *result.parts)
    if isinstance(result.content, str):
        return Message.user(f"{_ORPHAN}\n{result.content}")
    return replace(result, role="user", content=content, tool_call_id=None)
