"""What a session hands out: pieces of the answer, notices of a switch, and the answer itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Receipt, ServedBy
from hermes_fallback.transcript.conversation import Message, ToolCall
from hermes_fallback.wire.exchange import Called, Reasoned, Said, Usage

__all__ = ["Answer", "Answered", "Called", "Event", "Notice", "NoticeKind", "Reasoned", "Restarted", "Said"]


class NoticeKind(StrEnum):
    """What a notice is about."""

    SWITCHED = "switched"
    RETURNED = "returned"
    SKIPPED = "skipped"
    WAITING = "waiting"
    COSTS = "costs"
    """Asked, not told: may a link be used that costs?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The conversation moved to another link, came back to the primary, or waits. Meant to be shown."""

    kind: NoticeKind
    to: str
    """The link that goes on, as `provider:model`."""
    left: str
    """The link that was left."""
    reason: Reason | None = None
    detail: str | None = None

    def __str__(self) -> str:
        if self.kind is NoticeKind.RETURNED:
            return f"back on {self.to}"
        if self.kind is NoticeKind.WAITING:
            return f"{self.left} {self.detail}"
        if self.kind is NoticeKind.COSTS:
            return f"{self.to} {self.detail}"
        return f"{self.left} {self.detail or self.reason or 'is not ready'}; going on with {self.to}"


@dataclass(frozen=True, slots=True)
class Restarted:
    """The stream broke after some text had been handed out: discard that text, the answer begins anew."""

    discarded_chars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer: what was said, who said it, and the record of the turn so far."""

    message: Message
    """The assistant's message as it now stands in the conversation."""
    text: str
    reasoning: str = ""
    finish_reason: str = "stop"
    usage: Usage | None = None
    served_by: ServedBy
    receipt: Receipt

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls the model asks for; answer them with `Session.resume`."""
        return self.message.tool_calls


@dataclass(frozen=True, slots=True)
class Answered:
    """The last event of a stream."""

    answer: Answer


Event = Said | Reasoned | Called | Notice | Restarted | Answered
