"""An answer and its story, as `hermes chat` tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hermes_fallback.cli.views.attempts import attempt_documents
from hermes_fallback.cli.views.chain import address, link_document
from hermes_fallback.journal.document import document_of

if TYPE_CHECKING:
    from hermes_fallback.model.link import Link
    from hermes_fallback.model.receipt import ServedBy
    from hermes_fallback.session.events import Answer
    from hermes_fallback.wire.exchange import Usage

__all__ = ["Reply", "reply_document", "reply_footer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, and the link that was asked first."""

    answer: Answer
    requested: Link | None


def reply_document(reply: Reply) -> dict[str, object]:
    """The JSON of one answer."""
    answer = reply.answer
    return {
        "text": answer.text,
        "turn": answer.receipt.turn,
        "served_by": _served_document(answer.served_by),
        "requested": reply.requested and link_document(reply.requested),
        "attempts": attempt_documents(answer.receipt.attempts),
        "skipped": [document_of(each) for each in answer.receipt.skipped],
        "finish_reason": answer.finish_reason,
        "usage": answer.usage and _usage_document(answer.usage),
    }


def reply_footer(answer: Answer) -> str:
    """One line for those who want to know more: who answered, how long it took, how much it was."""
    served = answer.served_by
    ms = sum(attempt.ms for attempt in answer.receipt.attempts)
    parts = [f"answered by {served.provider}:{served.model} in {ms:.0f} ms"]
    if answer.usage and answer.usage.total_tokens is not None:
        parts.append(f"{answer.usage.total_tokens} tokens")
    return ", ".join(parts)


def _served_document(served: ServedBy) -> dict[str, object]:
    return {
        "position": served.position,
        "provider": served.provider,
        "model": served.model,
        "base_url": address(served.base_url),
        "credential": served.credential,
    }


def _usage_document(usage: Usage) -> dict[str, object]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "cached_tokens": usage.cached_tokens,
        "cache_written_tokens": usage.cache_written_tokens,
    }
