"""A response of status 200 that is no answer, as the failure it is. Never holds a word of an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from hermes_fallback.model.failure import AttemptFailed, Failure, Transport

__all__ = [
    "BODY_LIMIT_BYTES",
    "FAILURE_CHARS",
    "Flaw",
    "is_error",
    "malformed",
    "quoted",
    "told",
    "without_answer",
]

BODY_LIMIT_BYTES = 32 * 1024 * 1024
"""A whole answer, or one event of a stream, may be this long; some carry images."""
FAILURE_CHARS = 8 * 1024
_ANSWER_KEYS = frozenset({"delta", "message", "logprobs", "text"})
_SAID_KEYS = frozenset(
    {
        "choices",
        "content",
        "content_block",
        "delta",
        "input",
        "instructions",
        "item",
        "output",
        "output_text",
        "part",
        "response",
        "text",
        "tools",
    }
)
"""Fields of whole documents that hold an answer or a prompt; an empty one is evidence."""
_SAID = re.compile(rf'"(?:{"|".join(sorted(_SAID_KEYS))})"\s*:')
_ERROR_KEYS = ("error", "errors", "error_code", "error_msg", "detail", "message", "msg")


class Flaw(Exception):
    """What came is no answer. *evidence* is what classification may look at; empty where nothing tells why."""

    def __init__(self, evidence: str) -> None:
        super().__init__(evidence)
        self.evidence = evidence


def malformed(transport: Transport, body: str, *, provider: str) -> AttemptFailed:
    """The failure of an answer that came over *transport* with status 200; *body* is its evidence."""
    return AttemptFailed(
        Failure(transport=transport, status=200, body=body[:FAILURE_CHARS], provider=provider)
    )


def is_error(document: Mapping[str, Any]) -> bool:
    """True for a document without an answer that tells of a failure, in one of the vendors' forms."""
    base = document.get("base_resp")  # MiniMax
    header = document.get("header")  # iFlytek
    return (
        document.get("object") == "error"
        or document.get("type") == "error"
        or (isinstance(base, Mapping) and bool(base.get("status_code")))
        or (isinstance(header, Mapping) and bool(header.get("code")))
        or any(document.get(key) for key in _ERROR_KEYS)
    )


def told(document: Mapping[str, Any]) -> str:
    """JSON of *document* without what was said in it."""
    kept = {key: value for key, value in document.items() if key not in _SAID_KEYS or not value}
    return json.dumps(kept, ensure_ascii=False)


def quoted(raw: str, *, what: str) -> str:
    """*raw* as evidence, or *what* where it seems to hold an answer, which no receipt may repeat."""
    raw = raw.strip()
    is_answer = not raw.startswith("<") and _SAID.search(raw)
    return what if is_answer else raw or what


def without_answer(choice: Mapping[str, Any], **also: object) -> str:
    """JSON of *choice* without what the model said: finish reason, filter results and whatever else tells."""
    kept = {key: value for key, value in choice.items() if key not in _ANSWER_KEYS}
    return json.dumps({"choices": [kept], **also}, ensure_ascii=False)
