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


def test_validate_is_silent_about_a_sound_file(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """No findings, exit 0."""
    config("fallback: {patience: 3s}\n")
    assert hermes("config", "validate").status == 0
    document = hermes("config", "validate", "--json").document
    assert (document["findings"], document["summary"]) == ([], {"warn": 0, "fail": 0})


def test_validate_tells_every_finding_with_its_line(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """A bad value and an ignored entry are findings: exit 1, in the order of the file, as compilers write them."""
    config("fallback_providers:\n  - nonsense\nfallback:\n  patience: soon\n")
    result = hermes("config", "validate")
    assert result.status == 1
    first, *rest = [line for line in result.out.splitlines() if "hint:" not in line]
    assert first.startswith("~/hermes/config.yaml:2: warn: fallback_providers[0] is ignored")
    assert rest[0].startswith("~/hermes/config.yaml:4:")
    assert "patience" in rest[0]
    assert [each["line"] for each in hermes("config", "validate", "--json").document["findings"]] == [2, 4]


def test_validate_of_an_unreadable_file_is_exit_3_with_its_document(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """The status document is on stdout whatever the exit code, and the error on stderr as ever."""
    config("model: [1,\n")
    result = hermes("config", "validate", "--json")
    assert result.status == 3
    assert result.document["findings"][0]["level"] == "fail"
    assert result.document["findings"][0]["line"] == 1 or result.document["findings"][0]["line"] == 2
    assert result.error["code"] == 3
    assert hermes("config", "validate").status == 3


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


def test_edit_opens_the_editor_and_checks_what_it_left(hermes: Hermes, home: Path, tmp_path: Path) -> None:
    """The user's editor, on the real file; a mistake in it is shown at once, and stays for mending."""
    (home / "config.yaml").write_text("a: 1\n")
    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\necho "$CONTENT_OF_TEST b: 2" >> "$1"\n')
    script.chmod(0o700)
    result = hermes("config", "edit", tty=True, env={"EDITOR": str(script)})
    assert (result.status, (home / "config.yaml").read_text()) == (3, "a: 1\n b: 2\n")
    assert "line 2" in result.err


def test_edit_needs_a_terminal_and_an_editor(hermes: Hermes, home: Path) -> None:
    """Nothing hangs in a pipe; an editor that is not there is named."""
    assert hermes("config", "edit").status == 2
    result = hermes("config", "edit", tty=True, env={"VISUAL": "/nowhere/editor"})
    assert result.status == 8
    assert "/nowhere/editor" in result.err
