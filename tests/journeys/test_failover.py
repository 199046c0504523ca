"""The main job on real sockets: whatever the primary does, the next link answers, and the story is told."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable

import pytest

from hermes_fallback import (
    Answer,
    Answered,
    AsyncSession,
    Conversation,
    Message,
    Notice,
    Options,
    Restarted,
    Said,
    Session,
    ToolCall,
    Unanswered,
)
from hermes_fallback.errors import UsageError
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.session.events import NoticeKind
from hermes_fallback.state.opened import open_state
from hermes_fallback.transport.synchronous import Carrier
from tests.journeys.conftest import World

FAULTS: dict[str, tuple[object, str, int]] = {
    "429": ({"behaviour": "rate_limit", "retry_after": 60}, "rate_limit", 1),
    "429 for a spent quota": ("quota", "quota", 1),
    "401": ("unauthorized", "auth", 1),
    "403": ("forbidden", "auth", 1),
    "404 of the path": ("not_found", "endpoint_not_found", 1),
    "404 of the model": ("model_not_found", "model_not_found", 1),
    "500": ("server_error", "server_error", 2),
    "503": ("overloaded", "overloaded", 2),
    "refused": ("refuse", "connection", 1),
    "hang": ("hang", "timeout", 1),
    "keep-alives only": ("keepalive_only", "timeout", 1),
    "stall": ("stall", "timeout", 1),
    "empty choices": ("empty_choices", "invalid_response", 2),
    "null content": ("null_content", "invalid_response", 2),
    "HTML": ("html", "endpoint_not_found", 1),
    "truncated JSON": ("truncated_json", "invalid_response", 2),
    "cut stream": ("cut", "invalid_response", 2),
    "no evidence of an end": ("no_evidence", "invalid_response", 2),
    "error in the stream": ("error_in_stream", "server_error", 2),
}


def whole(world: World) -> Answer:
    with Session(world.runtime.plan()) as session:
        return session.ask("hello")


def streamed(world: World) -> Answer:
    with Session(world.runtime.plan()) as session:
        return kept_text(list(session.stream("hello")))


def whole_async(world: World) -> Answer:
    async def run() -> Answer:
        async with AsyncSession(world.runtime.plan()) as session:
            return await session.ask("hello")

    return asyncio.run(run())


def streamed_async(world: World) -> Answer:
    async def run() -> Answer:
        async with AsyncSession(world.runtime.plan()) as session:
            return kept_text([event async for event in session.stream("hello")])

    return asyncio.run(run())


def kept_text(events: list[object]) -> Answer:
    """The answer of a stream, which a reader who heeds `Restarted` has seen in the same words."""
    text = ""
    for event in events:
        if isinstance(event, Restarted):
            assert event.discarded_chars == len(text)
            text = ""
        elif isinstance(event, Said):
            text += event.text
    last = events[-1]
    assert isinstance(last, Answered)
    assert text == last.answer.text
    return last.answer


@pytest.mark.parametrize("ask", [whole, streamed, whole_async, streamed_async], ids=lambda ask: ask.__name__)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_next_link_answers(world: World, fault: str, ask: Callable[[World], Answer]) -> None:
    """Sync or async, streamed or whole: the chain answers, the receipt tells each attempt, keys stay scoped."""
    script, reason, attempts = FAULTS[fault]
    world.loopback.script("main", script)
    answer = ask(world)
    assert answer.text == "spare heard 1 messages, the last of them: hello"
    assert answer.served_by.model == "spare-model"
    told = [(attempt.position, attempt.reason, attempt.action) for attempt in answer.receipt.attempts]
    assert told == [(0, reason, "retry")] * (attempts - 1) + [(0, reason, "advance"), (1, None, "answer")]
    assert world.keys_are_scoped()


def test_the_conversation_goes_on_and_the_next_turn_begins_with_the_primary(world: World) -> None:
    """History travels to the spare and back; each switch and the return is one notice."""
    notices: list[Notice] = []
    with Session(world.runtime.plan(), on_notice=notices.append) as session:
        session.ask("one")
        world.loopback.script("main", "null_content")
        session.ask("two")
        world.loopback.script("main", "ok")
        session.ask("three")
        said = [message["content"] for message in session.conversation.to_dicts()]
    assert said == [
        "one",
        "main heard 1 messages, the last of them: one",
        "two",
        "spare heard 3 messages, the last of them: two",
        "three",
        "main heard 5 messages, the last of them: three",
    ]
    assert [notice.kind for notice in notices] == [NoticeKind.SWITCHED, NoticeKind.RETURNED]
    assert str(notices[0]) == "custom:main-model gave no valid answer; going on with custom:spare-model"
    assert str(notices[1]) == "back on custom:main-model"


def test_a_tool_call_is_carried_over_and_its_result_goes_to_the_link_that_asked(world: World) -> None:
    """The turn stays with the link that answered; the next one starts with the primary."""
    tool = {"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}
    world.loopback.script("main", ["null_content", "null_content", "ok"])
    world.loopback.script("spare", ["tool_call", "ok"])
    with Session(world.runtime.plan()) as session:
        answer = session.ask("weather?", Options(tools=(tool,)))
        (call,) = answer.tool_calls
        assert json.loads(call.arguments) == {"query": "weather"}
        answer = session.resume({call.id: "sunny"})
        assert answer.text == "spare heard 3 messages, the last of them: sunny"
        assert session.ask("thanks").served_by.model == "main-model"
    assert world.asked() == ["main", "main", "spare", "spare", "main"]


def test_when_all_fail_the_error_tells_each_attempt_and_the_conversation_stands(world: World) -> None:
    """Nothing is lost: asking again after the outage goes on where it was."""
    for name in ("main", "spare", "third"):
        world.loopback.script(name, ["ok", "unauthorized"] if name == "main" else "unauthorized")
    with Session(world.runtime.plan()) as session:
        session.ask("one")
        with pytest.raises(Unanswered) as caught:
            session.ask("two")
        assert len(session.conversation.messages) == 2
    assert [attempt.model for attempt in caught.value.attempts] == [
        "main-model",
        "spare-model",
        "third-model",
    ]
    assert "custom:third-model refuses the key" in str(caught.value.why)


@pytest.mark.parametrize("behaviour", ["context_overflow", "content_policy"])
def test_a_refused_request_is_raised_and_no_other_link_is_bothered(world: World, behaviour: str) -> None:
    """What no provider would take is the caller's to see."""
    world.loopback.script("main", behaviour)
    with Session(world.runtime.plan()) as session, pytest.raises(Unanswered) as caught:
        session.ask("hello")
    assert caught.value.kind == "refused"
    assert world.asked() == ["main"]


def test_a_wait_within_patience_is_sat_out_on_the_same_link(world: World) -> None:
    """A provider that asks for a moment gets it."""
    world.loopback.script("main", [{"behaviour": "rate_limit", "retry_after": 0.05}, "ok"])
    with Session(world.runtime.plan()) as session:
        answer = session.ask("hello")
    assert answer.served_by.model == "main-model"
    assert [attempt.waited_s for attempt in answer.receipt.attempts] == [0.0, 0.05]


def test_no_switch_without_leave(world: World) -> None:
    """With `auto_activate: false` nobody moves unless the user says so."""
    world.configure(auto_activate="false", retries=0)
    world.loopback.script("main", "unauthorized")
    with Session(world.runtime.plan()) as session, pytest.raises(Unanswered) as caught:
        session.ask("hello")
    assert caught.value.kind == "not-permitted"
    asked: list[Notice] = []
    with Session(world.runtime.plan(), may_move=lambda notice: not asked.append(notice)) as session:
        assert session.ask("hello").served_by.model == "spare-model"
    assert [notice.to for notice in asked] == ["custom:spare-model"]


def test_with_fallback_disabled_the_primary_stands_alone(world: World) -> None:
    """`enabled: false` leaves the chain in the file and out of the way."""
    world.configure(enabled="false")
    world.loopback.script("main", "unauthorized")
    with Session(world.runtime.plan()) as session, pytest.raises(Unanswered):
        session.ask("hello")
    assert world.asked() == ["main"]


def test_a_primary_without_a_key_is_passed_over_and_said_so(world: World) -> None:
    """Start-up fallback: the first link that is ready answers, and a notice tells why."""
    config = world.home / "config.yaml"
    config.write_text(config.read_text().replace("key_env: MAIN_KEY", "key_env: NOT_SET"))
    notices: list[Notice] = []
    with Session(world.runtime.plan(), on_notice=notices.append) as session:
        answer = session.ask("hello")
        session.ask("again")
    assert answer.served_by.position == 1
    assert [skipped.what for skipped in answer.receipt.skipped] == ["`NOT_SET` is not set"]
    assert [notice.kind for notice in notices] == [NoticeKind.SKIPPED]


def test_a_redirect_takes_no_key_along(world: World) -> None:
    """A provider that points elsewhere is left; the other host hears nothing of it."""
    world.loopback.script("main", {"behaviour": "redirect", "to": world.loopback.base_url("third")})
    with Session(world.runtime.plan()) as session:
        assert session.ask("hello").served_by.model == "spare-model"
    assert world.asked() == ["main", "spare"]
    assert world.keys_are_scoped()


def test_an_abandoned_stream_lets_go_of_its_connection(world: World) -> None:
    """A reader who stops reading leaves nothing open behind."""
    world.loopback.script("main", {"behaviour": "ok", "pace_s": 0.05})
    with Session(world.runtime.plan()) as session:
        for event in session.stream("hello"):
            if isinstance(event, Said):
                break
        assert session.conversation.messages == ()
        assert session.ask("hello").text.startswith("main heard 1 messages")


def test_a_provider_that_repeats_the_key_does_not_get_it_into_the_receipt(world: World) -> None:
    """Whatever an error says, the secret is starred out of it."""
    world.loopback.script(
        "main", {"behaviour": "unauthorized", "message": "bad key main-key-0123456789 given"}
    )
    with Session(world.runtime.plan()) as session:
        answer = session.ask("hello")
    assert "main-key" not in repr(answer)


def test_a_cancelled_turn_lets_go_of_its_connection(world: World) -> None:
    """An asyncio task that is cancelled while a provider is silent leaves nothing open and nothing said."""
    world.configure(timeouts="{first_token: 30s}")
    world.loopback.script("main", "hang")

    async def run() -> None:
        async with AsyncSession(world.runtime.plan()) as session:
            task = asyncio.create_task(session.ask("hello"))
            while not (world.asked() or task.done()):  # noqa: ASYNC110  # another thread fills the record
                await asyncio.sleep(0.005)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert session.conversation.messages == ()

    asyncio.run(run())
    assert eventually(lambda: world.loopback.open_connections("main") == 0)


def eventually(claim: Callable[[], bool], *, within_s: float = 5.0) -> bool:
    ends_s = time.monotonic() + within_s
    while not claim() and time.monotonic() < ends_s:
        time.sleep(0.005)
    return claim()


def test_many_conversations_share_one_carrier(world: World) -> None:
    """Kept connections outlive a session that did not open them."""
    with Carrier() as carrier:
        for _ in range(3):
            with Session(world.runtime.plan(), carrier=carrier) as session:
                session.ask("hello")
        assert world.loopback.connections("main") == 1


def test_an_unready_primary_is_not_replaced_without_leave(world: World) -> None:
    """`auto_activate: false` holds for the start of a session too."""
    world.configure(auto_activate="false")
    config = world.home / "config.yaml"
    config.write_text(config.read_text().replace("key_env: MAIN_KEY", "key_env: NOT_SET"))
    with Session(world.runtime.plan()) as session, pytest.raises(Unanswered) as caught:
        session.ask("hello")
    assert caught.value.kind == "not-permitted"
    assert world.asked() == []
    with Session(world.runtime.plan(), may_move=lambda _: True) as session:
        assert session.ask("hello").served_by.model == "spare-model"
        assert session.ask("again").served_by.model == "spare-model"


def test_reasoning_goes_back_only_to_whom_it_came_from(world: World) -> None:
    """A strict spare does not see the fields of the primary, and the primary gets them back."""
    tool = {"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}
    call = ToolCall("call_1", "lookup", "{}")
    origin = world.loopback.base_url("main").removesuffix("/v1")
    reasoned = Message(role="assistant", tool_calls=(call,), extra={"reasoning_content": "hm"}, origin=origin)
    said = Conversation((Message.user("weather?"), reasoned, Message.tool_result("call_1", "sunny")))
    world.loopback.script("main", "unauthorized")
    with Session(world.runtime.plan(), conversation=said) as session:
        session.ask("and tomorrow?", Options(tools=(tool,)))
    main, spare = (received.body["messages"][1] for received in world.loopback.received())
    assert main["reasoning_content"] == "hm"
    assert "reasoning_content" not in spare


def test_a_long_answer_that_breaks_still_has_the_chain_behind_it(world: World) -> None:
    """The deadline runs until first content, and not on while content comes."""
    world.configure(deadline="400ms", timeouts="{first_token: 300ms, between_tokens: 300ms}")
    world.loopback.script("main", {"behaviour": "cut", "text": "a b c d e f g h", "after": 3})
    with Session(world.runtime.plan()) as session:
        for event in session.stream("hello"):
            if isinstance(event, Said):
                time.sleep(0.15)
    assert world.asked()[-1] == "spare"


def test_a_refused_count_of_tokens_is_left_out(world: World) -> None:
    """`stream_options` is a wish of ours: who does not know it is asked again without."""
    refusal = {
        "behaviour": "unauthorized",
        "status": 400,
        "message": "Unrecognized request argument supplied: stream_options",
        "code": None,
    }
    world.loopback.script("main", [refusal, "ok"])
    with Session(world.runtime.plan()) as session:
        assert session.ask("hello").served_by.model == "main-model"
        assert session.ask("again").served_by.model == "main-model"
    asked = ["stream_options" in received.body for received in world.loopback.received()]
    assert asked == [True, False, False]


def test_two_answers_at_once_are_refused(world: World) -> None:
    """They would tear the conversation."""
    with Session(world.runtime.plan()) as session:
        first = session.stream("one")
        next(first)
        with pytest.raises(UsageError, match="still open"):
            session.stream("two")
        first.close()
        assert session.ask("three").text.startswith("main heard 1")


def test_a_question_over_open_tool_calls_is_refused(world: World) -> None:
    """A history with unanswered calls would be refused by every provider."""
    world.loopback.script("main", "tool_call")
    with Session(world.runtime.plan()) as session:
        session.ask("weather?")
        with pytest.raises(UsageError, match="asks for tools"):
            session.ask("hello?")


def test_two_links_of_one_name_are_told_apart(world: World) -> None:
    """A notice names the host where the name alone would not do."""
    config = world.home / "config.yaml"
    config.write_text(config.read_text().replace("spare-model", "main-model"))
    world.loopback.script("main", "unauthorized")
    notices: list[Notice] = []
    with Session(world.runtime.plan(), on_notice=notices.append) as session:
        session.ask("hello")
    assert world.loopback.base_url("spare").removesuffix("/v1") in str(notices[0])


def test_a_key_that_is_echoed_escaped_stays_out_of_the_receipt(world: World) -> None:
    """JSON may spell a key otherwise; unwrapping it must not bring it back."""
    key = 'my"planted-word'
    echo = {"behaviour": "unauthorized", "message": f"denied: {key} is unknown here"}
    with Loopback([{"name": "echo", "script": [echo]}]) as loopback:
        config = world.home / "config.yaml"
        text = config.read_text().replace(world.loopback.base_url("main"), loopback.base_url("echo"))
        config.write_text(text.replace("key_env: MAIN_KEY", f"api_key: '{key}'"))
        with Session(world.runtime.plan()) as session:
            answer = session.ask("hello")
    assert answer.receipt.attempts[0].detail == "denied: ******** is unknown here"
    assert "planted" not in repr(answer)


def test_a_stream_that_nobody_began_to_read_is_given_up(world: World) -> None:
    """It does not lock the session, and says so when it is read too late."""
    with Session(world.runtime.plan()) as session:
        early = session.stream("one")
        assert session.ask("two").text.startswith("main heard 1")
        with pytest.raises(UsageError, match="given up"):
            list(early)


def test_a_session_that_is_closed_ends_its_stream(world: World) -> None:
    """Nothing is asked after `close`."""
    session = Session(world.runtime.plan())
    events = session.stream("one")
    next(events)
    session.close()
    assert list(events) == []
    assert eventually(lambda: world.loopback.open_connections("main") == 0)


def test_a_session_closes_while_another_task_reads(world: World) -> None:
    """The caller's own error is not replaced, and no connection stays."""
    world.configure(timeouts="{first_token: 30s}")
    world.loopback.script("main", "hang")

    async def run() -> None:
        async with AsyncSession(world.runtime.plan()) as session:
            reading = asyncio.create_task(session.ask("hello"))
            while not (world.asked() or reading.done()):  # noqa: ASYNC110  # another thread fills the record
                await asyncio.sleep(0.005)
            await session.close()
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading

    asyncio.run(run())
    assert eventually(lambda: world.loopback.open_connections("main") == 0)


def test_an_error_of_the_listener_leaves_the_session_usable(world: World) -> None:
    """A broken `on_notice` is the caller's, and ends that answer alone."""
    world.loopback.script("main", ["null_content", "null_content", "ok"])

    def listen(notice: Notice) -> None:
        raise ValueError(str(notice))

    with Session(world.runtime.plan(), on_notice=listen) as session:
        try:
            session.ask("hello")
        except ValueError:
            assert session.ask("again").served_by.model == "main-model"
        else:
            pytest.fail("the listener's error was swallowed")


def test_a_permitted_switch_is_told_as_one_and_a_refused_one_as_the_end(world: World) -> None:
    """The receipt says what followed each attempt."""
    world.configure(auto_activate="false")
    world.loopback.script("main", "unauthorized")
    with Session(world.runtime.plan(), may_move=lambda _: True) as session:
        assert [each.action for each in session.ask("hello").receipt.attempts] == ["advance", "answer"]
    with Session(world.runtime.plan()) as session, pytest.raises(Unanswered) as caught:
        session.ask("hello")
    assert caught.value.attempts == ()
    assert "is benched" in str(caught.value)
    open_state(str(world.home / "fallback")).reset(None)
    with Session(world.runtime.plan()) as session, pytest.raises(Unanswered) as caught:
        session.ask("hello")
    assert [each.action for each in caught.value.attempts] == ["stop"]


def test_a_broken_answer_begins_anew_only_where_one_follows(world: World) -> None:
    """After the last link there is nothing to begin."""
    world.configure(retries="0")
    for name in ("main", "spare", "third"):
        world.loopback.script(name, "stall")
    seen: list[object] = []
    with Session(world.runtime.plan()) as session, pytest.raises(Unanswered):
        seen.extend(session.stream("hello"))
    assert sum(isinstance(event, Restarted) for event in seen) == 2
    assert not isinstance(seen[-1], Restarted)


def test_a_kept_conversation_goes_on_in_a_new_session(world: World) -> None:
    """Written as plain messages, read again, tool calls included."""
    with Session(world.runtime.plan()) as session:
        session.ask("one")
        kept = json.loads(json.dumps(session.conversation.to_dicts()))
    with Session(world.runtime.plan(), conversation=Conversation.from_dicts(kept)) as session:
        assert session.ask("two").text == "main heard 3 messages, the last of them: two"
