"""`hermes config`: the file itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from program import Hermes

SECRET = "sk-live-9f8e7d6c5b4a39281706f5e4d3c2b1a0"

CONFIG = f"""\
# notes
model:
  provider: custom
  default: "qwen\\e[31m"
  base_url: http://localhost:1/v1
  api_key: {SECRET}   # inline
limits: [1, 2.5, .inf, 2024-01-02, yes, null]
deep: {{a: {{b: [x, {{c: d}}]}}}}
"""


def test_path_is_ready_for_a_shell(hermes: Hermes, home: Path) -> None:
    """In full, whether or not the file is there."""
    assert hermes("config", "path").out == f"{home}/config.yaml\n"
    document = hermes("config", "path", "--json").document
    assert (document["config"], document["exists"]) == (f"{home}/config.yaml", False)


GET = {
    "text": ("model.provider", "custom", "custom"),
    "item": ("deep.a.b[1].c", "d", "d"),
    "number": ("limits[1]", "2.5", 2.5),
    "infinity": ("limits[2]", "inf", "inf"),
    "date": ("limits[3]", '"2024-01-02"', "2024-01-02"),
    "yes": ("limits[4]", "true", True),
    "null": ("limits[5]", "null", None),
    "secret": ("model.api_key", "********", "********"),
    "escape": ("model.default", "qwen\\x1b[31m", "qwen\x1b[31m"),
    "mapping": (
        "deep.a",
        '{\n  "b": [\n    "x",\n    {\n      "c": "d"\n    }\n  ]\n}',
        {"b": ["x", {"c": "d"}]},
    ),
}


@pytest.mark.parametrize(("key", "text", "value"), GET.values(), ids=GET)
def test_get_prints_a_value(
    hermes: Hermes, config: Callable[[str], Path], key: str, text: str, value: object
) -> None:
    """Dotted keys with indexes; text as it is, the rest as JSON; a secret in stars."""
    config(CONFIG)
    assert hermes("config", "get", key).out == f"{text}\n"
    assert hermes("config", "get", key, "--json").document["value"] == value


def test_get_of_the_whole_model_hides_its_key(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """A secret is hidden however it is reached."""
    config(CONFIG)
    for argv in (("config", "get", "model"), ("config", "get", "model", "--json"), ("config", "show")):
        result = hermes(*argv)
        assert SECRET not in result.out + result.err
        assert "********" in result.out


def test_get_of_an_unset_key_is_not_found(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Exit 5, with the key that was probably meant."""
    config(CONFIG)
    result = hermes("config", "get", "model.provder")
    assert result.status == 5
    assert "did you mean `model.provider`?" in result.err
    assert hermes("config", "get", "zzz").status == 5
    assert hermes("config", "get").status == 2
    assert hermes("config", "get", "a..b").status == 2


def test_show_prints_the_file_as_it_stands(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Comments and layout as they are; only secrets differ."""
    config(CONFIG)
    assert hermes("config", "show").out == CONFIG.replace(SECRET, "********")
    assert hermes("config", "show", "--json").document["text"] == CONFIG.replace(SECRET, "********")


def test_show_of_no_file_says_so(hermes: Hermes) -> None:
    """Nothing on stdout, and no error."""
    result = hermes("config", "show")
    assert (result.status, result.out) == (0, "")
    assert "does not exist" in result.err


def test_undo_restores_the_bytes(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """The file is as it was, and the way forward is not offered as a way back."""
    path = config(
        "# odd   spacing\r\nmodel: {provider: custom, default: m, base_url: 'http://localhost/v1'}\r\n"
    )
    before = path.read_bytes()
    hermes("fallback", "add", "openrouter", "x/y", "--force")
    assert path.read_bytes() != before
    result = hermes("config", "undo", "--json")
    assert (result.status, result.document["changed"]) == (0, True)
    assert path.read_bytes() == before


def test_undo_removes_a_file_that_was_not_there(hermes: Hermes, home: Path) -> None:
    """Before the first edit there was none."""
    hermes("model", "set", "openrouter", "x/y")
    assert hermes("config", "undo").status == 0
    assert not (home / "config.yaml").exists()


def test_undo_leaves_a_file_alone_that_changed_since(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Exit 6 and nothing written; --force goes over it."""
    path = config("# one\n")
    hermes("model", "set", "openrouter", "x/y")
    path.write_text(path.read_text() + "# two\n")
    result = hermes("config", "undo")
    assert result.status == 6
    assert "--force" in result.err
    assert "# two" in path.read_text()
    assert hermes("config", "undo", "--force").status == 0
    assert path.read_text() == "# one\n"


def test_undo_of_nothing_is_not_found(hermes: Hermes) -> None:
    """There is no edit to undo, and it is said."""
    result = hermes("config", "undo")
    assert result.status in {0, 5}
    assert "undo" in result.out + result.err


def test_edit_needs_a_terminal_and_an_editor(hermes: Hermes, home: Path) -> None:
    """Nothing hangs in a pipe; an editor that is not there is named."""
    assert hermes("config", "edit").status == 2
    result = hermes("config", "edit", tty=True, env={"VISUAL": "/nowhere/editor"})
    assert result.status == 8
    assert "/nowhere/editor" in result.err


def test_set_writes_one_value_and_undo_takes_it_back(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Comments stay; the same again changes nothing; a dry run writes nothing."""
    path = config("# notes\nfallback:  # ours\n  patience: 3s # short\n")
    before = path.read_text()
    assert "+  patience: 7s # short" in hermes("config", "set", "fallback.patience", "7s", "--dry-run").out
    assert path.read_text() == before
    document = hermes("config", "set", "fallback.patience", "7s", "--json").document
    assert (document["changed"], document["key"], document["value"]) == (True, "fallback.patience", "7s")
    assert path.read_text() == before.replace("3s", "7s")
    assert hermes("config", "set", "fallback.patience", "7s", "--json").document["changed"] is False
    assert hermes("config", "undo").status == 0
    assert path.read_text() == before


VALUES = {
    "number": (("5",), "5"),
    "yes": (("yes",), "true"),
    "null": (("null",), "null"),
    "nothing": (("",), '""'),
    "text with a mark": (("a # b",), '"a # b"'),
    "a mark first": (("# b",), '"# b"'),
    "quoted": (("'5'",), '"5"'),
    "string": (("5", "--string"), '"5"'),
    "no YAML": (("@cf/x", "--string"), '"@cf/x"'),
    "list": (("[a, {b: 1}]",), "[a, {b: 1}]"),
    "reference": (("${HOME}/x",), '"${HOME}/x"'),
}


@pytest.mark.parametrize(("words", "text"), VALUES.values(), ids=VALUES)
def test_set_reads_yaml_on_one_line(
    hermes: Hermes, config: Callable[[str], Path], words: tuple[str, ...], text: str
) -> None:
    """Types as YAML has them, or text whatever it says; a reference is never filled in."""
    path = config("a: 1\n")
    assert hermes("config", "set", "x.v", *words).status == 0
    assert path.read_text() == f"a: 1\nx:\n  v: {text}\n"


@pytest.mark.parametrize("words", [("-",), ("--stdin",), ("-", "--stdin")])
def test_set_takes_the_value_from_stdin(
    hermes: Hermes, config: Callable[[str], Path], words: tuple[str, ...]
) -> None:
    """Without the line break that ends it."""
    path = config("a: 1\n")
    assert hermes("config", "set", "a", *words, stdin="two words\n").status == 0
    assert path.read_text() == 'a: "two words"\n'


def test_set_makes_the_file(hermes: Hermes, home: Path) -> None:
    """A home without a config gets one."""
    assert hermes("config", "set", "fallback_providers[0].provider", "zai").status == 0
    assert (home / "config.yaml").read_text() == "fallback_providers:\n  - provider: zai\n"


REFUSED = {
    "a bad value of ours": (("set", "fallback.patience", "soon"), 2, "length of time"),
    "a misspelt key of ours": (("set", "fallback.patiense", "3s"), 5, "did you mean `patience`?"),
    "a word of ours": (("set", "fallback.scope", "sesion"), 2, "did you mean `session`?"),
    "a kind of theirs": (("set", "auxiliary.vision.timeout", "soon"), 2, "number of seconds"),
    "an unknown provider": (("set", "model.provider", "opnrouter"), 2, "did you mean `openrouter`?"),
    "inside what is set": (("set", "serve", "{max_body: lots}"), 2, "`serve.max_body` is not a size"),
    "a list for a name": (("set", "model", "[x]"), 2, "`model` is not a mapping or a single value"),
    "an item too far": (("set", "l[3]", "x"), 5, "[1] adds one"),
    "through a value": (("set", "l[0].x", "1"), 3, "line 1"),
    "through an alias": (("set", "m.x", "1"), 3, "line 3"),
    "a mapping by a word": (("set", "l", "1"), 2, "hermes config unset 'l'"),
    "no YAML": (("set", "a", "@x"), 2, "--string"),
    "YAML over lines": (("set", "a", "b: c"), 2, "braces"),
    "an anchor": (("set", "a", "[&x 1]"), 2, "plain"),
    "no key": (("set", "a..b", "1"), 2, "is not a key"),
    "no value": (("set", "a"), 2, "VALUE is missing"),
    "two values": (("set", "a", "1", "--stdin"), 2, "both given"),
    "nothing at all": (("set",), 2, "KEY is missing"),
    "unset of nothing": (("unset", "n.y"), 5, "did you mean `n.x`?"),
    "unset through an alias": (("unset", "m.x"), 3, "line 3"),
    "unset without a key": (("unset",), 2, "KEY is missing"),
}


@pytest.mark.parametrize(("argv", "status", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_set_is_refused_and_nothing_changes(
    hermes: Hermes, config: Callable[[str], Path], argv: tuple[str, ...], status: int, words: str
) -> None:
    """The exit code of the contract, the place or the nearest name, and the file as it was."""
    path = config("l: [1]\nn: &n {x: 1}\nm: *n\n")
    result = hermes("config", *argv)
    assert result.status == status
    assert words in result.err
    assert path.read_text() == "l: [1]\nn: &n {x: 1}\nm: *n\n"


KEY = "abcd1234efgh5678"
SECRETS = {
    "the primary's": ("model.api_key", KEY, "hermes model set"),
    "a link's": ("fallback_providers[0].api_key", KEY, "hermes fallback add"),
    "a provider's": ("providers.x.api_key", KEY, "'providers.x.key_env' NAME"),
    "a subagent's": ("delegation.api_key", KEY, "'${NAME}'"),
    "by its name": ("a.token", KEY, "'${NAME}'"),
    "as a number": ("a.api_key", "1234567890", "NAME"),
    "by its shape": ("a.note", SECRET, "NAME"),
    "in an address": ("a.url", f"http://me:{KEY}@host/v1", "NAME"),
    "inside": ("providers.x", f"{{api: 'http://h', api_key: {KEY}}}", "NAME"),
    "in a list": ("a.secrets", f"[{KEY}]", "NAME"),
    "from stdin": ("a.password", "-", "NAME"),
}


@pytest.mark.parametrize(("key", "value", "hint"), SECRETS.values(), ids=SECRETS)
def test_a_secret_is_not_set_but_told_where_it_belongs(
    hermes: Hermes, home: Path, key: str, value: str, hint: str
) -> None:
    """Exit 2, the way to keep it, no file, and never a character of it."""
    result = hermes("config", "set", key, value, stdin=KEY)
    assert result.status == 2
    assert hint in result.err
    assert not (home / "config.yaml").exists()
    assert not any(each in result.out + result.err for each in (KEY, SECRET, "1234567890"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model.api_key", "${MY_KEY}"),
        ("model.key_env", "MY_KEY"),
        ("model.api_key", "no-key-required"),
        ("model.max_tokens", "100000000"),
        ("providers.x.extra_headers.Authorization", "Bearer ${MY_KEY}"),
        ("model.default", "nvidia/llama-3.1-nemotron-70b-instruct:free"),
    ],
)
def test_what_only_names_a_secret_is_set(hermes: Hermes, home: Path, key: str, value: str) -> None:
    """References, names of variables, words that mean no key, and counts."""
    assert hermes("config", "set", key, value).status == 0
    assert value in (home / "config.yaml").read_text()


@pytest.mark.parametrize(
    ("key", "value"),
    [("fallback.patience", "${WAIT}"), ("auxiliary.visions.timeout", "5"), ("theirs.timeout", "soon")],
    ids=["variable", "named-by-the-user", "unknown-section"],
)
def test_what_may_be_right_is_set_whatever_else_is_wrong(
    hermes: Hermes, config: Callable[[str], Path], key: str, value: str
) -> None:
    """A variable may become anything, its value here does not matter; nor does a fault of another key."""
    path = config("fallback: {retries: many}\n")
    assert hermes("config", "set", key, value, env={"WAIT": "soon"}).status == 0
    assert value in path.read_text()


def test_a_key_that_nobody_reads_is_set_with_a_warning(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """It stands where others may write keys of their own, so it is no error."""
    path = config("model: {default: m}\n")
    result = hermes("config", "set", "model.defualt", "x")
    assert (result.status, path.read_text()) == (0, "model: {default: m, defualt: x}\n")
    assert "`model.defualt` is not a key that is read: did you mean `default`?" in result.err


@pytest.mark.parametrize(
    "argv", [("set", "fallback.patience", "8s"), ("unset", "fallback.patience"), ("migrate",)]
)
@pytest.mark.parametrize("flags", [(), ("--dry-run",)], ids=["for-real", "dry-run"])
def test_what_is_managed_is_not_edited_nor_shown_as_if_it_could_be(
    hermes: Hermes,
    config: Callable[[str], Path],
    tmp_path: Path,
    argv: tuple[str, ...],
    flags: tuple[str, ...],
) -> None:
    """Exit 3, the file of the layer, and the home's own as it was."""
    text = "fallback: {patience: 5s}\nfallback_model: {provider: zai, model: m}\n"
    path = config(text)
    (tmp_path / "config.yaml").write_text(
        "fallback: {patience: 9s}\nfallback_model: {provider: zai, model: n}\n"
    )
    result = hermes("config", *argv, *flags, env={"HERMES_MANAGED_DIR": str(tmp_path)})
    assert (result.status, path.read_text()) == (3, text)
    assert "is set by `~/config.yaml`, line" in result.err


def test_a_value_that_contains_itself_ends_there(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """It is YAML, and Hermes Agent loads it; what is only shared is shown in full."""
    config("a: &a {x: [*a], y: 1}\nb: &b [1]\nc: [*b, *b]\n")
    assert hermes("config", "get", "a", "--json").document["value"] == {"x": ["…"], "y": 1}
    assert hermes("config", "get", "c", "--json").document["value"] == [[1], [1]]


def test_unset_removes_a_key(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """And an item of a list; only what was named is gone."""
    path = config("a: 1 # x\nl: [1, 2]\n")
    assert "-a: 1 # x" in hermes("config", "unset", "a", "--dry-run").out
    assert hermes("config", "unset", "a").out.startswith("`a` is gone\n")
    assert hermes("config", "unset", "l[0]", "--json").document["changed"] is True
    assert path.read_text() == "l: [2]\n"
    assert hermes("config", "unset", "l[0]", "-q").out == ""


OLD = """\
fallback_providers: '[{"provider": "zai", "model": "m"}]'  # written by a program
fallback_model:
- provider: nous
  model: hermes-4
- openai/gpt-5.4
- deepseek
compression:
  on: true
  summary_model: flash
"""
NEW = """\
fallback_providers:  # written by a program
- provider: zai
  model: m
- provider: nous
  model: hermes-4
- provider: openai
  model: gpt-5.4
fallback_model:
- deepseek
compression:
  on: true
auxiliary:
  compression:
    model: flash
"""


def test_migrate_writes_the_file_anew_in_one_edit(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """What was done and what was left, each with its line; one undo takes all of it back."""
    path = config(OLD)
    result = hermes("config", "migrate")
    assert result.status == 0
    assert path.read_text() == NEW
    assert "line 9: `compression.summary_model` is `auxiliary.compression.model` now" in result.out
    assert "line 6: `fallback_model[2]` is left as it is" in result.out
    assert hermes("config", "undo").status == 0
    assert path.read_text() == OLD


def test_a_dry_migration_shows_the_difference(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """As text, and as a document; the file stays."""
    path = config(OLD)
    assert "-  summary_model: flash" in hermes("config", "migrate", "--dry-run").out
    document = hermes("config", "migrate", "--dry-run", "--json").document
    assert (document["changed"], document["dry_run"]) == (True, True)
    assert [each["line"] for each in document["migrated"]] == [1, 2, 5, 9]
    assert [(each["key"], each["line"]) for each in document["left"]] == [("fallback_model[2]", 6)]
    assert path.read_text() == OLD


def test_a_second_migration_finds_nothing(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Exit 0, `changed: false`, and what was left is still said."""
    path = config(NEW)
    document = hermes("config", "migrate", "--json").document
    assert (document["changed"], document["migrated"]) == (False, [])
    assert len(document["left"]) == 1
    assert hermes("config", "migrate").out.startswith("nothing to migrate\n")
    assert path.read_text() == NEW


def test_migrate_mends_what_the_chain_commands_refuse(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """An edit that names `config migrate` succeeds after it."""
    path = config("fallback_providers: '[\"nous\"]'\n")
    refused = hermes("fallback", "add", "zai", "m", "--force")
    assert (refused.status, "hermes config migrate" in refused.err) == (3, True)
    hermes("config", "migrate")
    assert hermes("fallback", "add", "zai", "m", "--force").status == 0
    assert path.read_text() == "fallback_providers: [nous, {provider: zai, model: m}]\n"


def test_migrate_never_shows_a_key(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """One that stood in the text stands in the list, and in no output."""
    path = config(f'fallback_providers: \'[{{"provider": "zai", "model": "m", "apiKey": "{SECRET}"}}]\'\n')
    for argv in (("--dry-run",), ("--dry-run", "--json"), ()):
        result = hermes("config", "migrate", *argv)
        assert SECRET not in result.out + result.err
    assert f"api_key: {SECRET}\n" in path.read_text()


def test_migrate_of_a_broken_file_is_exit_3(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """With its line; and a file that is not there has nothing to migrate."""
    assert hermes("config", "migrate").status == 0
    config("a: [1,\n")
    result = hermes("config", "migrate")
    assert result.status == 3
    assert "line 2" in result.err or "line 1" in result.err
