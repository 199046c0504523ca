"""A conversation becomes a request of Google's Code Assist."""

from __future__ import annotations

from typing import Any

import pytest
from streams import request, route

from hermes_fallback.model.credential import Credential
from hermes_fallback.secret import Secret
from hermes_fallback.transcript.conversation import Message, Options, ToolCall

_MODE = "code_assist"
_FUNCTION = {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {}}}
_TOOL = {"type": "function", "function": _FUNCTION}
_DECLARED = {"name": "look", "description": "Looks.", "parametersJsonSchema": _FUNCTION["parameters"]}
_OLD = "gemini-2.5-pro"
_HOME = "https://api.example.com"


def _body(*messages: Message, model: str = _OLD, **options: Any) -> Any:
    """The request inside the envelope."""
    return request(route(_MODE, model=model), *messages, options=Options(**options))[1]["request"]


def test_a_stream_of_events_is_asked_for() -> None:
    """The model and the project stand in the envelope, beside the request of the Gemini API."""
    credential = Credential(secret=Secret("ya29.planted"), source="pool", project="my-project")
    made, body = request(route(_MODE, _HOME, credential=credential))
    assert (made.method, made.url) == ("POST", f"{_HOME}/v1internal:streamGenerateContent?alt=sse")
    assert body == {
        "model": "m-1",
        "project": "my-project",
        "request": {
            "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
            "generationConfig": {"thinkingConfig": {"includeThoughts": True}},
        },
    }


@pytest.mark.parametrize("credential", [None, Credential(secret=Secret("t"), source="pool")])
def test_no_project_is_named_where_there_is_none(credential: Credential | None) -> None:
    """Google then says what is lacking."""
    assert "project" not in request(route(_MODE, credential=credential))[1]


def test_a_query_of_the_address_is_kept() -> None:
    """Ours is added to it."""
    made, _ = request(route(_MODE, f"{_HOME}?quotaUser=a"))
    assert made.url == f"{_HOME}/v1internal:streamGenerateContent?quotaUser=a&alt=sse"


def test_history_becomes_turns() -> None:
    """System prompts go ahead, one speaker's messages together, results first, each under its function's name."""
    calls = (ToolCall("call_1", "look", '{"at": "sky"}'), ToolCall("call_2", "sing", ""))
    body = _body(
        Message.system("be kind"),
        Message.user("a"),
        Message(role="developer", content="be brief"),
        Message(role="assistant", content="so", tool_calls=calls),
        Message.tool_result("call_1", "blue"),
        Message.tool_result("call_2", ""),
        Message.user("and now?"),
    )
    assert body["systemInstruction"]["parts"] == [{"text": "be kind"}, {"text": "be brief"}]
    assert body["contents"] == [
        {"role": "user", "parts": [{"text": "a"}]},
        {
            "role": "model",
            "parts": [
                {"text": "so"},
                {"functionCall": {"id": "call_1", "name": "look", "args": {"at": "sky"}}},
                {"functionCall": {"id": "call_2", "name": "sing", "args": {}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "call_1", "name": "look", "response": {"output": "blue"}}},
                {"functionResponse": {"id": "call_2", "name": "sing", "response": {"output": ""}}},
                {"text": "and now?"},
            ],
        },
    ]


@pytest.mark.parametrize(
    ("image", "part"),
    [
        ("data:image/png;base64,aGk=", {"inlineData": {"mimeType": "image/png", "data": "aGk="}}),
        ("https://h/a.png", {"fileData": {"mimeType": "image/png", "fileUri": "https://h/a.png"}}),
    ],
    ids=["data", "address"],
)
def test_images_are_carried_over(image: str, part: object) -> None:
    """Said or given by a tool: with their bytes, or by address."""
    parts = ({"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": image}})
    call = Message(role="assistant", tool_calls=(ToolCall("c", "look", "{}"),))
    result = Message(role="tool", tool_call_id="c", content=parts)
    said, _, given = _body(Message(role="user", content=parts), call, result)["contents"]
    assert said["parts"] == [{"text": "see"}, part]
    assert given["parts"][0]["functionResponse"]["response"] == {"output": "see"}
    assert given["parts"][1:] == [part]


_SIGNED = {
    "thoughts": [{"thought": True, "text": "hm"}],
    "thought_signatures": {"text": "c2ln", "calls": ["YQ==", None]},
}
_CALLS = (ToolCall("c", "look", "{}"), ToolCall("d", "look", "{}"))


def test_thoughts_and_signatures_go_back_to_where_they_came_from() -> None:
    """Each on the part that it came with."""
    message = Message(role="assistant", content="a", tool_calls=_CALLS, extra=_SIGNED, origin=_HOME)
    assert _body(Message.user("q"), message)["contents"][1]["parts"] == [
        {"thought": True, "text": "hm"},
        {"text": "a", "thoughtSignature": "c2ln"},
        {"functionCall": {"id": "c", "name": "look", "args": {}}, "thoughtSignature": "YQ=="},
        {"functionCall": {"id": "d", "name": "look", "args": {}}},
    ]


@pytest.mark.parametrize(
    ("model", "signature"), [(_OLD, None), ("gemini-3-pro-preview", "skip_thought_signature_validator")]
)
def test_calls_of_another_model_bear_what_google_takes_for_a_signature(
    model: str, signature: str | None
) -> None:
    """Gemini refuses the first call of a turn without one since its third generation; a foreign one goes nowhere."""
    message = Message(
        role="assistant", content="a", tool_calls=_CALLS, extra=_SIGNED, origin="https://elsewhere.test"
    )
    text, first, second = _body(Message.user("q"), message, model=model)["contents"][1]["parts"]
    assert text == {"text": "a"}
    assert (first.get("thoughtSignature"), second.get("thoughtSignature")) == (signature, None)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("auto", {"mode": "AUTO"}),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        (
            {"type": "function", "function": {"name": "look"}},
            {"mode": "ANY", "allowedFunctionNames": ["look"]},
        ),
    ],
    ids=["auto", "none", "required", "one"],
)
def test_tools_and_the_choice_among_them_are_translated(given: Any, sent: object) -> None:
    """A tool that has Gemini's own form is sent as it is."""
    body = _body(tools=({"googleSearch": {}}, _TOOL), tool_choice=given)
    assert body["tools"] == [{"functionDeclarations": [_DECLARED]}, {"googleSearch": {}}]
    assert body["toolConfig"] == {"functionCallingConfig": sent}


def test_options_become_fields() -> None:
    """What the caller chose is sent, zero included; a choice without tools is not."""
    schema = {"type": "object", "title": "t"}
    safety = [{"category": "c", "threshold": "t"}]
    body = _body(
        temperature=0.0,
        max_tokens=5,
        tool_choice="auto",
        json_schema={"name": "n", "schema": schema},
        extra={"safetySettings": safety},
        model="gemini-2.0-flash",
    )
    assert body["generationConfig"] == {
        "temperature": 0.0,
        "maxOutputTokens": 5,
        "responseMimeType": "application/json",
        "responseJsonSchema": schema,
    }
    assert body["safetySettings"] == safety
    assert not {"tools", "toolConfig", "systemInstruction"} & body.keys()
