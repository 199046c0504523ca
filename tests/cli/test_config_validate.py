"""`hermes config validate` and `hermes config schema`: what is wrong with the file, for people, scripts and editors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from program import Hermes

from hermes_fallback.cli.views.canvas import Canvas, cells
from hermes_fallback.cli.views.findings import Verdict, verdict_text
from hermes_fallback.config.finding import Finding, Level

SECRET = "sk-live-9f8e7d6c5b4a39281706f5e4d3c2b1a0"
Write = Callable[[str], Path]


def verdict(text: str, column: int, *, width: int | None = None) -> list[str]:
    """The lines on a finding in the first line of *text*."""
    finding = Finding(level=Level.FAIL, what="`a` is odd", line=1, column=column, hint="mend it")
    return verdict_text(
        Verdict(path="c.yaml", findings=(finding,), text=text), Canvas(width=width)
    ).splitlines()


def test_a_sound_file_has_no_findings(hermes: Hermes, config: Write) -> None:
    """Exit 0, and keys of others are accepted without a word."""
    config("fallback: {patience: 3s}\ntheirs: {a: 1}\n")
    result = hermes("config", "validate")
    assert (result.status, result.out) == (0, "~/hermes/config.yaml: no findings\n")
    document = hermes("config", "validate", "--json").document
    assert (document["findings"], document["summary"]) == ([], {"warn": 0, "fail": 0})


def test_no_file_has_no_findings(hermes: Hermes) -> None:
    """A new home is in order."""
    assert hermes("config", "validate").status == 0


def test_a_finding_shows_the_line_and_what_to_do(hermes: Hermes, config: Write) -> None:
    """As compilers do: place, level, the line with a caret, the hint; exit 1."""
    config("# mine\nfallback:\n  scope: trun   # hm\n")
    result = hermes("config", "validate")
    assert result.status == 1
    assert result.out == (
        "~/hermes/config.yaml:3:10: fail: `fallback.scope` is not one of turn, session\n"
        "  3 |   scope: trun   # hm\n"
        "    |          ^\n"
        "  hint: did you mean `turn`?\n"
    )


def test_all_findings_come_at_once_in_the_order_of_the_file(hermes: Hermes, config: Write) -> None:
    """Ignored links, bad values, double keys and unknown providers, with their key paths."""
    config(
        "fallback_providers:\n  - nonsense\n  - {provider: opnai, model: m}\nfallback:\n  patience: soon\n"
        "  notify: true\n  notify: true\n"
    )
    document = hermes("config", "validate", "--json").document
    assert [(each["line"], each["column"], each["level"], each["key"]) for each in document["findings"]] == [
        (2, 5, "warn", "fallback_providers[0]"),
        (3, 16, "fail", "fallback_providers[1].provider"),
        (5, 13, "fail", "fallback.patience"),
        (6, 3, "warn", "fallback.notify"),
    ]
    assert document["summary"] == {"warn": 2, "fail": 2}
    assert all(each["hint"] for each in document["findings"])


def test_a_chain_key_that_stands_twice_hides_nothing(hermes: Hermes, config: Write) -> None:
    """Other commands refuse the file; this one tells of that and of all else."""
    config("fallback_model: {}\nfallback_model: {}\nserve: {max_body: -1}\n")
    result = hermes("config", "validate", "--json")
    assert result.status == 1
    assert [each["key"] for each in result.document["findings"]] == ["fallback_model", "serve.max_body"]


@pytest.mark.parametrize(
    "text", ["model: [1,\n", "a: !!python/object:os.system x\n"], ids=["no-yaml", "unloadable"]
)
def test_a_file_that_cannot_be_loaded_is_exit_3(hermes: Hermes, config: Write, text: str) -> None:
    """With its document on stdout all the same, and the error on stderr as ever."""
    config(text)
    result = hermes("config", "validate", "--json")
    assert (result.status, result.error["code"]) == (3, 3)
    finding = result.document["findings"][0]
    assert (finding["level"], finding["line"]) == ("fail", result.error["line"])
    assert hermes("config", "validate").status == 3


def test_secrets_are_stars_and_the_caret_stays_under_its_word(hermes: Hermes, config: Write) -> None:
    """Stars are shorter than the key that stood there."""
    config(f"fallback_providers: [{{provider: zai, model: m, api_key: {SECRET}, cost: fre}}]\n")
    result = hermes("config", "validate")
    lines = result.out.splitlines()
    at = next(i for i, line in enumerate(lines) if "cost` is not" in line)
    assert lines[at + 2].index("^") == lines[at + 1].index("fre")
    assert SECRET not in result.out + hermes("config", "validate", "--json").out


CARETS = {
    "tab": ("a:\tx", 4, "x"),
    "wide-letters": ("ä: 模型 x", 7, "x"),
    "escape": ("a: \x1b[31m x", 10, "x"),
    "far-right": (f"a: {'y ' * 300}x", 604, "x"),
}


@pytest.mark.parametrize(("text", "column", "word"), CARETS.values(), ids=CARETS)
@pytest.mark.parametrize("width", [None, 30])
def test_the_caret_stands_under_the_place(text: str, column: int, word: str, width: int | None) -> None:
    """Counted in columns of the terminal, and on narrow ones with the line cut around it."""
    _, quoted, caret, _ = verdict(text, column, width=width)
    assert cells(quoted[: quoted.rindex(word)]) == caret.index("^")
    assert "\x1b" not in quoted
    assert width is None or cells(quoted) <= width


def test_a_secret_in_place_of_a_name_is_stars_too(hermes: Hermes, config: Write) -> None:
    """In the path of what is wrong below it, and among the names that may have been meant."""
    config(f"providers:\n  {SECRET}: {{api: nope}}\nmodel: {{provider: {SECRET}x, default: m}}\n")
    for flags in ((), ("--json",)):
        result = hermes("config", "validate", *flags)
        assert "`providers.********.api` is not" in result.out
        assert SECRET not in result.out


def test_what_is_managed_is_judged_at_its_own_place(hermes: Hermes, config: Write, tmp_path: Path) -> None:
    """With what it is laid over: a key that only the other has is not missing, and a variable's is no key."""
    config("model: {provider: zai}\nfallback: {patience: soon}\n")
    layer = tmp_path / "managed"
    layer.mkdir()
    (layer / "config.yaml").write_text(
        "model:\n  default: m\n  api_key: ${K}\nfallback:\n  patience: 5s\n  retries: lots\n"
    )
    env = {"HERMES_MANAGED_DIR": str(layer), "K": SECRET}
    (finding,) = hermes("config", "validate", "--json", env=env).document["findings"]
    assert (finding["key"], finding["file"]) == ("fallback.retries", f"{layer}/config.yaml")
    assert (finding["line"], finding["column"]) == (6, 12)


def test_a_broken_managed_layer_is_told_with_its_file(hermes: Hermes, config: Write, tmp_path: Path) -> None:
    """It is not the home's own file, so no line of that is shown."""
    config("model: m\n")
    layer = tmp_path / "managed"
    layer.mkdir()
    (layer / "config.yaml").write_text("a: [\n")
    env = {"HERMES_MANAGED_DIR": str(layer)}
    result = hermes("config", "validate", "--json", env=env)
    assert result.status == 1
    assert result.document["findings"][0]["file"] == f"{layer}/config.yaml"
    assert "managed layer is ignored" in hermes("config", "validate", env=env).out


@pytest.mark.parametrize("flags", [(), ("--json",)], ids=["plain", "json"])
def test_schema_prints_a_json_schema(hermes: Hermes, flags: tuple[str, ...]) -> None:
    """One document, which tells good from bad."""
    document = hermes("config", "schema", *flags).document
    assert document.get("schema") == (1 if flags else None)
    validator = Draft202012Validator(document)
    assert validator.is_valid({"fallback": {"scope": "turn"}, "theirs": 1})
    assert not validator.is_valid({"fallback": {"scope": "trun"}})


def test_install_names_the_schema_and_is_undone(hermes: Hermes, config: Write, home: Path) -> None:
    """The comment leads from the config to the schema's file; all else keeps its bytes."""
    path = config("# mine\nmodel: m   # odd\n")
    result = hermes("config", "schema", "--install", "--json")
    assert (result.status, result.document["changed"]) == (0, True)
    first, rest = path.read_text().split("\n", 1)
    named = home / first.partition("$schema=")[2]
    assert json.loads(named.read_text()) == hermes("config", "schema").document
    assert rest == "# mine\nmodel: m   # odd\n"
    hermes("config", "undo")
    assert path.read_text() == "# mine\nmodel: m   # odd\n"


def test_install_again_refreshes_what_is_stale(hermes: Hermes, home: Path) -> None:
    """Nothing changes where all is up to date; a schema of another version is written anew."""
    hermes("config", "schema", "--install")
    assert hermes("config", "schema", "--install", "--json").document["changed"] is False
    schema = home / "fallback" / "config.schema.json"
    schema.write_text("{}")
    assert "is written" in hermes("config", "schema", "--install").out
    assert json.loads(schema.read_text()) != {}


def test_install_that_cannot_write_is_exit_8(hermes: Hermes, config: Write, home: Path) -> None:
    """What is in the way is named."""
    config("# yaml-language-server: $schema=fallback/config.schema.json\n")
    (home / "fallback").write_text("a file")
    result = hermes("config", "schema", "--install")
    assert result.status == 8
    assert "config.schema.json" in result.err
