"""What an answer says, as it grows; the same in every dialect."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from hermes_fallback.transcript.conversation import ToolCall
from hermes_fallback.wire.exchange import Event, Reasoned, Said
from hermes_fallback.wire.lenient import clean
from hermes_fallback.wire.malformed import Flaw

__all__ = ["Content", "PartialCall"]


class Content:
    """Text and reasoning, each piece an event at once. Blanks wait for the text that they lead."""

    def __init__(self) -> None:
        self.pieces = 0
        """How many pieces of content have come; whoever gathers parts of tool calls counts them here too."""
        self.has_text = False
        self._blank = ""
        self._reasoning: list[str] = []

    @property
    def reasoning(self) -> str:
        """All reasoning so far."""
        return clean("".join(self._reasoning))

    def say(self, piece: str) -> list[Event]:
        """The event of a *piece* of text."""
        if not self.has_text:
            piece = self._blank + piece
            self.has_text = bool(piece.strip())
            if not self.has_text:
                self._blank = piece
                return []
        if not piece:
            return []
        self.pieces += 1
        return [Said(clean(piece))]

    def reason(self, piece: str) -> list[Event]:
        """The event of a *piece* of reasoning."""
        if not piece:
            return []
        self.pieces += 1
        self._reasoning.append(piece)
        return [Reasoned(clean(piece))]


@dataclass(slots=True)
class PartialCall:
    """A tool call as far as it has come."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields of its own, to give back with it."""

    def finished(self, spare_id: str, *, is_cut: bool) -> ToolCall:
        """The call, complete, under *spare_id* where it came without an id.

        A call without arguments has none, unless the answer *is_cut*: then they had not begun.

        Raises:
            Flaw: it names no function, or its arguments are no JSON.
        """
        arguments = clean("".join(self.arguments)) or ("" if is_cut else "{}")
        if not self.name:
            raise Flaw("a tool call without the name of a function")
        try:
            json.loads(arguments)
        except (ValueError, RecursionError):
            raise Flaw(f"the arguments of the tool call `{self.name}` are not JSON") from None
        return ToolCall(self.id or spare_id, self.name, arguments, self.extra)
