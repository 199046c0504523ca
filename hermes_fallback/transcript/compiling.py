"""The transcript compiler: a conversation as one target takes it, and what had to be changed for that.

The portable conversation itself never changes, so what one target cannot be given is there again for the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hermes_fallback.model.route import Route
from hermes_fallback.transcript.conversation import Content, Conversation, Message
from hermes_fallback.transcript.form import Form, form_of
from hermes_fallback.transcript.pairing import Pairing
from hermes_fallback.transcript.tool_ids import IdForm, with_fitting_ids

__all__ = ["Compiled", "compiled", "is_blank"]

_SYSTEM = frozenset({"system", "developer"})
_OPENING = "The assistant begins."
"""Said by the user where a conversation has to begin with the user, and does not."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A conversation as one target takes it."""

    conversation: Conversation
    changes: tuple[str, ...] = ()
    """What is not as the caller wrote it, in words."""


def compiled(conversation: Conversation, to: Route) -> Compiled:
    """*conversation* as *to* takes it: nothing is lost, and what is said stays in order.

    Every call is followed by its results, what is blank is gone, and ids fit. What else the target wants comes from
    its dialect and its profile's `demands`.
    """
    form, demands = form_of(to.api_mode), to.demands
    paired = Pairing(conversation.messages)
    messages = [_tidy(message) for message in paired.messages]
    said = [message for message in messages if not is_blank(message)]
    ordered = said
    if form.system_first or demands.system_first:
        ordered = _system_first(said, is_one=demands.system_first)
    if form.user_first:
        ordered = _user_first(ordered)
    if demands.alternates:
        ordered = _alternating(ordered, str(to.origin))
    changes = (
        (paired.orphans, "a tool result that answers no call became text"),
        (paired.unanswered, "a tool call without a result got one that says so"),
        (paired.late, "a tool result that came late was put behind its call"),
        (len(messages) - len(said), "an empty message was left out"),
        (_moved(said, ordered), "a system prompt was put first"),
        (_left_behind(said, str(to.origin)), "reasoning or signatures of another provider were left out"),
    )
    whole = with_fitting_ids(Conversation(tuple(ordered)), _id_form(form, to), to=str(to.origin))
    return Compiled(whole, tuple(what for times, what in changes if times))


def is_blank(message: Message) -> bool:
    """True for a message that says nothing and calls nothing, which many providers refuse."""
    return message.role != "tool" and not message.content and not message.tool_calls


def _tidy(message: Message) -> Message:
    """*message* without blank text; a tool's result keeps its place, and has text at least."""
    content = _without_blanks(message.content)
    if message.role == "tool" and content is None:
        content = ""
    return message if content == message.content else replace(message, content=content)


def _without_blanks(content: Content) -> Content:
    if isinstance(content, tuple):
        return tuple(part for part in content if not _is_blank(part)) or None
    return content if content and content.strip() else None


def _is_blank(part: Mapping[str, Any]) -> bool:
    return part.get("type") == "text" and not str(part.get("text") or "").strip()


def _system_first(messages: list[Message], *, is_one: bool) -> list[Message]:
    prompts = [message for message in messages if message.role in _SYSTEM]
    others = [message for message in messages if message.role not in _SYSTEM]
    if is_one and len(prompts) > 1:
        contents = [message.content for message in prompts]
        prompts = [replace(prompts[0], content=_joined(contents))]
    return [*prompts, *others]


def _user_first(messages: list[Message]) -> list[Message]:
    at = next((n for n, message in enumerate(messages) if message.role not in _SYSTEM), len(messages))
    if at == len(messages) or messages[at].role == "user":
        return messages
    return [*messages[:at], Message.user(_OPENING), *messages[at:]]


def _alternating(messages: list[Message], to: str) -> list[Message]:
    """*messages* with those of one speaker in a row made one."""
    turns: list[Message] = []
    for message in messages:
        last = turns[-1] if turns else None
        if last is None or last.role != message.role or message.role not in {"user", "assistant"}:
            turns.append(message)
        else:
            turns[-1] = _merged(last, message, to)
    return turns


def _merged(one: Message, other: Message, to: str) -> Message:
    origin = to if to in {one.origin, other.origin} else other.origin or one.origin
    return Message(
        role=one.role,
        content=_joined([one.content, other.content]),
        tool_calls=one.tool_calls + other.tool_calls,
        extra={**one.extra_for(to), **other.extra_for(to)},
        origin=origin,
    )


def _joined(contents: list[Content]) -> Content:
    """*contents* as one: text where all of them are text, else parts."""
    said = [content for content in contents if content]
    texts = [content for content in said if isinstance(content, str)]
    if len(texts) == len(said):
        return "\n\n".join(texts) or None
    return tuple(part for content in said for part in Message(role="user", content=content).parts)


def _moved(before: list[Message], after: list[Message]) -> bool:
    """True where a system prompt stood behind what somebody else said, and stands there no more."""
    return _late_prompts(before) > _late_prompts(after)


def _late_prompts(messages: Iterable[Message]) -> int:
    late, has_begun = 0, False
    for message in messages:
        late += has_begun and message.role in _SYSTEM
        has_begun = has_begun or message.role not in _SYSTEM
    return late


def _left_behind(messages: Iterable[Message], to: str) -> bool:
    foreign = [message for message in messages if message.origin not in {None, to}]
    return any(each.extra or any(call.extra for call in each.tool_calls) for each in foreign)


def _id_form(form: Form, to: Route) -> IdForm:
    chars = to.demands.tool_id_chars
    if chars is None:
        return form.ids
    return replace(form.ids, chars=chars, is_exact=to.demands.exact_tool_ids)
