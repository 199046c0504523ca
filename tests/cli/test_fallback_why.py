"""`hermes fallback why`: the story of a past turn."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.why import Told, story_text
from hermes_fallback.journal.writer import Journal
from hermes_fallback.model.bench import Grain
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Attempt, Benched, Receipt, ServedBy, SkipKind, Skipped

NOON = 1_700_049_600.0
"""12:00:00 UTC on 15 November 2023."""

OVERLOADED = Attempt(
    position=0,
    provider="anthropic",
    model="claude-sonnet-4-6",
    action="retry",
    reason=Reason.OVERLOADED,
    rule="status:529",
    status=529,
    ms=812.0,
    detail="Overloaded \x1b[31m",
    request_id="req_011CSHo",
    credential="ANTHROPIC_API_KEY",
)
AGAIN = replace(
    OVERLOADED,
    action="advance",
    waited_s=0.188,
    began_ms=1000.0,
    ms=612.0,
    detail=None,
    benched=Benched(grain=Grain.MODEL, until=NOON + 31),
    input_tokens=812,
)
ANSWER = Attempt(
    position=2,
    provider="openrouter",
    model="x/y",
    action="answer",
    began_ms=1612.0,
    ms=1212.0,
    first_ms=340.0,
    input_tokens=800,
    output_tokens=90,
)
BENCHED = Skipped(1, "zai", "glm-4.6", "is benched for 45 s: it is rate limited", SkipKind.BENCHED, NOON + 45)
SERVED = ServedBy(
    position=2,
    provider="openrouter",
    model="x/y",
    base_url="https://o.example/v1",
    credential="OPENROUTER_API_KEY",
)
ANSWERED = Receipt(
    turn="3f9a12c4b0d1",
    attempts=(OVERLOADED, AGAIN, ANSWER),
    skipped=(BENCHED,),
    served_by=SERVED,
    requested="anthropic:claude-sonnet-4-6",
    began_at=NOON,
    ms=2824.0,
)
STORY = """\
turn 3f9a12c4b0d1
  began     2023-11-15 12:00:00 UTC, took 2.8 s
  asked for anthropic:claude-sonnet-4-6
  outcome   answered by openrouter:x/y
  tokens    800 in, 90 out
  wasted    812 in
timeline
      0 ms  0 anthropic:claude-sonnet-4-6 is overloaded
              HTTP 529, after 812 ms, tried again
              "Overloaded \\x1b[31m"
    812 ms    waited 188 ms
     1.0 s  0 anthropic:claude-sonnet-4-6 is overloaded
              HTTP 529, after 612 ms, moved on
              benched: this model at its host, until 12:00:31 (our guess)
     1.6 s  2 openrouter:x/y answered
              after 1.2 s, first content after 340 ms
not tried
  1  zai:glm-4.6 is benched for 45 s: it is rate limited, until 12:00:45
"""
REFUSED = Attempt(
    position=0,
    provider="openai",
    model="gpt-5",
    action="advance",
    reason=Reason.AUTH,
    status=401,
    credential="OPENAI_API_KEY",
    benched=Benched(grain=Grain.CREDENTIAL, until=math.inf, is_given=True),
)
FAILED = Receipt(turn="77aa", attempts=(REFUSED,), skipped=(BENCHED,), began_at=NOON, outcome="exhausted")

Keep = Callable[..., None]


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.fixture
def keep(home: Path) -> Keep:
    """Puts turns into the home's journal."""

    def write(*turns: Receipt) -> None:
        journal = Journal(home / "fallback" / "journal")
        for each in turns:
            journal.write(each)
        journal.flush()

    return write


def story(receipt: Receipt, *, width: int | None = None, color: bool = False, verbose: bool = False) -> str:
    """The story of one turn on a page of *width* columns."""
    canvas = Canvas(width=width, has_color=color)
    return story_text(Told(receipts=(receipt,), is_verbose=verbose), canvas)


@pytest.mark.parametrize("words", [(), ("last",), ("3f9a12c4b0d1",), ("3f9a",)], ids=" ".join)
def test_the_story_of_a_turn_is_a_timeline(hermes: Hermes, keep: Keep, words: tuple[str, ...]) -> None:
    """When, what was asked for, each attempt and what followed, what was passed over, who answered."""
    keep(FAILED, ANSWERED)
    result = hermes("fallback", "why", *words)
    assert (result.status, result.out, result.err) == (0, STORY, "")


def test_verbose_names_the_rules_and_what_support_asks_for(hermes: Hermes, keep: Keep) -> None:
    """The rule, the request's id, the key's variable, the address."""
    keep(ANSWERED)
    out = hermes("fallback", "why", "-v").out
    for words in (
        "rule status:529",
        "request req_011CSHo",
        "key ANTHROPIC_API_KEY",
        "at https://o.example/v1",
    ):
        assert words in out
        assert words not in STORY


def test_a_turn_that_failed_says_what_helps(hermes: Hermes, keep: Keep) -> None:
    """When the next link is usable, and what mends each failure."""
    keep(FAILED)
    out = hermes("fallback", "why").out
    assert "outcome   no link answered\n" in out
    assert "benched: this key, until it is changed\n" in out
    assert "what helps\n  wait until 12:00:45, when zai:glm-4.6 is tried again\n" in out
    assert "replace the key of openai:gpt-5 (OPENAI_API_KEY), then: hermes fallback test\n" in out


def test_a_turn_with_one_link_is_advised_to_have_another() -> None:
    """That is what the chain is for."""
    assert "hermes fallback add" in story(replace(FAILED, skipped=()))
    assert "hermes fallback add" not in story(FAILED)


@pytest.mark.parametrize(
    ("outcome", "helps"),
    [
        ("interrupted", "`fallback.midstream: restart`"),
        ("not-permitted", "hermes fallback auto on"),
        ("deadline", "raise `fallback.deadline`"),
        ("benched", "hermes fallback reset --all"),
    ],
)
def test_an_end_that_another_link_would_not_have_changed_asks_for_none(outcome: str, helps: str) -> None:
    """The chain may be long: what ended the turn was a setting, or the clock."""
    out = story(replace(FAILED, skipped=(), outcome=outcome))
    assert helps in out
    assert "hermes fallback add" not in out


@pytest.mark.parametrize(
    ("status", "told"), [(None, "  Connection refused\n"), (500, '  "Connection refused"\n')]
)
def test_only_a_provider_is_quoted(status: int | None, told: str) -> None:
    """What this machine says of its own network stands without quotes, and never with an error's number."""
    refused = replace(OVERLOADED, status=status, detail="[Errno 111] Connection refused")
    assert told in story(replace(ANSWERED, attempts=(refused,)))


def test_an_answer_that_stayed_broken_was_not_taken_back() -> None:
    """With `fallback.midstream: raise` its beginning stays on the screen."""
    cut = replace(AGAIN, reason=Reason.INVALID_RESPONSE, action="stop", discarded_chars=11)
    out = story(replace(ANSWERED, attempts=(cut,), outcome="interrupted"))
    assert "broke off after 11 characters\n" in out
    assert "taken back" not in out


def test_verbose_says_what_was_not_sent_as_it_stands() -> None:
    """The conversation is made to fit who is asked."""
    changed = replace(OVERLOADED, changed="an empty message was left out")
    out = story(replace(ANSWERED, attempts=(changed,)), verbose=True)
    assert "changed an empty message was left out\n" in out


def test_who_answered_an_earlier_step_is_not_blamed_for_the_last() -> None:
    """A turn may fail at its second step, after a tool call."""
    assert "outcome   no link answered\n" in story(replace(ANSWERED, outcome="exhausted", steps=2))


def test_a_time_on_another_day_has_its_date() -> None:
    """A quota's reset next month is not mistaken for this noon."""
    benched = replace(BENCHED, until=NOON + 86400)
    assert "until 2023-11-16 12:00\n" in story(replace(ANSWERED, skipped=(benched,))) + "\n"


def test_an_answer_that_began_anew_says_how_much_was_taken_back() -> None:
    """Who saw it vanish finds out why."""
    cut = replace(AGAIN, reason=Reason.INVALID_RESPONSE, discarded_chars=1)
    out = story(replace(ANSWERED, attempts=(cut, ANSWER), restarts=1))
    assert "restarts  1, 1 character taken back" in out


@pytest.mark.parametrize("width", [80, 40])
def test_the_story_fits_its_page(width: int) -> None:
    """Windows beside a log are narrow; only what cannot be broken is longer."""
    long = [line for line in story(ANSWERED, width=width, verbose=True).splitlines() if len(line) > width]
    assert all(len(line.split()[-1]) > width - 16 for line in long)
    assert width == 40 or not long


def test_colour_is_only_where_it_is_wanted() -> None:
    """With NO_COLOR not one escape byte is printed, whatever the provider said."""
    assert "\x1b" not in story(ANSWERED)
    assert "\x1b[31m      0 ms  0 anthropic:claude-sonnet-4-6 is overloaded\x1b[0m" in story(
        ANSWERED, color=True
    )


def test_json_of_one_turn_is_a_list_of_one(hermes: Hermes, keep: Keep) -> None:
    """The receipt, field by field, times in RFC 3339."""
    keep(FAILED, ANSWERED)
    document = hermes("fallback", "why", "3f9a", "--json").document
    (turn,) = document["turns"]
    assert (document["schema"], turn["turn"], turn["began_at"]) == (
        1,
        "3f9a12c4b0d1",
        "2023-11-15T12:00:00.000Z",
    )
    assert turn["attempts"][0]["detail"] == "Overloaded \\x1b[31m"
    assert turn["skipped"][0]["until"] == "2023-11-15T12:00:45.000Z"


def test_since_lists_the_turns_of_that_time_the_latest_last(hermes: Hermes, keep: Keep) -> None:
    """When, which, how it ended, who answered, after how much trouble."""
    now = time.time()
    keep(replace(FAILED, turn="old", began_at=now - 7200), replace(FAILED, began_at=now - 5))
    keep(replace(ANSWERED, began_at=now - 3))
    _, *rows = hermes("fallback", "why", "--since", "1h").out.splitlines()
    told = [row.split(None, 1)[1] for row in rows if not row.startswith("20")]
    assert told == [
        "77aa  no link answered after 1 failed attempt",
        "3f9a12c4b0d1  answered by openrouter:x/y after 2 failed attempts",
    ]


def test_since_as_json_has_every_turn_whole(hermes: Hermes, keep: Keep) -> None:
    """For programs that count outages."""
    keep(replace(FAILED, began_at=time.time() - 5), replace(ANSWERED, began_at=time.time() - 3))
    document = hermes("fallback", "why", "--since", "30m", "--json").document
    assert [each["outcome"] for each in document["turns"]] == ["exhausted", "answered"]


@pytest.mark.parametrize("words", [(), ("last",), ("--since", "1h")], ids=["bare", "last", "since"])
def test_a_home_in_which_nothing_was_asked_says_how_to_begin(hermes: Hermes, words: tuple[str, ...]) -> None:
    """That is no failure."""
    result = hermes("fallback", "why", *words)
    assert (result.status, "hermes chat" in result.out) == (0, True)
    assert hermes("fallback", "why", *words, "--json").document["turns"] == []


def test_quiet_times_are_told_apart_from_a_new_home(hermes: Hermes, keep: Keep) -> None:
    """There are turns, only not then."""
    keep(ANSWERED)
    assert hermes("fallback", "why", "--since", "1h").out.startswith("no turn in the last 1h")


def test_an_unknown_turn_is_exit_5_with_the_one_that_was_meant(hermes: Hermes, keep: Keep) -> None:
    """By a slip in its id."""
    keep(ANSWERED, FAILED)
    result = hermes("fallback", "why", "3f9a13c4", "--json")
    assert (result.status, result.error["kind"]) == (5, "unknown-turn")
    assert "`3f9a12c4b0d1`" in result.error["hint"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("3",), "2 turns begin with"),
        (("3f", "--since", "1h"), "both"),
        (("--since", "soon"), "length of time"),
    ],
    ids=["ambiguous", "both", "no-time"],
)
def test_what_cannot_be_meant_is_exit_2(
    hermes: Hermes, keep: Keep, words: tuple[str, ...], said: str
) -> None:
    """With what to type instead."""
    keep(ANSWERED, replace(ANSWERED, turn="3b"))
    result = hermes("fallback", "why", *words)
    assert (result.status, said in result.err, "hint:" in result.err) == (2, True, True)


def test_a_config_that_cannot_be_read_hides_no_story(
    hermes: Hermes, keep: Keep, config: Callable[[str], Path]
) -> None:
    """It may be the very cause that is looked for."""
    config("model: [")
    keep(ANSWERED)
    assert hermes("fallback", "why").out == STORY


def test_a_journal_that_cannot_be_read_is_exit_8(hermes: Hermes, home: Path) -> None:
    """Not the same as having nothing to tell."""
    (home / "fallback" / "journal" / "turns.jsonl").mkdir(parents=True)
    result = hermes("fallback", "why")
    assert (result.status, "cannot be read" in result.err) == (8, True)


def test_the_shell_completes_the_latest_turns(hermes: Hermes, keep: Keep) -> None:
    """Each with how it ended, the latest first."""
    keep(FAILED, ANSWERED)
    out = hermes("__complete", "turns", "--begun=", "--provider=", "fallback", "why").out
    assert out == "last\tthe latest\n3f9a12c4b0d1\tanswered\n77aa\texhausted\n"
