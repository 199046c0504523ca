"""Global options stand before or after the command, and mean the same."""

from __future__ import annotations

import pytest
from program import Hermes

from hermes_fallback.cli.options import Options, is_given, read_globals

READ = {
    "none": (["fallback", "list"], Options(), ["fallback", "list"]),
    "before": (["--json", "fallback"], Options(json=True), ["fallback"]),
    "after": (["fallback", "--json", "--no-input"], Options(json=True, no_input=True), ["fallback"]),
    "value": (["--home", "/h", "fallback"], Options(home="/h"), ["fallback"]),
    "value-with-equals": (["fallback", "--home=/h"], Options(home="/h"), ["fallback"]),
    "short": (["-p", "work", "-v", "-q"], Options(profile="work", verbose=True, quiet=True), []),
    "colour": (["--color", "never", "--debug"], Options(color="never", debug=True), []),
    "other-words-stay": (["fallback", "add", "--at", "1"], Options(), ["fallback", "add", "--at", "1"]),
}


@pytest.mark.parametrize(("argv", "options", "words"), READ.values(), ids=READ)
def test_the_fast_path_reads_global_options(argv: list[str], options: Options, words: list[str]) -> None:
    """Options are told from words, wherever they stand."""
    assert read_globals(argv) == (options, words)


@pytest.mark.parametrize(
    "argv",
    [["--home"], ["--home", "--json"], ["--home="], ["--color", "blue"], ["--json=yes"]],
    ids=["no-value", "an-option-for-a-value", "empty-value", "no-choice", "a-value-for-a-flag"],
)
def test_what_is_doubtful_is_left_to_the_full_parser(argv: list[str]) -> None:
    """The fast path takes nothing that it does not fully understand."""
    assert read_globals(argv) is None


@pytest.mark.parametrize(
    ("argv", "expected"), [(["x", "--json"], True), (["x"], False), (["--", "--json"], False)]
)
def test_a_flag_is_seen_among_words_that_do_not_parse(argv: list[str], expected: bool) -> None:
    """What follows `--` is no option."""
    assert is_given("--json", argv) is expected


@pytest.mark.parametrize(
    "command", [("model", "show"), ("providers", "list"), ("config", "path"), ("resolve", "x", "y")]
)
def test_global_options_may_stand_anywhere(hermes: Hermes, command: tuple[str, ...]) -> None:
    """Before the group, between the words and at the end, `--json` gives the same."""
    first, *rest = command
    results = {
        hermes("--json", *command),
        hermes(first, "--json", *rest),
        hermes(*command, "--json"),
    }
    assert len(results) == 1
    assert next(iter(results)).out[:1] in {"{", ""}


def test_home_and_profile_choose_the_home(hermes: Hermes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """--home beats HERMES_HOME; -p names a profile below it."""
    other = tmp_path_factory.mktemp("other")
    (other / "profiles" / "work").mkdir(parents=True)
    assert hermes("config", "path", "--home", str(other)).out == f"{other}/config.yaml\n"
    found = hermes("config", "path", "-p", "work", env={"HERMES_HOME": str(other)})
    assert found.out == f"{other}/profiles/work/config.yaml\n"


def test_an_unknown_profile_is_not_found(hermes: Hermes) -> None:
    """A profile that is not there is no reason to use another."""
    result = hermes("fallback", "list", "-p", "nowhere")
    assert result.status == 5
    assert "nowhere" in result.err


def test_a_home_that_is_a_file_is_refused(hermes: Hermes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The file system's no is exit 8, on the fast path as well."""
    file = tmp_path_factory.mktemp("x") / "file"
    file.write_text("")
    assert hermes("fallback", "list", "--home", str(file)).status == 8


def test_q_is_the_question_of_chat_and_quiet_elsewhere(hermes: Hermes) -> None:
    """`chat -q` takes text; `--quiet` is spelled out there."""
    assert "-q, --question TEXT" in hermes("chat", "--help").out
    assert "  --quiet" in hermes("chat", "--help").out
    assert "-q, --quiet" in hermes("model", "set", "--help").out


def test_a_colour_that_is_no_choice_is_a_usage_error(hermes: Hermes) -> None:
    """A bad value names the choices."""
    result = hermes("fallback", "list", "--color", "blue")
    assert result.status == 2
    assert "auto, always, never" in result.err
