"""Lint: why a target would refuse a conversation whatever is done about it, found before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hermes_fallback.model.route import Route
from hermes_fallback.transcript.compiling import is_blank
from hermes_fallback.transcript.conversation import Conversation, Message
from hermes_fallback.transcript.form import Form, form_of

__all__ = ["refusal", "refusals"]

_SYSTEM = frozenset({"system", "developer"})
_SPEAK_TEXT = _SYSTEM | {"assistant"}
"""Who says text alone, in every dialect."""
_TEXTS = frozenset({"text", "refusal", "thinking", "input_text", "output_text"})


def refusal(conversation: Conversation, to: Route) -> str | None:
    """The first reason why *to* would refuse *conversation*, as what is said of the link; None for none."""
    return next(refusals(conversation, to), None)


def refusals(conversation: Conversation, to: Route) -> Iterator[str]:
    """Every reason, one for each part or message that stands in the way."""
    form = form_of(to.api_mode)
    for message in conversation.messages:
        if isinstance(message.content, tuple):
            for part in message.content:
                yield from _of_part(part, message.role, form, to)
    said = [each for each in conversation.messages if each.role not in _SYSTEM and not is_blank(each)]
    if not said:
        yield "cannot answer, since nothing has been said"
    elif _is_prefill(said[-1]) and _model(to).startswith(to.demands.no_prefill):
        yield "does not go on where the assistant's own words end"


def _of_part(part: Mapping[str, Any], role: str, form: Form, to: Route) -> Iterator[str]:
    kind = part.get("type")
    if role in _SPEAK_TEXT and kind not in _TEXTS:
        yield f"takes no parts of the type `{kind}` from the {role}"
    elif not form.takes(kind):
        yield f"takes no parts of the type `{kind}`"
    elif kind == "image_url":
        yield from _of_image(part.get("image_url"), form, to)


def _of_image(image: object, form: Form, to: Route) -> Iterator[str]:
    url = image.get("url") if isinstance(image, Mapping) else image
    if to.demands.images is False:
        yield "takes no images"
    elif not isinstance(url, str) or not url:
        yield "takes no image without an address or bytes"
    elif not url.startswith("data:"):
        if not to.demands.image_urls:
            yield "takes images with their bytes alone, and not by address"
    elif form.image_types and url.removeprefix("data:").partition(";")[0] not in form.image_types:
        yield f"takes no images of the type `{url.removeprefix('data:').partition(';')[0][:40]}`"


def _is_prefill(last: Message) -> bool:
    return last.role == "assistant" and not last.tool_calls


def _model(to: Route) -> str:
    """The name of the model, without the vendor that a gateway puts before it, nor its dots."""
    return to.model.rpartition("/")[2].replace(".", "-")
