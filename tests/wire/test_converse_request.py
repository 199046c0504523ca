"""A conversation becomes a request of Bedrock's Converse."""

from __future__ import annotations

from typing import Any

import pytest
from aws import accepted
from streams import request, route

from hermes_fallback.transcript.conversation import Message, Options, ToolCall
from hermes_fallback.wire.anthropic_answer import ANSWER_TOOL

_MODE = "bedrock_converse"
_FUNCTION = {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {}}}
_TOOL = {"type": "function", "function": _FUNCTION}
_ROUTE = route(_MODE)


def _body(*messages: Message, **options: Any) -> Any:
    return accepted(request(_ROUTE, *messages, options=Options(**options))[1])


def _look(**more: Any) -> dict[str, Any]:
    return {"toolSpec": {"name": "look", **more}}


_LOOK = _look(description="Looks.", inputSchema={"json": _FUNCTION["parameters"]})


def test_a_stream_is_asked_for() -> None:
    """The model stands in the path, and the answer is wanted in AWS's frames."""
    made, body = request(_ROUTE)
    assert (made.method, made.url) == ("POST", "https://api.example.com/v1/model/m-1/converse-stream")
    assert "application/vnd.amazon.eventstream" in made.headers["accept"]
    assert accepted(body) == {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}


@pytest.mark.parametrize(
    ("model", "segment"),
    [
        ("us.amazon.nova-pro-v1:0", "us.amazon.nova-pro-v1%3A0"),
        (
            "arn:aws:bedrock:us-east-1:1:inference-profile/x",
            "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx",
        ),
    ],
    ids=["profile", "arn"],
)
def test_a_models_name_is_one_segment_of_the_path(model: str, segment: str) -> None:
    """Whatever stands in it."""
    made, _ = request(route(_MODE, "https://h", model=model))
    assert made.url == f"https://h/model/{segment}/converse-stream"


def test_history_becomes_turns() -> None:
    """System prompts go ahead, one speaker's messages together, and results of tools first in their turn."""
    calls = (ToolCall("call_1", "look", '{"at": "sky"}'), ToolCall("call.2", "sing", ""))
    body = _body(
        Message.system("be kind"),
        Message.user("a"),
        Message.user("b"),
        Message(role="developer", content="be brief"),
        Message(role="assistant", content="so", tool_calls=calls),
        Message.tool_result("call_1", "blue"),
        Message.tool_result("call.2", "la"),
        Message.user("and now?"),
    )
    assert body["system"] == [{"text": "be kind"}, {"text": "be brief"}]
    assert body["messages"] == [
        {"role": "user", "content": [{"text": "a"}, {"text": "b"}]},
        {
            "role": "assistant",
            "content": [
                {"text": "so"},
                {"toolUse": {"toolUseId": "call_1", "name": "look", "input": {"at": "sky"}}},
                {"toolUse": {"toolUseId": "call_2", "name": "sing", "input": {}}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "call_1", "content": [{"text": "blue"}]}},
                {"toolResult": {"toolUseId": "call_2", "content": [{"text": "la"}]}},
                {"text": "and now?"},
            ],
        },
    ]


def test_blank_text_is_left_out() -> None:
    """Blocks of blanks are refused there; a message of nothing else goes, and its neighbours join."""
    body = _body(Message.user("a"), Message(role="assistant", content=" \n"), Message.user("b"))
    assert body["messages"] == [{"role": "user", "content": [{"text": "a"}, {"text": "b"}]}]


@pytest.mark.parametrize(
    ("image", "block"),
    [
        ("data:image/png;base64,aGk=", {"image": {"format": "png", "source": {"bytes": "aGk="}}}),
        ("data:image/jpg;base64,aGk=", {"image": {"format": "jpeg", "source": {"bytes": "aGk="}}}),
        (
            "s3://bucket/a.webp",
            {"image": {"format": "webp", "source": {"s3Location": {"uri": "s3://bucket/a.webp"}}}},
        ),
        ("https://h/a.png", {"text": "[image: https://h/a.png]"}),
    ],
    ids=["data", "other-name", "s3", "address"],
)
def test_images_are_carried_over(image: str, block: object) -> None:
    """With their bytes or out of S3; of any other the address alone, for nothing is fetched there."""
    parts = ({"type": "text", "text": "what?"}, {"type": "image_url", "image_url": {"url": image}})
    body = _body(Message(role="user", content=parts))
    assert body["messages"][0]["content"] == [{"text": "what?"}, block]


@pytest.mark.parametrize("arguments", ["[1]", "no json", '"a"'])
def test_arguments_that_are_no_object_are_wrapped(arguments: str) -> None:
    """Nothing but an object is taken there, and nothing is lost."""
    body = _body(
        Message(role="assistant", tool_calls=(ToolCall("c", "look", arguments),)),
        Message.tool_result("c", "blue"),
    )
    (used,) = [
        block["toolUse"] for turn in body["messages"] for block in turn["content"] if "toolUse" in block
    ]
    assert used["input"] == {"arguments": arguments}


@pytest.mark.parametrize(
    ("origin", "goes"), [("https://api.example.com", True), ("https://elsewhere.test", False)]
)
def test_reasoning_goes_back_to_where_it_came_from(origin: str, goes: bool) -> None:
    """Signed, and first in its turn; it is an error anywhere else."""
    contents = [{"reasoningText": {"text": "hm", "signature": "c2ln"}}, {"redactedContent": "eA=="}]
    extra = {"reasoning_contents": contents}
    body = _body(Message.user("q"), Message(role="assistant", content="a", extra=extra, origin=origin))
    back = [{"reasoningContent": content} for content in contents]
    assert body["messages"][1]["content"] == [*(back if goes else []), {"text": "a"}]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("auto", {"auto": {}}),
        ("required", {"any": {}}),
        ({"type": "function", "function": {"name": "look"}}, {"tool": {"name": "look"}}),
        ({"any": {}}, {"any": {}}),
    ],
    ids=["auto", "required", "one", "own-form"],
)
def test_tools_and_the_choice_among_them_are_translated(given: Any, sent: object) -> None:
    """A tool that has Converse's own form is sent as it is."""
    own = {"toolSpec": {"name": "sing", "inputSchema": {"json": {"type": "object"}}}}
    body = _body(tools=(_TOOL, own), tool_choice=given)
    assert body["toolConfig"] == {"tools": [_LOOK, own], "toolChoice": sent}


def test_no_tool_is_offered_where_none_may_be_called() -> None:
    """There is no other way to say so."""
    assert "toolConfig" not in _body(tools=(_TOOL,), tool_choice="none")


@pytest.mark.parametrize(
    "options", [{}, {"tools": (_TOOL,), "tool_choice": "none"}], ids=["no-tools", "none"]
)
def test_a_history_with_calls_names_its_tools(options: dict[str, Any]) -> None:
    """Bedrock refuses it otherwise."""
    call = Message(role="assistant", tool_calls=(ToolCall("c", "look", "{}"),))
    body = _body(Message.user("q"), call, Message.tool_result("c", "blue"), **options)
    assert body["toolConfig"] == {"tools": [_look(inputSchema={"json": {"type": "object"}})]}


def test_options_become_fields() -> None:
    """What the caller chose is sent, zero included, as far as the dialect goes."""
    extra = {"additionalModelRequestFields": {"top_k": 3}}
    body = _body(temperature=0.0, max_tokens=5, extra=extra)
    assert body["inferenceConfig"] == {"maxTokens": 5, "temperature": 0.0}
    assert body["additionalModelRequestFields"] == {"top_k": 3}
    assert _body(temperature=1.7)["inferenceConfig"] == {"temperature": 1.0}


def test_a_schema_becomes_a_tool_that_must_be_called() -> None:
    """Beside other tools any of them may be called first."""
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    config = _body(json_schema=schema)["toolConfig"]
    assert [tool["toolSpec"]["inputSchema"]["json"] for tool in config["tools"]] == [schema]
    assert config["toolChoice"] == {"tool": {"name": ANSWER_TOOL}}
    config = _body(json_schema={"name": "n", "schema": schema}, tools=(_TOOL,))["toolConfig"]
    assert [tool["toolSpec"]["name"] for tool in config["tools"]] == ["look", ANSWER_TOOL]
    assert config["toolChoice"] == {"any": {}}
