"""Tool calls and results that do not match are mended, and nothing of them is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hermes_fallback.transcript.conversation import Message, ToolCall
from hermes_fallback.transcript.pairing import Pairing


def _asked(*ids: str) -> Message:
    return Message(role="assistant", tool_calls=tuple(ToolCall(each, "look", "{}") for each in ids))


def _result(call_id: str) -> Message:
    return Message.tool_result(call_id, f"<{call_id}>")


def _shape(paired: Pairing) -> list[str]:
    return [message.tool_call_id or message.role for message in paired.messages]


def test_a_conversation_in_order_stays_as_it_is() -> None:
    """Parallel calls and their results, in whichever order they came."""
    said = [Message.user("go"), _asked("a", "b"), _result("b"), _result("a"), Message.user("on")]
    paired = Pairing(said)
    assert paired.messages == said
    assert (paired.orphans, paired.unanswered, paired.late) == (0, 0, 0)


def test_a_late_result_goes_behind_its_call() -> None:
    """Before what the user said meanwhile."""
    paired = Pairing([_asked("a", "b"), _result("a"), Message.user("hurry"), _result("b")])
    assert _shape(paired) == ["assistant", "a", "b", "user"]
    assert paired.late == 1


def test_a_call_without_result_gets_one_that_says_so() -> None:
    """Where another call follows, and where the conversation ends."""
    paired = Pairing([_asked("a", "b"), _result("a"), Message.user("stop"), _asked("c")])
    assert _shape(paired) == ["assistant", "a", "b", "user", "assistant", "c"]
    assert "no result" in str(paired.messages[2].content)
    assert paired.unanswered == 2


def test_a_result_without_call_becomes_the_users_words() -> None:
    """Where its call was cut off with the beginning of the conversation, or it is the second of its call."""
    image = {"type": "image_url", "image_url": {"url": "https://h/a.png"}}
    shown = Message(role="tool", content=(image,), tool_call_id="old")
    paired = Pairing([shown, _asked("a"), _result("a"), _result("a")])
    assert _shape(paired) == ["user", "assistant", "a", "user"]
    assert image in paired.messages[0].parts
    assert "<a>" in str(paired.messages[3].content)
    assert paired.orphans == 2


_MESSAGES = st.one_of(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(lambda ids: _asked(*ids)),
    st.sampled_from("abcd").map(_result),
    st.sampled_from(["hi", "ho"]).map(Message.user),
)


@given(st.lists(_MESSAGES, max_size=12))
def test_whatever_came_each_call_has_one_result_right_behind_it(messages: list[Message]) -> None:
    """And every result that was given is there still, as such or as words."""
    paired = Pairing(messages).messages
    for at, message in enumerate(paired):
        ids = [call.id for call in message.tool_calls]
        behind = paired[at + 1 : at + 1 + len(ids)]
        assert sorted(str(each.tool_call_id) for each in behind) == sorted(ids)
    calls = sum(len(message.tool_calls) for message in paired)
    assert sum(message.role == "tool" for message in paired) == calls
    told = " ".join(str(message.content) for message in paired)
    assert all(told.count(f"<{each}>") == sum(m.tool_call_id == each for m in messages) for each in "abcd")
