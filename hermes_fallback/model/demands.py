"""Demands: what an endpoint wants of a conversation beyond what its dialect says, as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hermes_fallback.fact import Fact, freeze

__all__ = ["Demands"]


class Demands(Fact):
    """How a conversation has to be, or it is refused; and what is to be said beside it. The default wants nothing."""

    tool_id_chars: int | None = None
    """The longest id of a tool call; None for what the dialect takes."""
    exact_tool_ids: bool = False
    """True where an id is letters and digits alone, and exactly `tool_id_chars` long."""
    system_first: bool = False
    """True where system prompts are taken at the beginning alone, as one."""
    alternates: bool = False
    """True where user and assistant have to take turns."""
    reasoning_content: str = "kept"
    """`kept`: given back to who wrote it. `filled`: demanded of every message that calls tools, so that one of
    another provider gets a blank. `refused`: a field of the reasoning is an error."""
    call_fields: Mapping[str, object] = MappingProxyType({})
    """Fields that the first call of a message needs; sent with one that came without them, from another provider."""
    cache_marks: tuple[str, ...] = ()
    """Starts of the names of models that cache what is marked with `cache_control`: the system prompt and the last
    messages are. Where it is empty a caller's own marks stay here; Anthropic's dialect knows them anyway."""
    no_prefill: tuple[str, ...] = ()
    """Starts of the names of models that do not go on where the assistant's own words end."""
    images: bool | None = None
    """False where no model takes any; None where that hangs on the model."""
    image_urls: bool = True
    """False where images are taken with their bytes alone, and not by address."""

    def __post_init__(self) -> None:
        freeze(self)
