"""`hermes fallback add`, `remove`, `move`, `clear`, `apply` and `auto`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from program import Hermes, Result

MODEL = "anthropic/claude-sonnet-4"
BEFORE = """\
# my notes
model: {provider: openrouter, default: openai/gpt-5}   # stays

fallback_providers:
  - provider: custom     # local
    model: qwen3:8b
    base_url: http://localhost:11434/v1
  - provider: custom
    model: llama
    base_url: http://localhost:8000/v1

display: {skin: default}
"""


@pytest.fixture
def path(config: Callable[[str], Path]) -> Path:
    return config(BEFORE)


def links(result: Result) -> list[str]:
    return [f"{each['provider']}:{each['model']}" for each in result.document["chain"]]


def test_add_appends_a_link_and_leaves_every_other_byte(hermes: Hermes, path: Path) -> None:
    """The documented call changes the block of the chain and nothing else."""
    result = hermes("fallback", "add", "openrouter", MODEL, "--no-input", "--force", "--json")
    assert result.status == 0
    document = result.document
    assert (document["schema"], document["changed"], document["dry_run"]) == (1, True, False)
    assert f"+    model: {MODEL}" in document["diff"]
    assert links(result) == ["custom:qwen3:8b", "custom:llama", f"openrouter:{MODEL}"]
    added = f"  - provider: openrouter\n    model: {MODEL}\n"
    assert path.read_text() == BEFORE.replace("8000/v1\n", f"8000/v1\n{added}")


def test_add_says_what_changed_and_the_way_back(hermes: Hermes, path: Path) -> None:
    """The position, and the command that undoes it."""
    out = hermes("fallback", "add", "custom", "phi", "--base-url", "http://localhost:9/v1", "--first").out
    assert "added `custom:phi` at position 1" in out
    assert "hermes config undo" in out
    assert hermes("config", "undo").status == 0
    assert path.read_text() == BEFORE


def test_add_writes_the_fields_it_was_given(hermes: Hermes, path: Path) -> None:
    """Each option is a field of the entry; --at is its place."""
    result = hermes(
        *("fallback", "add", "custom", "m", "--base-url", "http://localhost:9/v1", "--key-env", "MY_KEY"),
        *(
            "--api-mode",
            "chat_completions",
            "--context-length",
            "8192",
            "--cost",
            "local",
            "--zone",
            "device",
        ),
        *("--at", "2", "--force", "--json"),
    )
    link = result.document["chain"][1]
    assert result.document["position"] == 2
    assert [link[name] for name in ("base_url", "key_env", "api_mode", "context_length", "cost", "zone")] == [
        "http://localhost:9/v1",
        "MY_KEY",
        "chat_completions",
        8192,
        "local",
        "device",
    ]


def test_add_of_a_link_that_stands_changes_nothing(hermes: Hermes, path: Path) -> None:
    """Twice is once: exit 0, `changed: false`, and the position is said."""
    again = ("fallback", "add", "custom", "llama", "--base-url", "http://localhost:8000/v1")
    result = hermes(*again, "--json")
    assert (result.status, result.document["changed"], result.document["position"]) == (0, False, 2)
    assert "at position 2 already" in hermes(*again).out
    assert path.read_text() == BEFORE


def test_a_dry_run_prints_the_diff_and_writes_nothing(hermes: Hermes, path: Path) -> None:
    """What would change, as a unified diff."""
    result = hermes("fallback", "add", "openrouter", MODEL, "--force", "--dry-run")
    assert result.status == 0
    assert "nothing was written" in result.out
    assert f"+    model: {MODEL}\n" in result.out
    assert path.read_text() == BEFORE


ADD_REFUSED = {
    "no-provider": ((), 2, "PROVIDER is missing"),
    "no-model": (("openrouter",), 2, "MODEL is missing"),
    "unknown-provider": (("opnrouter", "m"), 5, "did you mean `openrouter`"),
    "equals-primary": (("openrouter", "openai/gpt-5", "--force"), 2, "is the primary"),
    "not-ready": (("openrouter", MODEL), 4, "OPENROUTER_API_KEY"),
    "bad-url": (("custom", "m", "--base-url", "localhost"), 2, "--base-url"),
    "bad-cost": (("openrouter", MODEL, "--cost", "dear"), 2, "metered"),
    "bad-zone": (("openrouter", MODEL, "--zone", "moon"), 2, "--zone"),
    "bad-window": (("openrouter", MODEL, "--context-length", "0"), 2, "--context-length"),
    "key-for-a-name": (("openrouter", MODEL, "--key-env", "sk-or-v1-0123456789abcdef"), 2, "--key-env"),
    "bad-position": (("openrouter", MODEL, "--at", "9", "--force"), 2, "position 9"),
    "two-positions": (("openrouter", MODEL, "--at", "2", "--first"), 2, "--first and --at"),
    "store": (("openrouter", MODEL, "--store", "vault"), 2, "--store env"),
}


@pytest.mark.parametrize(("words", "status", "what"), ADD_REFUSED.values(), ids=ADD_REFUSED)
def test_add_refuses_with_its_status_and_the_way_out(
    hermes: Hermes, path: Path, words: tuple[str, ...], status: int, what: str
) -> None:
    """A refusal names what to give; the file stays as it was, and a key that was typed is not repeated."""
    result = hermes("fallback", "add", *words, "--no-input")
    assert (result.status, result.out) == (status, "")
    assert what in result.err
    assert "0123456789abcdef" not in result.err
    assert path.read_text() == BEFORE


def test_the_error_of_a_link_that_is_not_ready_names_force(hermes: Hermes, path: Path) -> None:
    """Whoever wants the link before its key knows how to get it."""
    assert "--force" in hermes("fallback", "add", "openrouter", MODEL).err


@pytest.mark.parametrize("answer", ["n\n", "\n", ""], ids=["no", "enter", "end-of-input"])
def test_no_at_a_question_changes_nothing_and_is_no_error(hermes: Hermes, path: Path, answer: str) -> None:
    """Anything but yes is no: exit 0, and nothing changed."""
    assert hermes("fallback", "clear", tty=True, stdin=answer).status == 0
    assert path.read_text() == BEFORE


NEVER_ASKS = {
    "no-input": (("--no-input",), {}),
    "json": (("--json",), {}),
    "ci": ((), {"CI": "true"}),
}


@pytest.mark.parametrize(("words", "env"), NEVER_ASKS.values(), ids=NEVER_ASKS)
def test_nobody_is_asked_where_nobody_should_be(
    hermes: Hermes, path: Path, words: tuple[str, ...], env: dict[str, str]
) -> None:
    """--no-input, --json and CI turn every question into the error that names the flag."""
    result = hermes("fallback", "clear", *words, tty=True, stdin="y\n", env=env)
    assert result.status == 2
    assert "--yes" in result.err
    assert path.read_text() == BEFORE


@pytest.mark.parametrize("word", ["2", "custom:llama"])
@pytest.mark.parametrize("verb", ["remove", "rm"])
def test_remove_takes_a_link_out(hermes: Hermes, path: Path, verb: str, word: str) -> None:
    """By position or by name; what went is said."""
    result = hermes("fallback", verb, word)
    assert result.status == 0
    assert "removed `custom:llama`" in result.out
    assert "llama" not in path.read_text()
    assert "# local" in path.read_text()


def test_remove_takes_several_at_once(hermes: Hermes, path: Path) -> None:
    """Positions are those of before: none shifts while the others go."""
    result = hermes("fallback", "remove", "1", "2", "--json")
    assert links(result) == []
    assert result.document["changed"] is True


REMOVE_REFUSED = {
    "no-link": ((), 2, "1 custom:qwen3:8b, 2 custom:llama"),
    "unknown": (("zai",), 5, "no link `zai`"),
    "far": (("7",), 5, "no link at position 7"),
    "primary": (("0",), 5, "position 0"),
    "several": (("custom",), 2, "positions 1, 2"),
}


@pytest.mark.parametrize(("words", "status", "what"), REMOVE_REFUSED.values(), ids=REMOVE_REFUSED)
def test_remove_refuses_what_names_no_single_link(
    hermes: Hermes, path: Path, words: tuple[str, ...], status: int, what: str
) -> None:
    """Without a link the positions are shown; a word for several lists them."""
    result = hermes("fallback", "remove", *words)
    assert result.status == status
    assert what in result.err
    assert path.read_text() == BEFORE


def test_move_reorders(hermes: Hermes, path: Path) -> None:
    """The link goes to its place, the others close up; its comments go along."""
    result = hermes("fallback", "move", "2", "1")
    assert "moved `custom:llama` to position 1" in result.out
    text = path.read_text()
    assert text.index("llama") < text.index("# local") < text.index("qwen3:8b")


def test_move_to_where_it_stands_changes_nothing(hermes: Hermes, path: Path) -> None:
    """Already so is exit 0 and `changed: false`."""
    assert hermes("fallback", "move", "1", "1", "--json").document["changed"] is False
    assert "stands at position 1 already" in hermes("fallback", "move", "1", "1").out


@pytest.mark.parametrize(
    ("words", "status"), [((), 2), (("1",), 2), (("1", "9"), 2), (("1", "0"), 2), (("9", "1"), 5)]
)
def test_move_refuses_places_that_are_not_there(
    hermes: Hermes, path: Path, words: tuple[str, ...], status: int
) -> None:
    """A missing word, a position outside the chain, an unknown link."""
    assert hermes("fallback", "move", *words).status == status
    assert path.read_text() == BEFORE


def test_clear_empties_the_chain(hermes: Hermes, path: Path) -> None:
    """The key stays as an empty list; what went is said, ignored entries too."""
    path.write_text(BEFORE.replace("display:", "fallback_model: nonsense\ndisplay:"))
    result = hermes("fallback", "clear", "--yes")
    assert result.status == 0
    assert "custom:llama" in result.out
    assert "also removed: fallback_model" in result.out
    text = path.read_text()
    assert "fallback_providers: []\n" in text
    assert "fallback_model" not in text
    assert "display: {skin: default}" in text


def test_clear_asks_on_a_terminal(hermes: Hermes, path: Path) -> None:
    """It says how much would go, and takes a yes."""
    result = hermes("fallback", "clear", tty=True, stdin="yes\n")
    assert "remove 2 link(s)" in result.err
    assert "qwen" not in path.read_text()


def test_clear_of_an_empty_chain_changes_nothing(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Already so is exit 0."""
    config("fallback_providers: []\n")
    assert hermes("fallback", "clear", "--yes", "--json").document["changed"] is False


WANTED = [
    {"provider": "custom", "model": "llama", "base_url": "http://localhost:8000/v1"},
    {"provider": "or", "model": "x/y"},
]


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_apply_makes_the_chain_equal_to_a_file(hermes: Hermes, path: Path, tmp_path: Path, form: str) -> None:
    """YAML or JSON; what stands already keeps its text; readiness is not asked for; twice is once."""
    file = tmp_path / f"chain.{form}"
    file.write_text(
        json.dumps(WANTED)
        if form == "json"
        else "- provider: custom\n  model: llama\n  base_url: http://localhost:8000/v1\n- {provider: or, model: x/y}\n"
    )
    result = hermes("fallback", "apply", "-f", str(file), "--json")
    assert links(result) == ["custom:llama", "openrouter:x/y"]
    assert result.document["changed"] is True
    assert hermes("fallback", "apply", "-f", str(file), "--json").document["changed"] is False


def test_apply_reads_stdin(hermes: Hermes, path: Path) -> None:
    """`-f -` is stdin."""
    assert (
        links(hermes("fallback", "apply", "-f", "-", "--json", stdin=json.dumps(WANTED)))[0] == "custom:llama"
    )


def test_apply_check_writes_nothing_and_exits_1_on_a_difference(hermes: Hermes, path: Path) -> None:
    """For scripts that only ask: the document is on stdout whatever the status."""
    result = hermes("fallback", "apply", "-f", "-", "--check", "--json", stdin="[]")
    assert (result.status, result.document["changed"], result.document["dry_run"]) == (1, True, True)
    assert path.read_text() == BEFORE
    same = json.dumps(
        [{"provider": "custom", "model": "qwen3:8b", "base_url": "http://localhost:11434/v1"}, WANTED[0]]
    )
    assert hermes("fallback", "apply", "-f", "-", "--check", stdin=same).status == 0


STANDING = """\
fallback_providers:
  # the big one
  - provider: glm            # its short name
    model: glm-5
    context_length: 1000     # measured
  # the one in the cellar
  - provider: custom
    model: llama
    base_url: ${BOX}/v1
    zone: lan
"""
FITTED = {
    "same-by-alias": ([("zai", {"context_length": 1000}), ("custom", {"zone": "lan"})], []),
    "field-changes": (
        [("zai", {"context_length": 2000}), ("custom", {"zone": "lan"})],
        ["-    context_length: 1000     # measured", "+    context_length: 2000     # measured"],
    ),
    "field-goes": ([("glm", {"context_length": 1000}), ("custom", {})], ["-    zone: lan"]),
    "field-comes": (
        [("zai", {"context_length": 1000}), ("custom", {"zone": "lan", "cost": "free"})],
        ["+    cost: free"],
    ),
    "null-is-none": (
        [("zai", {"context_length": 1000, "key_env": None}), ("custom", {"zone": "lan"})],
        [],
    ),
}
_BASE: dict[str, dict[str, object]] = {
    "glm": {"provider": "glm", "model": "glm-5"},
    "zai": {"provider": "zai", "model": "glm-5"},
    "custom": {"provider": "custom", "model": "llama", "base_url": "${BOX}/v1"},
}


@pytest.mark.parametrize(("wanted", "lines"), FITTED.values(), ids=FITTED)
@pytest.mark.parametrize("box", ["http://box", None], ids=["set", "unset"])
def test_apply_changes_only_the_fields_that_differ(
    hermes: Hermes,
    config: Callable[[str], Path],
    wanted: list[tuple[str, dict[str, object]]],
    lines: list[str],
    box: str | None,
) -> None:
    """A link that stands keeps its place, its comments, its provider's short name and its `${VAR}`."""
    config(STANDING)
    text = json.dumps([{**_BASE[name], **fields} for name, fields in wanted])
    given = {"env": {"BOX": box} if box else {}, "stdin": text}
    result = hermes("fallback", "apply", "-f", "-", "--json", **given)
    assert result.status == 0, result.err
    changed = [line for line in result.document["diff"].split("\n")[2:] if line[:1] in {"+", "-"}]
    assert changed == lines
    assert hermes("fallback", "apply", "-f", "-", "--check", **given).status == 0


def test_apply_writes_no_key_into_a_link_that_stands(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Nor into a new one; a variable in its place is fine."""
    path = config(STANDING)
    for provider in ("glm", "openrouter"):
        wanted = json.dumps([{"provider": provider, "model": "glm-5", "api_key": "sk-0123456789abcdef01"}])
        assert hermes("fallback", "apply", "-f", "-", stdin=wanted).status == 2
    assert path.read_text() == STANDING
    wanted = json.dumps([{"provider": "glm", "model": "glm-5", "api_key": "${MINE}"}])
    assert hermes("fallback", "apply", "-f", "-", stdin=wanted).status == 0


APPLY_REFUSED = {
    "no-list": ("provider: x\n", 3, "list of links"),
    "no-model": ("- provider: openrouter\n", 3, "no `model`"),
    "unknown": ("- {provider: nobody, model: x}\n", 5, "unknown provider `nobody`"),
    "invalid": ("- [\n", 3, "stdin"),
    "bad-url": ("- {provider: custom, model: x, base_url: nowhere}\n", 2, "nowhere"),
}


@pytest.mark.parametrize(("text", "status", "what"), APPLY_REFUSED.values(), ids=APPLY_REFUSED)
def test_apply_refuses_what_is_no_chain(
    hermes: Hermes, path: Path, text: str, status: int, what: str
) -> None:
    """Nothing is applied by halves."""
    result = hermes("fallback", "apply", "-f", "-", stdin=text)
    assert result.status == status
    assert what in result.err
    assert path.read_text() == BEFORE


def test_apply_of_a_file_that_is_not_there_is_exit_8(hermes: Hermes, path: Path) -> None:
    """The file system's answer, with the path."""
    result = hermes("fallback", "apply", "-f", "/nowhere/chain.yaml")
    assert result.status == 8
    assert "/nowhere/chain.yaml" in result.err
    assert hermes("fallback", "apply").status == 2


def test_auto_shows_and_sets(hermes: Hermes, path: Path) -> None:
    """On when absent; the setting is one line of the file."""
    assert hermes("fallback", "auto", "--json").document == {"schema": 1, "auto_activate": True}
    result = hermes("fallback", "auto", "off", "--json")
    assert (result.document["changed"], result.document["auto_activate"]) == (True, False)
    assert "auto_activate: false" in path.read_text()
    assert hermes("fallback", "auto").out.startswith("off:")
    assert hermes("fallback", "auto", "off", "--json").document["changed"] is False
    assert hermes("fallback", "auto", "maybe").status == 2


@pytest.mark.parametrize("verb", ["add", "remove", "move", "clear"])
def test_quiet_says_nothing_of_a_success(hermes: Hermes, path: Path, verb: str) -> None:
    """-q leaves results that were asked for, and errors; an edit's story is neither."""
    words = {
        "add": ("openrouter", "x/y", "--force"),
        "remove": ("1",),
        "move": ("2", "1"),
        "clear": ("--yes",),
    }
    result = hermes("fallback", verb, *words[verb], "-q")
    assert (result.status, result.out, result.err) == (0, "", "")
    assert path.read_text() != BEFORE


def test_a_held_lock_is_exit_6_and_nothing_written(
    hermes: Hermes, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else is writing: we wait, give up, and leave the file alone."""
    import fcntl

    from hermes_fallback.config.store import ConfigStore

    wait = ConfigStore.__init__

    def briefly(self: ConfigStore, config: Path, backups: Path, **given: Any) -> None:
        wait(self, config, backups, **given, lock_timeout_s=0.05)

    monkeypatch.setattr(ConfigStore, "__init__", briefly)
    hermes("fallback", "auto", "on")  # makes the lock file
    before = path.read_text()
    lock = next(each for each in path.parent.rglob("*lock*") if each.is_file())
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        result = hermes("fallback", "remove", "1")
    assert result.status == 6
    assert path.read_text() == before


def test_a_link_may_be_given_as_every_command_prints_it(hermes: Hermes) -> None:
    """`provider:model`, split after the provider; further colons are the model's."""
    added = hermes("fallback", "add", "or:qwen/qwen3:free", "--force", "--json").document
    assert [(link["provider"], link["model"]) for link in added["chain"]] == [
        ("openrouter", "qwen/qwen3:free")
    ]
    assert hermes("model", "set", "zai:glm-5.2", "--json").document["primary"]["model"] == "glm-5.2"


def test_an_empty_chain_is_cleared_without_a_question(hermes: Hermes) -> None:
    """There is nothing to ask about, on a terminal or off it."""
    for tty in (True, False):
        result = hermes("fallback", "clear", tty=tty)
        assert (result.status, result.out.strip()) == (0, "the chain is empty already; nothing changed")


def test_clear_tells_only_of_entries_it_removed(hermes: Hermes, home: Path) -> None:
    """A chain where nobody reads it stays, and is not said to be gone."""
    (home / "config.yaml").write_text(
        "fallback_chain: [{provider: zai, model: m}]\nfallback_providers: [text]\n"
    )
    result = hermes("fallback", "clear", "--yes")
    assert "fallback_providers[0]" in result.out
    assert "fallback_chain" not in result.out
    assert "fallback_chain: [{provider: zai, model: m}]" in (home / "config.yaml").read_text()
