"""What would be refused is known before it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from hermes_fallback.model.demands import Demands
from hermes_fallback.model.route import Route
from hermes_fallback.transcript.conversation import Conversation, Message
from hermes_fallback.transcript.lint import refusal


def _image(url: object) -> Message:
    return Message(role="user", content=({"type": "image_url", "image_url": {"url": url}},))


def _refusal(
    message: Message, api_mode: str = "chat_completions", model: str = "m", **demands: Any
) -> str | None:
    base_url = "https://api.example.com/v1"
    to = Route(provider="p", model=model, base_url=base_url, api_mode=api_mode, demands=Demands(**demands))
    return refusal(Conversation((Message.system("s"), message)), to)


_PNG = "data:image/png;base64,aGk="


@pytest.mark.parametrize("api_mode", ["chat_completions", "anthropic_messages", "codex_responses"])
@pytest.mark.parametrize("message", [Message.user("a"), _image(_PNG), _image("https://h/a")], ids=repr)
def test_usual_messages_are_taken(api_mode: str, message: Message) -> None:
    """Text and images, with their bytes or by address."""
    assert _refusal(message, api_mode) is None


@pytest.mark.parametrize(
    ("message", "demands", "why"),
    [
        (_image(_PNG), {"images": False}, "takes no images"),
        (
            _image("https://h/a.png"),
            {"image_urls": False},
            "takes images with their bytes alone, and not by address",
        ),
        (_image(None), {}, "takes no image without an address or bytes"),
        (Message.user(""), {}, "cannot answer, since nothing has been said"),
    ],
    ids=["no-images", "address", "no-image", "nothing"],
)
def test_what_an_endpoint_does_not_take_is_a_reason(
    message: Message, demands: dict[str, Any], why: str
) -> None:
    """As its profile says, or as nobody takes it."""
    assert _refusal(message, **demands) == why


@pytest.mark.parametrize("api_mode", ["anthropic_messages", "codex_responses"])
def test_what_a_dialect_cannot_write_is_a_reason(api_mode: str) -> None:
    """Sound and odd images, which a chat may take."""
    sound = Message(role="user", content=({"type": "input_audio", "input_audio": {}},))
    assert _refusal(sound) is None
    assert _refusal(sound, api_mode) == "takes no parts of the type `input_audio`"
    assert (
        _refusal(_image("data:image/tiff;base64,aGk="), api_mode)
        == "takes no images of the type `image/tiff`"
    )


def test_a_chat_may_take_parts_that_no_dialect_knows() -> None:
    """What a server of one's own takes is not ours to say; what is another dialect's it does not."""
    assert _refusal(Message(role="user", content=({"type": "audio_url"},))) is None
    assert (
        _refusal(Message(role="user", content=({"type": "document"},)))
        == "takes no parts of the type `document`"
    )
    shown = Message(role="assistant", content=({"type": "image_url", "image_url": {"url": _PNG}},))
    assert _refusal(shown) == "takes no parts of the type `image_url` from the assistant"


def test_only_some_models_go_on_from_the_assistants_words() -> None:
    """However a gateway writes the model's name."""
    begun = Message(role="assistant", content="{")
    said = Message.user("a")
    models = {"no_prefill": ("claude-opus-4-6",)}
    why = "does not go on where the assistant's own words end"
    assert _refusal(begun, model="anthropic/claude-opus-4.6", **models) == why
    assert _refusal(begun, model="claude-opus-4-5", **models) is None
    assert _refusal(said, model="claude-opus-4-6", **models) is None
