"""A response of status 200 that is no answer, as the failure it is. Never holds a word of an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hermes_fallback.model.failure import AttemptFailed, Failure, Transport

__all__ = ["BODY_LIMIT_BYTES", "FAILURE_CHARS", "malformed", "quoted", "without_answer"]

BODY_LIMIT_BYTES = 32 * 1024 * 1024
"""A whole answer, or one event of a stream, may be this long; some carry images."""
FAILURE_CHARS = 8 * 1024
_ANSWER_KEYS = frozenset({"delta", "message", "logprobs", "text"})


def malformed(transport: Transport, body: str, *, provider: str) -> AttemptFailed:
    """The failure of an answer that came over *transport* with status 200; *body* is its evidence."""
    return AttemptFailed(
        Failure(transport=transport, status=200, body=body[:FAILURE_CHARS], provider=provider)
    )


def quoted(raw: str, *, what: str) -> str:
    """*raw* as evidence, or *what* where it seems to hold an answer, which no receipt may repeat."""
    return what if '"choices"' in raw else raw.strip() or what


def without_answer(choice: Mapping[str, Any], **also: object) -> str:
    """JSON of *choice* without what the model said: finish reason, filter results and whatever else tells."""
    kept = {key: value for key, value in choice.items() if key not in _ANSWER_KEYS}
    return json.dumps({"choices": [kept], **also}, ensure_ascii=False)
