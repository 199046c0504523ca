"""Every dialect over real sockets: text, tools, streams, and a conversation that moves from one to another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hermes_fallback import Answer, Answered, Message, Options, Session
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.session.events import Called, Said

PROVIDERS = {
    "chat_completions": "custom",
    "anthropic_messages": "anthropic",
    "codex_responses": "openai-api",
    "bedrock_converse": "bedrock",
    "code_assist": "google-gemini-cli",
}
"""A provider for each dialect."""
TOOL = {"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}
PAIRS = [(one, other) for one in PROVIDERS for other in PROVIDERS if one != other]


class House:
    """A provider for each dialect on loopback, each with a key of its own, and a home to make a chain of them."""

    def __init__(self, home: Path, loopback: Loopback) -> None:
        self.loopback = loopback
        self._home = home

    def session(self, *dialects: str) -> Session:
        """A session whose chain is a link of each of *dialects*, in order."""
        links = [self._link(api_mode) for api_mode in dialects]
        model, *chain = links
        config = {"model": {**model, "default": model["model"]}, "fallback_providers": chain}
        (self._home / "config.yaml").write_text(json.dumps(config))
        environ = {_key_env(api_mode): _key(api_mode) for api_mode in PROVIDERS}
        return Session(Runtime.open(self._home, environ={"HOME": str(self._home), **environ}).plan())

    def bodies(self, api_mode: str) -> list[Any]:
        """What the provider of *api_mode* was sent."""
        return [one.body for one in self.loopback.received() if one.provider == api_mode]

    def _link(self, api_mode: str) -> dict[str, str]:
        url = self.loopback.base_urls[api_mode]
        provider = {"provider": PROVIDERS[api_mode], "model": f"{api_mode}-model"}
        return {**provider, "base_url": url, "key_env": _key_env(api_mode)}


def _key_env(api_mode: str) -> str:
    return f"{api_mode.upper()}_KEY"


def _key(api_mode: str) -> str:
    return f"{api_mode}-key-0123456789"


@pytest.fixture
def house(home: Path) -> Iterator[House]:
    """All providers, and all well."""
    providers = [{"name": api_mode, "key": _key(api_mode)} for api_mode in PROVIDERS]
    with Loopback({"providers": providers}) as loopback:
        yield House(home, loopback)


def whole(session: Session, said: str, options: Options | None = None) -> Answer:
    return session.ask(said, options)


def streamed(session: Session, said: str, options: Options | None = None) -> Answer:
    """The answer of a stream, whose pieces come to the same."""
    events = list(session.stream(said, options))
    assert isinstance(events[-1], Answered)
    answer = events[-1].answer
    assert "".join(event.text for event in events if isinstance(event, Said)) == answer.text
    assert tuple(event.call for event in events if isinstance(event, Called)) == answer.tool_calls
    return answer


@pytest.mark.parametrize("ask", [whole, streamed], ids=lambda ask: ask.__name__)
@pytest.mark.parametrize("api_mode", PROVIDERS)
def test_text_is_asked_for_and_answered(
    house: House, api_mode: str, ask: Callable[[Session, str], Answer]
) -> None:
    """With its tokens counted, and the key in the header that the dialect wants."""
    with house.session(api_mode) as session:
        answer = ask(session, "hello")
    assert answer.text == f"{api_mode} heard 1 messages, the last of them: hello"
    assert (answer.finish_reason, answer.served_by.model) == ("stop", f"{api_mode}-model")
    assert answer.usage is not None
    assert answer.usage.output_tokens


@pytest.mark.parametrize("ask", [whole, streamed], ids=lambda ask: ask.__name__)
@pytest.mark.parametrize("api_mode", PROVIDERS)
def test_a_tool_is_called_and_its_result_is_heard(
    house: House, api_mode: str, ask: Callable[[Session, str, Options], Answer]
) -> None:
    """The call comes out complete, and its result goes back to it."""
    house.loopback.script(api_mode, ["tool_call", "ok"])
    with house.session(api_mode) as session:
        answer = ask(session, "weather?", Options(tools=(TOOL,)))
        (call,) = answer.tool_calls
        assert (call.name, json.loads(call.arguments)) == ("lookup", {"query": "weather"})
        assert answer.finish_reason == "tool_calls"
        assert session.resume({call.id: "sunny"}).text.endswith(": sunny")


@pytest.mark.parametrize(("left", "next_one"), PAIRS, ids=lambda api_mode: api_mode)
def test_a_conversation_moves_to_another_dialect(house: House, left: str, next_one: str) -> None:
    """Whole, tool calls among it, and in order: the second provider hears what the first was told and said."""
    house.loopback.script(left, ["tool_call", "ok", "unauthorized"])
    with house.session(left, next_one) as session:
        (call,) = session.ask("weather?", Options(tools=(TOOL,))).tool_calls
        said = session.resume({call.id: "sunny"}).text
        assert session.ask("thanks").served_by.model == f"{next_one}-model"
    sent = json.dumps(house.bodies(next_one)[-1])
    places = [sent.find(word) for word in ("weather?", "lookup", '"sunny"', said, "thanks")]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(("left", "next_one"), PAIRS, ids=lambda api_mode: api_mode)
def test_a_turn_moves_in_the_middle_of_its_tool_calls(house: House, left: str, next_one: str) -> None:
    """The result of a call that one provider asked for is taken by the next."""
    house.loopback.script(left, ["tool_call", "unauthorized"])
    with house.session(left, next_one) as session:
        (call,) = session.ask("weather?", Options(tools=(TOOL,))).tool_calls
        answer = session.resume({call.id: "sunny"})
    assert answer.served_by.model == f"{next_one}-model"
    assert answer.text.endswith(": sunny")


@pytest.mark.parametrize("api_mode", PROVIDERS)
def test_an_image_is_seen(house: House, api_mode: str) -> None:
    """It is sent with its bytes, in the dialect's own form."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVsbG8="}}
    with house.session(api_mode) as session:
        session.ask(Message(role="user", content=({"type": "text", "text": "what is it?"}, image)))
    assert "aGVsbG8=" in json.dumps(house.bodies(api_mode)[0])


@pytest.mark.parametrize(
    "behaviour",
    ["cut", "no_evidence", "cut_in_tool_call", "error_in_stream", "null_content", "empty_choices"],
)
@pytest.mark.parametrize("api_mode", [each for each in PROVIDERS if each != "chat_completions"])
def test_an_answer_that_is_not_whole_is_never_passed_off_as_one(
    house: House, api_mode: str, behaviour: str
) -> None:
    """The next link answers, and nothing of the broken answer is in its words."""
    house.loopback.script(api_mode, behaviour)
    with house.session(api_mode, "chat_completions") as session:
        answer = session.ask("hello", Options(tools=(TOOL,)))
    assert answer.text == "chat_completions heard 1 messages, the last of them: hello"
