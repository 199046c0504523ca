"""`hermes fallback classify`: what a failure is taken for, and what would follow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import Hermes

DATA = Path(__file__).parents[1] / "data"
QUOTA = '{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'


def test_json_has_the_reason_the_rule_and_the_action(hermes: Hermes) -> None:
    """The fields that scripts rely on, and what is known beside them."""
    document = hermes("fallback", "classify", "--json", "--status", "429", QUOTA).document
    assert document["schema"] == 1
    assert (document["reason"], document["rule"]) == ("quota", "code:insufficient_quota")
    assert document["retry_after_s"] is None
    assert document["action"] == {"retry": False, "rotate": True, "advance": True, "bench_s": 3600.0}
    assert (document["grain"], document["about"], document["lacks"]) == ("credential", "usual", None)
    assert document["message"] == "You exceeded your quota"


def test_text_tells_the_same_in_words(hermes: Hermes) -> None:
    """The reason first, then what says so and what would be done."""
    out = hermes("fallback", "classify", "--status", "429", QUOTA).out
    assert out.startswith("quota\n  said   You exceeded your quota\n  rule   code:insufficient_quota\n")
    assert "another key of the same link, where there is one, then the next link" in out
    assert out.endswith("  bench  1 h for the key\n")


@pytest.mark.parametrize("words", [["-"], []], ids=["dash", "nothing"])
def test_a_failure_may_come_from_stdin(hermes: Hermes, words: list[str]) -> None:
    """An answer with its headers, as `curl -i` prints it."""
    dump = f"HTTP/1.1 429 Too Many Requests\r\nretry-after: 432\r\n\r\n{QUOTA}"
    out = hermes("fallback", "classify", *words, stdin=dump).out
    assert out.startswith("quota\n")
    assert "7 min 12 s, as the provider asks" in out


def test_a_dead_credential_is_benched_without_end(hermes: Hermes) -> None:
    """JSON has no infinity: the bench has a grain and no length."""
    text = '{"error": "invalid_grant"}'
    document = hermes("fallback", "classify", "--json", text).document
    assert (document["reason"], document["about"]) == ("auth", "terminal")
    assert (document["grain"], document["action"]["bench_s"]) == ("credential", None)
    assert "until it is another one or proves well" in hermes("fallback", "classify", text).out


def test_sizes_and_lacks_are_told(hermes: Hermes) -> None:
    """What the caller's compression needs to know, and what a link has been found to lack."""
    text = "prompt is too long: 210000 tokens > 200000 maximum"
    out = hermes("fallback", "classify", text).out
    assert "the prompt has 210,000 tokens; the model holds 200,000 tokens" in out
    assert "nothing: the error is shown" in out
    assert "the model takes no tools" in hermes("fallback", "classify", "x does not support tools").out


def test_what_a_provider_says_cannot_steer_the_terminal(hermes: Hermes) -> None:
    """Controls in its words are made visible."""
    assert "\x1b" not in hermes("fallback", "classify", "overloaded \x1b[2J now").out
    assert "\x1b" not in hermes("fallback", "classify", "--json", "overloaded \x1b[2J now").out


def test_the_users_own_rules_come_first(hermes: Hermes, home: Path) -> None:
    """A rule of the home decides, and is named; one that cannot be read is warned of and costs itself alone."""
    folder = home / "fallback" / "classify.d"
    folder.mkdir(parents=True)
    (folder / "acme.yaml").write_text('- {reason: quota, provider: acme, text: "daily bucket empty"}\n')
    (folder / "bad.yaml").write_text("- {reason: nonsense, status: 400}\n")
    result = hermes("fallback", "classify", "--json", "--provider", "acme", "Daily bucket empty")
    assert (result.document["reason"], result.document["rule"]) == ("quota", "user:acme.yaml:1")
    assert "bad.yaml" in result.err
    assert "`nonsense` is no `reason`" in result.err


def test_many_are_judged_line_by_line(hermes: Hermes) -> None:
    """One result a line, in order, each with the id of its line."""
    file = DATA / "failures.jsonl"
    results = [
        json.loads(line) for line in hermes("fallback", "classify", "--jsonl", str(file)).out.splitlines()
    ]
    given = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [each["id"] for each in results] == [each["id"] for each in given]
    right = [
        got["reason"] in (row["expect"], *row.get("also", ()))
        for got, row in zip(results, given, strict=True)
    ]
    assert sum(right) >= 0.98 * len(right)


def test_a_line_that_is_no_object_is_named_after_the_good_ones(hermes: Hermes) -> None:
    """What came before it has been answered; empty lines are passed over."""
    lines = '{"status": 503}\n\n[1]\n{"status": 500}\n'
    result = hermes("fallback", "classify", "--jsonl", "-", stdin=lines)
    assert result.status == 2
    assert [json.loads(line)["reason"] for line in result.out.splitlines()] == ["overloaded"]
    assert "stdin line 3 is not a JSON object" in result.err


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--jsonl", "x", "text"], 2, "--jsonl takes neither"),
        (["--jsonl", "no-such-file"], 8, "`no-such-file` cannot be read"),
        (["--status", "42", "x"], 2, "--status"),
        ([" "], 2, "the failure is empty"),
    ],
    ids=["both", "no file", "no status", "empty"],
)
def test_what_cannot_be_judged_is_refused(hermes: Hermes, words: list[str], status: int, told: str) -> None:
    """With the documented status, and what to do instead."""
    result = hermes("fallback", "classify", *words)
    assert result.status == status
    assert told in result.err
