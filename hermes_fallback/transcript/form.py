"""What each dialect takes, whoever speaks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hermes_fallback.transcript.tool_ids import PLAIN_IDS, IdForm

__all__ = ["Form", "form_of"]

_IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The limits that a dialect sets to a conversation."""

    ids: IdForm = PLAIN_IDS
    parts: frozenset[str] = frozenset({"text", "image_url"})
    """The types of the parts of a message that can be written in it."""
    is_open: bool = False
    """True where those who speak it take parts of further types, but none that is another dialect's."""
    image_types: frozenset[str] = frozenset()
    """The media types of images; empty where that hangs on the model."""
    system_first: bool = False
    """True where system prompts stand before the conversation, and nowhere else."""
    user_first: bool = False
    """True where a conversation begins with the user."""

    def takes(self, kind: object) -> bool:
        """True where a part of the type *kind* can be written."""
        return kind in self.parts or (self.is_open and kind not in _ANYBODYS)


_FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "anthropic_messages": Form(
            parts=frozenset({"text", "image_url", "image", "document", "search_result"}),
            image_types=_IMAGES,
            system_first=True,
            user_first=True,
        ),
        "bedrock_converse": Form(image_types=_IMAGES, system_first=True, user_first=True),
        "code_assist": Form(system_first=True, user_first=True),
        # OpenAI takes ids of up to 40 characters there, and 64 in its Responses form: its own errors, 2026-11.
        "chat_completions": Form(
            ids=IdForm(chars=40, any_letters=True),
            parts=frozenset({"text", "image_url", "input_audio", "file", "refusal", "thinking"}),
            is_open=True,
        ),
        "codex_responses": Form(
            parts=frozenset({"text", "image_url", "input_text", "input_image", "input_file"}),
            image_types=_IMAGES,
        ),
    }
)
_ANYBODYS = frozenset(kind for form in _FORMS.values() for kind in form.parts)
_STRICTEST = Form(system_first=True, user_first=True)


def form_of(api_mode: str) -> Form:
    """The form of the dialect *api_mode*; of one that is not listed, the strictest."""
    return _FORMS.get(api_mode, _STRICTEST)
