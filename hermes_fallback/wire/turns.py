"""A conversation by turns of its two speakers, for the dialects that take it so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from hermes_fallback.transcript.conversation import Message, ToolCall
from hermes_fallback.wire.lenient import parsed

__all__ = ["SYSTEM", "arguments", "inline", "turns"]

SYSTEM = frozenset({"system", "developer"})
"""The roles whose words stand beside the turns."""
_Block = dict[str, Any]


def turns(
    messages: Iterable[Message], blocks: Callable[[Message], list[_Block]]
) -> Iterator[tuple[bool, list[_Block]]]:
    """Who speaks (True for the assistant), and the *blocks* of all that is said before the other does.

    Results of tools are the user's, and come first in their turn. A message without blocks is left out.
    """
    said = [(message, found) for message in messages if (found := blocks(message))]
    for is_reply, group in groupby(said, key=lambda each: each[0].role == "assistant"):
        ordered = sorted(group, key=lambda each: each[0].role != "tool")
        yield is_reply, [block for _, found in ordered for block in found]


def arguments(call: ToolCall) -> Mapping[str, Any]:
    """What *call* is given; what is no object is wrapped into one, for nothing else is taken."""
    given = parsed(call.arguments or "{}")
    return {"arguments": call.arguments} if given is None else given


def inline(url: str) -> tuple[str, str] | None:
    """Type and base64 of the data that *url* itself is; None where it is an address."""
    head, comma, data = url.partition(";base64,")
    return (head.removeprefix("data:"), data) if comma and head.startswith("data:") else None
