"""Every key of `fallback:` as it is lived: where a conversation may go, what it says, and what is remembered."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hermes_fallback import (
    Answer,
    AsyncSession,
    Message,
    Notice,
    Options,
    Said,
    Session,
    Unanswered,
)
from hermes_fallback.errors import ExitCode, Interrupted, UsageError
from hermes_fallback.journal.reader import receipts
from hermes_fallback.model.bench import Bench, Grain, Lesson, Subject
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Receipt, SkipKind
from hermes_fallback.session.events import NoticeKind
from hermes_fallback.state.opened import open_state
from hermes_fallback.state.protocol import State
from tests.journeys.conftest import World

TOOL = {"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVsbG8="}}
NO_TOOLS = {
    "behaviour": "unsupported_parameter",
    "message": "main-model does not support tools",
    "code": None,
}
NO_EYES = {**NO_TOOLS, "message": "this model does not support image input"}
SOON = {"behaviour": "rate_limit", "retry_after": 0.4}
LONG = "word " * 2000


def ask(world: World, text: str = "hello", options: Options | None = None, **also: Any) -> Answer:
    with Session(world.runtime.plan(), **also) as session:
        return session.ask(text, options)


def ask_async(world: World, text: str = "hello", options: Options | None = None, **also: Any) -> Answer:
    async def run() -> Answer:
        async with AsyncSession(world.runtime.plan(), **also) as session:
            return await session.ask(text, options)

    return asyncio.run(run())


BOTH = pytest.mark.parametrize("asked", [ask, ask_async], ids=["sync", "async"])
Ask = Callable[..., Answer]


def say(world: World, name: str, *facts: str) -> None:
    """Write *facts* such as `cost: metered` beside the model of *name*."""
    path = world.home / "config.yaml"
    lines = path.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.endswith(f": {name}-model"))
    indent = "  " if name == "main" else "    "
    lines[at + 1 : at + 1] = [f"{indent}{fact}" for fact in facts]
    path.write_text("\n".join(lines) + "\n")


def script(world: World, **steps: object) -> None:
    for name, what in steps.items():
        world.loopback.script(name, what)


def state(world: World) -> State:
    return open_state(str(world.home / "fallback"))


def learnt(world: World) -> list[Lesson]:
    """The lessons of the home, whenever they were learnt."""
    return [replace(lesson, at=None) for lesson in state(world).health().lessons.values()]


def journal(world: World) -> list[Receipt]:
    """The receipts, the newest first."""
    return list(receipts(world.home / "fallback" / "journal"))


def models(answer: Answer) -> list[tuple[str, str]]:
    return [(each.model, each.action) for each in answer.receipt.attempts]


def skips(receipt: Receipt) -> dict[str, tuple[SkipKind, str]]:
    return {each.model: (each.kind, each.what) for each in receipt.skipped}


@BOTH
def test_a_broken_answer_is_raised_with_its_part_where_the_config_says_so(world: World, asked: Ask) -> None:
    """`midstream: raise`: no other link is bothered, and the conversation stands as before."""
    world.configure(midstream="raise")
    script(world, main={"behaviour": "cut", "text": "one two three four", "after": 2})
    with pytest.raises(Interrupted) as caught:
        asked(world)
    assert caught.value.partial
    assert "one two three four".startswith(caught.value.partial.strip())
    assert [each.action for each in caught.value.attempts] == ["stop"]
    assert world.asked() == ["main"]
    assert journal(world)[0].outcome == "interrupted"


def test_after_an_interruption_the_same_question_can_be_asked_again(world: World) -> None:
    """Nothing of the broken answer is in the conversation."""
    world.configure(midstream="raise")
    script(world, main=[{"behaviour": "cut", "after": 2}, "ok"])
    with Session(world.runtime.plan()) as session:
        with pytest.raises(Interrupted):
            session.ask("hello")
        assert session.conversation.messages == ()
        assert session.ask("hello").text.endswith("heard 1 messages, the last of them: hello")


@BOTH
def test_what_one_provider_refuses_another_may_answer(world: World, asked: Ask) -> None:
    """`on.content_policy: next`; nothing is benched for it."""
    world.configure(on="{content_policy: next}")
    script(world, main="content_policy")
    answer = asked(world)
    assert models(answer) == [("main-model", "advance"), ("spare-model", "answer")]
    assert not state(world).health().benches


@BOTH
def test_a_prompt_that_does_not_fit_goes_to_a_link_that_is_known_to_hold_it(world: World, asked: Ask) -> None:
    """`on.context_overflow: larger`: who is not known to hold it is passed over, and what was learnt is kept."""
    world.configure(on="{context_overflow: larger}")
    say(world, "third", "context_length: 100000")
    script(world, main="context_overflow")
    answer = asked(world)
    assert models(answer) == [("main-model", "advance"), ("third-model", "answer")]
    assert skips(answer.receipt)["spare-model"][0] is SkipKind.UNFIT
    assert learnt(world) == [Lesson(context_length=8192)]


def test_a_prompt_that_fits_nowhere_is_refused_with_its_numbers(world: World) -> None:
    """The caller is to shorten it: the provider's words say by how much."""
    world.configure(on="{context_overflow: larger}")
    script(world, main="context_overflow")
    with pytest.raises(Unanswered) as caught:
        ask(world)
    assert caught.value.kind == "refused"
    assert "9000" in caught.value.attempts[0].detail
    assert world.asked() == ["main"]


def test_a_link_too_small_for_the_prompt_is_passed_over_before_anything_is_sent(world: World) -> None:
    """`context_length:` in the link; a short question still goes there."""
    say(world, "main", "context_length: 1000")
    answer = ask(world, LONG)
    assert models(answer) == [("spare-model", "answer")]
    assert skips(answer.receipt)["main-model"] == (SkipKind.UNFIT, "does not hold the prompt")
    assert ask(world, "short").served_by.model == "main-model"


@BOTH
def test_a_model_that_takes_no_tools_is_asked_once(world: World, asked: Ask) -> None:
    """What it said is a lesson: the next turn with tools passes it over, one without begins with it."""
    script(world, main=[NO_TOOLS, "ok"])
    first = asked(world, options=Options(tools=(TOOL,)))
    second = asked(world, options=Options(tools=(TOOL,)))
    assert models(first) == [("main-model", "advance"), ("spare-model", "answer")]
    assert models(second) == [("spare-model", "answer")]
    assert skips(second.receipt)["main-model"] == (SkipKind.UNFIT, "takes no tools")
    assert asked(world).served_by.model == "main-model"


def test_images_go_where_they_are_taken(world: World) -> None:
    """The same for a model without eyes."""
    script(world, main=[NO_EYES, "ok"])
    seen = Message(role="user", content=({"type": "text", "text": "what is it?"}, PICTURE))
    for _ in range(2):
        with Session(world.runtime.plan()) as session:
            assert session.ask(seen).served_by.model == "spare-model"
    assert world.asked() == ["main", "spare", "spare"]
    assert ask(world).served_by.model == "main-model"


def test_no_request_leaves_the_zone(world: World) -> None:
    """`zone: lan`: a link that reaches farther is never asked, and said so."""
    world.configure(zone="lan")
    say(world, "main", "zone: region:eu")
    answer = ask(world)
    assert answer.served_by.model == "spare-model"
    assert skips(answer.receipt)["main-model"] == (SkipKind.OUT_OF_BOUNDS, "lies outside `fallback.zone`")
    assert world.asked() == ["spare"]


def test_links_that_cost_are_left_out_where_nothing_may_be_spent(world: World) -> None:
    """`spend.metered: never`; the primary was chosen with what it costs."""
    world.configure(spend="{metered: never}")
    say(world, "main", "cost: metered")
    say(world, "spare", "cost: metered")
    script(world, main="unauthorized")
    answer = ask(world)
    assert models(answer) == [("main-model", "advance"), ("third-model", "answer")]
    assert skips(answer.receipt)["spare-model"][0] is SkipKind.OUT_OF_BOUNDS


@pytest.mark.parametrize(("yes", "served"), [(True, "spare-model"), (False, "third-model")])
def test_before_a_link_that_costs_the_user_is_asked(world: World, yes: bool, served: str) -> None:
    """`spend.metered: ask`: a no passes that link over, and the next one may be free."""
    world.configure(spend="{metered: ask}")
    say(world, "spare", "cost: metered")
    script(world, main="unauthorized")
    asked: list[Notice] = []
    answer = ask(world, may_move=lambda notice: asked.append(notice) or yes)
    assert answer.served_by.model == served
    assert [(notice.kind, notice.to) for notice in asked] == [(NoticeKind.COSTS, "custom:spare-model")]


def test_leave_to_spend_lasts_for_the_turn(world: World) -> None:
    """A tool loop asks once, not at every step."""
    world.configure(spend="{metered: ask}")
    say(world, "spare", "cost: metered")
    script(world, main="unauthorized", spare=["tool_call", "tool_call", "ok"])
    asked: list[Notice] = []
    with Session(world.runtime.plan(), may_move=lambda notice: not asked.append(notice)) as session:
        answer = session.ask("weather?", Options(tools=(TOOL,)))
        while answer.tool_calls:
            answer = session.resume({call.id: "sunny" for call in answer.tool_calls})
    assert answer.served_by.model == "spare-model"
    assert len(asked) == 1


@pytest.mark.parametrize(("most", "expected"), [(0, ["main"]), (1, ["main", "spare"])])
def test_a_turn_switches_so_often_and_no_oftener(world: World, most: int, expected: list[str]) -> None:
    """`max_switches: 1` is the oldest behaviour: one way on, however many links there are."""
    world.configure(max_switches=most)
    script(world, main="unauthorized", spare="unauthorized")
    with pytest.raises(Unanswered):
        ask(world)
    assert world.asked() == expected


@pytest.mark.parametrize(("scope", "second"), [("turn", "main-model"), ("session", "spare-model")])
def test_a_switch_lasts_for_the_turn_or_for_the_session(world: World, scope: str, second: str) -> None:
    """With `scope: session` the next question goes where the last answer came from, well as the primary may be."""
    world.configure(scope=scope)
    script(world, main=["null_content", "null_content", "ok"])
    with Session(world.runtime.plan()) as session:
        assert session.ask("one").served_by.model == "spare-model"
        assert session.ask("two").served_by.model == second


def bench_all(world: World, **own: object) -> None:
    """Have every link benched for 0.4 s by its provider, and well from then on."""
    world.configure(patience="0", retries="0", **own)
    script(world, **dict.fromkeys(("main", "spare", "third"), (SOON, "ok")))
    with pytest.raises(Unanswered):
        ask(world)


@BOTH
def test_when_all_are_benched_the_soonest_is_tried(world: World, asked: Ask) -> None:
    """`when_all_benched: probe`: one request, which is told as a probe."""
    bench_all(world)
    answer = asked(world)
    assert models(answer) == [("main-model", "answer")]
    assert answer.receipt.attempts[0].is_probe
    assert {kind for kind, _ in skips(answer.receipt).values()} == {SkipKind.BENCHED}
    assert len(world.asked()) == 4


@BOTH
def test_when_all_are_benched_the_soonest_is_waited_for(world: World, asked: Ask) -> None:
    """`when_all_benched: wait`, within the deadline: nothing is asked before its time."""
    bench_all(world, when_all_benched="wait")
    answer = asked(world)
    assert models(answer) == [("main-model", "answer")]
    assert answer.receipt.attempts[0].waited_s > 0


@BOTH
def test_when_all_are_benched_the_turn_may_fail_at_once(world: World, asked: Ask) -> None:
    """`when_all_benched: fail`: nothing is sent, and the error says when to come back and what helps."""
    bench_all(world, when_all_benched="fail")
    with pytest.raises(Unanswered) as caught:
        asked(world)
    assert caught.value.kind == "benched"
    assert "is benched for 1 s: it is rate limited" in str(caught.value.why)
    assert caught.value.soonest is not None
    assert "hermes fallback reset" in str(caught.value.hint)
    assert len(world.asked()) == 3


@BOTH
def test_a_benched_primary_is_not_replaced_without_leave(world: World, asked: Ask) -> None:
    """`auto_activate: false`: leave is asked before the first request, and nothing goes out without it."""
    world.configure(auto_activate="false")
    script(world, main="unauthorized")
    with pytest.raises(Unanswered):
        asked(world)
    with pytest.raises(Unanswered) as caught:
        asked(world)
    assert caught.value.kind == "not-permitted"
    assert world.asked() == ["main"]


def test_leave_is_asked_for_the_way_back_too(world: World) -> None:
    """In the middle of a turn the link that answered may be benched by others, and the primary well again."""
    world.configure(auto_activate="false")
    script(world, main=["unauthorized", "ok"], spare="tool_call")
    plan, asked = world.runtime.plan(), []
    with Session(plan, may_move=lambda notice: not asked.append(str(notice))) as session:
        (call,) = session.ask("weather?", Options(tools=(TOOL,))).tool_calls
        state(world).reset(None)
        for route in plan.routes[1:]:
            bench_host(world, route.subject)
        assert session.resume({call.id: "sunny"}).served_by.model == "main-model"
    assert asked[1] == (
        "custom:spare-model is benched for 60 s: it cannot be reached; going on with custom:main-model"
    )


def bench_host(world: World, whole: Subject) -> None:
    """Do what another process would that finds the host dead."""
    now = time.time()
    bench = Bench(subject=whole.at(Grain.HOST), reason=Reason.CONNECTION, since=now, until=now + 60)
    state(world).bench(bench, generation=state(world).health().generation)


def test_where_notices_are_off_nothing_is_told(world: World) -> None:
    """`notify: false` silences a switch, a skip and the return; the receipts still have them."""
    world.configure(notify="false")
    script(world, main=["null_content", "null_content", "unauthorized"])
    told: list[Notice] = []
    with Session(world.runtime.plan(), on_notice=told.append) as session:
        for _ in range(3):
            session.ask("hello")
    assert told == []
    assert skips(journal(world)[0])["main-model"][0] is SkipKind.BENCHED


def test_a_provider_named_by_hand_is_asked_though_it_is_benched_and_is_well_again_once_it_answers(
    world: World,
) -> None:
    """`--provider`: the user's word counts before a bench, and the answer lifts it for everybody."""
    script(world, main=["unauthorized", "ok"])
    assert ask(world).served_by.model == "spare-model"
    assert state(world).health().benches
    with Session(world.runtime.plan(provider="custom")) as session:
        assert session.ask("hello").served_by.model == "main-model"
    assert not state(world).health().benches
    assert ask(world).served_by.model == "main-model"


@pytest.mark.parametrize(
    ("own", "named"),
    [
        ({"spend": "{max_usd_per_day: 5}"}, "fallback.spend.max_usd_per_day"),
        ({"state": "redis://user:planted@far.example/0"}, "fallback.state: redis://…"),
    ],
    ids=["a cap on spending", "redis"],
)
def test_what_is_not_there_yet_is_refused_and_not_overlooked(
    world: World, own: dict[str, object], named: str
) -> None:
    """A cap that is not held, or benches that are not shared, would be worse than none. Exit 2."""
    world.configure(**own)
    with pytest.raises(UsageError) as caught:
        ask(world)
    assert caught.value.exit_code == ExitCode.USAGE
    assert named in caught.value.what
    assert "planted" not in f"{caught.value} {caught.value.why} {caught.value.hint}"
    assert world.asked() == []


def hermes(world: World, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hermes_fallback", *argv],
        env=world.environ,
        input="",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def test_a_bench_outlives_the_process_until_it_is_reset(world: World) -> None:
    """Each command is a process of its own, and all know the same."""
    script(world, main=["unauthorized", "ok"])
    for _ in range(2):
        hermes(world, "chat", "-q", "hello")
    assert world.asked() == ["main", "spare", "spare"]
    assert "custom" in hermes(world, "fallback", "reset", "0").stdout
    served = json.loads(hermes(world, "chat", "-q", "hello", "--json").stdout)["served_by"]
    assert served["model"] == "main-model"


def test_a_lesson_outlives_the_process(world: World) -> None:
    """What one found out, the next one knows."""
    script(world, main=[NO_TOOLS, "ok"])
    code = (
        "from hermes_fallback import Options, Session\n"
        f"print(Session.open().ask('hello', Options(tools=({TOOL!r},))).served_by.model)"
    )
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=world.environ,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert done.stdout == "spare-model\n"
    assert world.asked() == ["main", "spare", "spare"]
    assert learnt(world) == [Lesson(tools=False)]


def test_a_skip_is_told_once_and_so_is_the_return(world: World) -> None:
    """Three turns on the spare are one notice; the way back is another."""
    script(world, main=["unauthorized", "ok"])
    ask(world)
    told: list[Notice] = []
    with Session(world.runtime.plan(), on_notice=told.append) as session:
        for _ in range(3):
            session.ask("hello")
        state(world).reset(None)
        for _ in range(2):
            session.ask("hello")
    assert [notice.kind for notice in told] == [NoticeKind.SKIPPED, NoticeKind.RETURNED]
    assert str(told[0]) == (
        "custom:main-model is benched for 5 min: it refuses the key; going on with custom:spare-model"
    )


def test_a_receipt_tells_each_attempt_as_the_provider_knows_it(world: World) -> None:
    """Request ids to give to support, tokens, when each began, what it was benched with and until when."""
    script(world, main={"behaviour": "rate_limit", "retry_after": 90})
    answer = ask(world)
    failed, answered = answer.receipt.attempts
    assert [failed.request_id, answered.request_id] == [each.request_id for each in world.loopback.received()]
    assert failed.benched is not None
    assert (failed.benched.grain, failed.benched.is_given) == (Grain.ROUTE, True)
    assert 80 < failed.benched.until - answer.receipt.began_at < 100
    assert 0 <= failed.began_ms < answered.began_ms < answer.receipt.ms
    assert answered.input_tokens
    assert answered.output_tokens
    skipped = ask(world).receipt.skipped
    assert [(each.model, each.until) for each in skipped] == [
        ("main-model", pytest.approx(failed.benched.until))
    ]


def test_tokens_of_an_answer_that_breaks_are_noted_as_wasted(world: World) -> None:
    """Where the provider counts the prompt at the beginning, a cut answer has cost that much."""
    say(world, "main", "api_mode: anthropic_messages")
    script(world, main={"behaviour": "cut", "text": "one two three four", "after": 2})
    receipt = ask(world).receipt
    broken = receipt.attempts[0]
    assert broken.input_tokens
    assert broken.discarded_chars
    assert receipt.restarts == len(receipt.attempts) - 1


def test_when_all_fail_the_error_names_the_root_cause_first_and_what_helps(world: World) -> None:
    """Every attempt with its reason, the first one's before the others', and when the soonest is usable."""
    script(
        world,
        main="unauthorized",
        spare={"behaviour": "rate_limit", "retry_after": 40},
        third="model_not_found",
    )
    with pytest.raises(Unanswered) as caught:
        ask(world)
    error = caught.value
    assert [(each.model, each.reason, each.status) for each in error.attempts] == [
        ("main-model", "auth", 401),
        ("spare-model", "rate_limit", 429),
        ("third-model", "model_not_found", 404),
    ]
    assert all(each.request_id and each.ms for each in error.attempts)
    assert str(error.why).startswith("custom:main-model refuses the key; custom:spare-model is rate limited")
    assert error.soonest == pytest.approx(error.attempts[1].benched.until)
    assert "the soonest is usable again in" in str(error.why)
    assert error.hint


@BOTH
def test_a_probe_that_is_cancelled_gives_its_lease_back(world: World, asked: Ask) -> None:
    """The next caller may try, and the journal has the turn as cancelled."""
    bench_all(world)
    script(world, main={"behaviour": "ok", "pace_s": 0.02})
    if asked is ask:
        with Session(world.runtime.plan()) as session:
            next(event for event in session.stream("hello") if isinstance(event, Said))
    else:
        asyncio.run(_hear_a_word(world))
    assert not state(world).health().leases
    cancelled = journal(world)[0]
    assert (cancelled.outcome, cancelled.served_by) == ("cancelled", None)
    assert [each.is_probe for each in cancelled.attempts] == [True]


async def _hear_a_word(world: World) -> None:
    async with AsyncSession(world.runtime.plan()) as session:
        async for event in session.stream("hello"):
            if isinstance(event, Said):
                return
