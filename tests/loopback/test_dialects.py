"""Every behaviour in every dialect, whole and streamed, read by readers that know nothing of the writers."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.eventstream import EventStreamBuffer

from hermes_fallback.loopback.behaviours import BEHAVIOURS
from hermes_fallback.loopback.server import Loopback

_WORDS = "p heard 1 messages, the last of them: one two"
_CHAT = {"messages": [{"role": "user", "content": "one two"}], "stream_options": {"include_usage": True}}
_PATHS = {
    "chat_completions": ("/v1/chat/completions", _CHAT),
    "anthropic_messages": (
        "/v1/messages",
        {"max_tokens": 9, "messages": [{"role": "user", "content": "one two"}]},
    ),
    "codex_responses": ("/v1/responses", {"input": [{"role": "user", "content": "one two"}]}),
    "bedrock_converse": (
        "/model/m/converse",
        {"messages": [{"role": "user", "content": [{"text": "one two"}]}]},
    ),
    "code_assist": (
        "/v1internal:generateContent",
        {"request": {"contents": [{"role": "user", "parts": [{"text": "one two"}]}]}},
    ),
}
_STREAMED_AT = {
    "bedrock_converse": "/model/m/converse-stream",
    "code_assist": "/v1internal:streamGenerateContent",
}
"""Where a stream is asked for, if that is another path."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a client made of an answer."""

    status: int = 200
    ended: str = "whole"
    """Or `cut` in the middle; without a head: `closed`, `reset` or `refused`."""
    kind: str = "json"
    text: str = ""
    arguments: str = ""
    finish: str | None = None
    """In the words of a chat."""
    is_error: bool = False
    garbled: int = 0
    """How many documents were none."""
    documents: tuple[Any, ...] = field(default=(), compare=False)
    headers: dict[str, str] = field(default_factory=dict, compare=False)


_OK = Seen(text=_WORDS, finish="stop")
_TOOL = Seen(arguments='{"query": "weather"}', finish="tool_calls")
_PART = Seen(ended="cut", text="p heard 1")
_HALF = Seen(ended="cut", garbled=1)
_HEAD = Seen(ended="cut")
_SHORT = {"seconds": 0.03}


def _failed(status: int) -> Seen:
    return Seen(status=status, is_error=True)


def _page(status: int) -> Seen:
    return Seen(status=status, kind="html")


_EXPECTED: dict[str, tuple[dict[str, Any], Seen, Seen]] = {
    "ok": ({"reasoning": "hm"}, _OK, _OK),
    "tool_call": ({}, _TOOL, _TOOL),
    "strict": ({"reasoning": "hm"}, _OK, _OK),
    "refusal": ({}, Seen(finish="content_filter"), Seen(finish="content_filter")),
    "rate_limit": ({}, _failed(429), _failed(429)),
    "payment_required": ({}, _failed(402), _failed(402)),
    "unauthorized": ({}, _failed(401), _failed(401)),
    "forbidden": ({}, _failed(403), _failed(403)),
    "not_found": ({}, _failed(404), _failed(404)),
    "model_not_found": ({}, _failed(404), _failed(404)),
    "payload_too_large": ({}, _failed(413), _failed(413)),
    "context_overflow": ({}, _failed(400), _failed(400)),
    "content_policy": ({}, _failed(400), _failed(400)),
    "unsupported_parameter": ({}, _failed(400), _failed(400)),
    "quota": ({"status": 429}, _failed(429), _failed(429)),
    "server_error": ({}, _failed(500), _failed(500)),
    "overloaded": ({}, _failed(503), _failed(503)),
    "overloaded_529": ({}, _failed(529), _failed(529)),
    "bad_gateway": ({}, _page(502), _page(502)),
    "gateway_timeout": ({}, _page(504), _page(504)),
    "html": ({}, _page(200), _page(200)),
    "redirect": (
        {"to": "http://127.0.0.1:9/"},
        Seen(status=307, kind="plain"),
        Seen(status=307, kind="plain"),
    ),
    "hang": (_SHORT, Seen(status=0, ended="closed"), Seen(status=0, ended="closed")),
    "reset": ({}, Seen(status=0, ended="reset"), Seen(status=0, ended="reset")),
    "refuse": ({}, Seen(status=0, ended="refused"), Seen(status=0, ended="refused")),
    "headers_then_silence": (_SHORT, _HEAD, _HEAD),
    "keepalive_only": ({"seconds": 0.1}, _HEAD, _HEAD),
    "slow_first_token": (_SHORT, _OK, _OK),
    "stall": (_SHORT, _HALF, _PART),
    "stall_in_tool_call": (_SHORT, _HALF, replace(_HEAD, arguments='{"query": ')),
    "cut": ({}, _HALF, _PART),
    "cut_head": ({}, Seen(status=0, ended="reset"), Seen(status=0, ended="reset")),
    "cut_after_end": ({}, _OK, replace(_OK, ended="cut")),
    "cut_before_content": ({}, _HEAD, _HEAD),
    "cut_in_tool_call": ({}, _HALF, replace(_HEAD, arguments='{"query": ')),
    "no_evidence": ({}, replace(_OK, finish=None), replace(_OK, finish=None)),
    "empty_choices": ({}, Seen(), Seen()),
    "null_content": ({}, Seen(finish="stop"), Seen(finish="stop")),
    "garbage": ({}, Seen(garbled=1), Seen(garbled=2)),
    "garbled_event": ({}, _OK, replace(_OK, garbled=1)),
    "truncated_json": ({}, Seen(garbled=1), Seen(garbled=1)),
    "error_in_200": ({}, Seen(is_error=True), Seen(is_error=True)),
    "error_in_stream": ({"after": 3}, Seen(is_error=True), Seen(text="p heard 1", is_error=True)),
}
"""Its options, and what comes of it whole and streamed."""


@pytest.fixture
def ask() -> Iterator[Callable[..., Seen]]:
    """Asks a provider of its own that behaves as it is told."""
    with contextlib.ExitStack() as running:

        def _asked(dialect: str, step: object, *, stream: bool, **fields: Any) -> Seen:
            loopback = running.enter_context(Loopback([{"name": "p", "script": [step]}]))
            return _sent(loopback.base_url("p"), dialect, {"model": "m", "stream": stream, **fields})

        yield _asked


def _sent(base_url: str, dialect: str, fields: dict[str, Any], **headers: str) -> Seen:
    place, (path, body) = urlsplit(base_url), _PATHS[dialect]
    path = _STREAMED_AT.get(dialect, path) if fields.get("stream") else path
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=5)
    with contextlib.closing(connection):
        try:
            connection.request("POST", path, json.dumps({**body, **fields}), headers)
            answer = connection.getresponse()
        except http.client.RemoteDisconnected:
            return Seen(status=0, ended="closed")
        except ConnectionResetError:
            return Seen(status=0, ended="reset")
        except ConnectionRefusedError:
            return Seen(status=0, ended="refused")
        with answer:
            return _read(dialect, answer)


def _read(dialect: str, answer: http.client.HTTPResponse) -> Seen:
    seen = Seen(status=answer.status, headers={name.lower(): value for name, value in answer.getheaders()})
    try:
        body = answer.read()
    except http.client.IncompleteRead as cut:
        body, seen = cut.partial, replace(seen, ended="cut")
    kind = seen.headers["content-type"].partition(";")[0].partition("/")[2]
    if kind not in _PIECES:
        return replace(seen, kind=kind)
    texts = _PIECES[kind](body) if body.strip() else []
    for text in texts:
        if text != "[DONE]":
            seen = _with(seen, dialect, text)
    return seen


def _frames(body: bytes) -> list[str]:
    """The payloads of AWS's frames, as AWS's library reads them; the name of an exception goes with its own."""
    buffer = EventStreamBuffer()
    buffer.add_data(body)
    told = ((frame.headers, frame.payload.decode()) for frame in buffer)
    return [f'{{"error": {text}}}' if ":exception-type" in headers else text for headers, text in told]


_PIECES: dict[str, Callable[[bytes], list[str]]] = {
    "json": lambda body: [body.decode()],
    "event-stream": lambda body: [
        line[6:] for line in body.decode().splitlines() if line.startswith("data: ")
    ],
    "vnd.amazon.eventstream": _frames,
}
"""The documents of a body, by the end of its content type."""


def _with(seen: Seen, dialect: str, text: str) -> Seen:
    try:
        document = json.loads(text)
    except ValueError:
        return replace(seen, garbled=seen.garbled + 1)
    seen = replace(seen, documents=(*seen.documents, document))
    if document.get("error") or (document.get("response") or {}).get("error"):
        return replace(seen, is_error=True)
    if isinstance(document.get("message"), str):  # AWS has nothing else
        return replace(seen, is_error=True)
    return _READERS[dialect](seen, document)


def _chat(seen: Seen, document: Any) -> Seen:
    for choice in document.get("choices", []):
        said = choice.get("delta") or choice.get("message") or {}
        given = [call["function"]["arguments"] for call in said.get("tool_calls", [])]
        seen = _add(seen, said.get("content") or "", "".join(given), choice["finish_reason"])
    return seen


def _message(seen: Seen, document: Any) -> Seen:
    finishes = {"end_turn": "stop", "tool_use": "tool_calls", "refusal": "content_filter"}
    given = [json.dumps(part["input"]) for part in document.get("content", []) if part["type"] == "tool_use"]
    text = "".join(part.get("text", "") for part in document.get("content", []))
    delta = document.get("delta", {})
    stop = document.get("stop_reason") or delta.get("stop_reason")
    arguments = "".join(given) + delta.get("partial_json", "")
    return _add(seen, text + delta.get("text", ""), arguments, finishes.get(stop))


def _response(seen: Seen, document: Any) -> Seen:
    if document.get("type", "").endswith("output_text.delta"):
        return _add(seen, document["delta"], "", None)
    if document.get("type", "").endswith("arguments.delta"):
        return _add(seen, "", document["delta"], None)
    whole = document.get("response", document)
    items = whole.get("output", []) if document is whole else []
    text = "".join(part["text"] for item in items for part in item.get("content", []))
    arguments = "".join(item.get("arguments", "") for item in items)
    has_tool = any(item["type"] == "function_call" for item in whole.get("output", []))
    finishes = {"completed": "tool_calls" if has_tool else "stop", "incomplete": "content_filter"}
    return _add(seen, text, arguments, finishes.get(whole.get("status")))


def _converse(seen: Seen, document: Any) -> Seen:
    finishes = {"end_turn": "stop", "tool_use": "tool_calls", "content_filtered": "content_filter"}
    blocks = document.get("output", {}).get("message", {}).get("content", [])
    delta = document.get("delta", {})
    text = "".join(block.get("text", "") for block in blocks) + delta.get("text", "")
    given = [json.dumps(block["toolUse"]["input"]) for block in blocks if "toolUse" in block]
    arguments = "".join(given) + delta.get("toolUse", {}).get("input", "")
    return _add(seen, text, arguments, finishes.get(document.get("stopReason")))


def _gemini(seen: Seen, document: Any) -> Seen:
    for candidate in document.get("response", {}).get("candidates", []):
        parts = candidate["content"]["parts"]
        text = "".join(part.get("text", "") for part in parts if not part.get("thought"))
        given = [json.dumps(part["functionCall"]["args"]) for part in parts if "functionCall" in part]
        finishes = {"STOP": "tool_calls" if given or seen.arguments else "stop", "SAFETY": "content_filter"}
        seen = _add(seen, text, "".join(given), finishes.get(candidate.get("finishReason")))
    return seen


_READERS: dict[str, Callable[[Seen, Any], Seen]] = {
    "chat_completions": _chat,
    "anthropic_messages": _message,
    "codex_responses": _response,
    "bedrock_converse": _converse,
    "code_assist": _gemini,
}


def _add(seen: Seen, text: str, arguments: str, finish: str | None) -> Seen:
    return replace(
        seen, text=seen.text + text, arguments=seen.arguments + arguments, finish=seen.finish or finish
    )


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("dialect", _PATHS)
@pytest.mark.parametrize("behaviour", _EXPECTED)
def test_each_behaviour_is_the_same_in_each_dialect(
    ask: Callable[..., Seen], behaviour: str, dialect: str, *, stream: bool
) -> None:
    """What happens is the behaviour's; how it is written, the dialect's."""
    options, whole, streamed = _EXPECTED[behaviour]
    expected = streamed if stream else whole
    if behaviour == "empty_choices" and dialect != "chat_completions":
        expected = replace(expected, finish="stop")  # there the end is told apart from what is answered
    if dialect == "code_assist" and expected.arguments:
        expected = replace(expected, arguments=_TOOL.arguments)  # there no call comes in pieces
    assert ask(dialect, {"behaviour": behaviour, **options}, stream=stream) == expected


def test_the_table_knows_every_behaviour() -> None:
    """A new one must say here what comes of it."""
    assert set(_EXPECTED) == set(BEHAVIOURS)


@pytest.mark.parametrize(
    ("dialect", "last"), [("chat_completions", "[DONE]"), ("anthropic_messages", "message_stop")]
)
@pytest.mark.parametrize("step", ["ok", "no_evidence"])
def test_what_follows_the_evidence_may_be_left_out_or_stand_alone(step: str, dialect: str, last: str) -> None:
    """`[DONE]` and `message_stop` come with *done* and with nothing else; the finish reason does not hang on them."""
    for done in (False, True):
        with Loopback([{"name": "p", "script": [{"behaviour": step, "done": done}]}]) as loopback:
            path, body = _PATHS[dialect]
            place = urlsplit(loopback.base_url("p"))
            connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=5)
            with contextlib.closing(connection):
                connection.request("POST", path, json.dumps({**body, "stream": True}))
                text = connection.getresponse().read().decode()
        assert (last in text) is done
        assert ('"stop"' in text or '"end_turn"' in text) is (step == "ok")


@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        ("chat_completions", "maximum context length is 8192 tokens"),
        ("anthropic_messages", "prompt is too long: 209000 tokens > 200000 maximum"),
        ("codex_responses", "maximum context length is 8192 tokens"),
        ("bedrock_converse", "Input is too long for requested model."),
        ("code_assist", "exceeds the maximum number of tokens allowed (1048576)"),
    ],
)
def test_a_fault_is_told_in_the_words_of_the_dialect(
    ask: Callable[..., Seen], dialect: str, words: str
) -> None:
    """A prompt that is too long is so in other words and numbers at each vendor's."""
    document = ask(dialect, "context_overflow", stream=False).documents[0]
    assert words in document.get("error", document)["message"]


def test_a_code_may_be_left_out(ask: Callable[..., Seen]) -> None:
    """None is a code too: that of an error which has none."""
    error = ask("chat_completions", {"behaviour": "unauthorized", "code": None}, stream=False).documents[0]
    assert error["error"]["code"] is None


def test_words_of_a_step_win(ask: Callable[..., Seen]) -> None:
    """Status, message, parameter and headers may be given, in any dialect."""
    step = {"behaviour": "unsupported_parameter", "status": 422, "param": "top_k", "headers": {"x-a": "b"}}
    for dialect in _PATHS:
        seen = ask(dialect, step, stream=False)
        assert (seen.status, seen.headers["x-a"]) == (422, "b")
        document = seen.documents[0]
        assert "top_k" in document.get("error", document)["message"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("dialect", "header"), [("chat_completions", "x-request-id"), ("anthropic_messages", "request-id")]
)
def test_each_answer_has_an_id_of_its_own(dialect: str, header: str, *, stream: bool) -> None:
    """In the vendor's header, and in the record beside the dialect, so that a report can be checked."""
    with Loopback([{"name": "p", "script": ["ok", "server_error", "html"]}]) as loopback:
        seen = [_sent(loopback.base_url("p"), dialect, {"stream": stream}) for _ in range(3)]
        received = loopback.received()
    assert [one.headers[header] for one in seen] == [one.request_id for one in received]
    assert len({one.request_id for one in received}) == 3
    assert {one.dialect for one in received} == {dialect}
    assert seen[1].documents[0].get("request_id") in {None, received[1].request_id}


@pytest.mark.parametrize(
    ("dialect", "headers", "status"),
    [
        ("anthropic_messages", {"x-api-key": "k"}, 200),
        ("anthropic_messages", {"authorization": "Bearer k"}, 200),
        ("anthropic_messages", {"x-api-key": "other"}, 401),
        ("anthropic_messages", {"authorization": "k"}, 401),
        ("chat_completions", {"x-api-key": "k"}, 401),
        ("codex_responses", {"authorization": "Bearer k"}, 200),
        ("bedrock_converse", {"authorization": "Bearer k"}, 200),
        ("bedrock_converse", {"x-api-key": "k"}, 401),
        ("code_assist", {"authorization": "Bearer k"}, 200),
    ],
)
def test_a_key_opens_where_its_dialect_looks(dialect: str, headers: dict[str, str], status: int) -> None:
    """Messages take the key in either header, the others as a bearer's only."""
    with Loopback([{"name": "p", "key": "k"}]) as loopback:
        assert _sent(loopback.base_url("p"), dialect, {}, **headers).status == status


_SYSTEM_AT: dict[str, Any] = {
    "anthropic_messages": {"system": "be brief"},
    "codex_responses": {"instructions": "be brief"},
    "bedrock_converse": {"system": [{"text": "be brief"}]},
    "code_assist": {"systemInstruction": {"parts": [{"text": "be brief"}]}},
}


@pytest.mark.parametrize("dialect", _PATHS)
def test_the_system_is_a_message_everywhere(dialect: str) -> None:
    """One conversation is heard alike, though each dialect has another place for the system's words."""
    place = _SYSTEM_AT.get(dialect)
    body: Any = _PATHS[dialect][1]
    said = place or {"messages": [{"role": "system", "content": "be brief"}, *body["messages"]]}
    with Loopback([{"name": "p"}]) as loopback:
        seen = _sent(loopback.base_url("p"), dialect, said)
    assert seen.text == _WORDS.replace("1", "2")


@pytest.mark.parametrize(
    ("dialect", "last"),
    [
        ("chat_completions", {"role": "tool", "tool_call_id": "c", "content": "rain"}),
        (
            "anthropic_messages",
            {
                "role": "user",
                "content": [{"type": "tool_result", "content": [{"type": "text", "text": "rain"}]}],
            },
        ),
        ("codex_responses", {"type": "function_call_output", "call_id": "c", "output": "rain"}),
        (
            "bedrock_converse",
            {"role": "user", "content": [{"toolResult": {"toolUseId": "c", "content": [{"text": "rain"}]}}]},
        ),
        (
            "code_assist",
            {"parts": [{"functionResponse": {"name": "look", "response": {"output": "rain"}}}]},
        ),
    ],
)
def test_a_tools_result_is_heard(dialect: str, last: dict[str, Any]) -> None:
    """The last message's text is found wherever the dialect nests it."""
    name = "input" if dialect == "codex_responses" else "messages"
    said = {"request": {"contents": [last]}} if dialect == "code_assist" else {name: [last]}
    with Loopback([{"name": "p", "script": [{"behaviour": "ok", "text": "{last}"}]}]) as loopback:
        assert _sent(loopback.base_url("p"), dialect, said).text == "rain"
